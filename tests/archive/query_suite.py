"""The query suite: what is stored, what is asked (query_cases.toml), and what each archive answers.

`python -m tests.archive.query_suite` writes docs/query-differences.md from the cases.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pydicom.datadict import dictionary_VR, tag_for_keyword
from pydicom.dataset import Dataset
from pydicom.multival import MultiValue
from pydicom.sequence import Sequence as Items
from pydicom.uid import (
    CTImageStorage,
    ExplicitVRLittleEndian,
    ImplicitVRLittleEndian,
    MRImageStorage,
)
from pynetdicom.presentation import build_context

from simulator.archive.records import Record, read, sequence_of, write
from simulator.errors import NoAnswerError
from simulator.network import command as cmd
from simulator.network import extended, scu
from simulator.network.associate import Caller, Peer, associate, context_for
from simulator.network.association import Message
from simulator.network.dimse import decode_dataset, encode_dataset
from tests.archive.support import image

CASES = Path(__file__).with_name("query_cases.toml")
PAGE = Path(__file__).parents[2] / "docs" / "query-differences.md"
FIND = {model: str(scu.MODELS[model, "find"]) for model in ("study", "patient")}
_CHARSET = 0x00080005
_UNIQUE = {
    "PATIENT": "PatientID",
    "STUDY": "StudyInstanceUID",
    "SERIES": "SeriesInstanceUID",
    "IMAGE": "SOPInstanceUID",
}


# --- what is stored -------------------------------------------------------------------------------

_NAMES = {  # study: (character sets, name)
    4: (["ISO_IR 100"], "Müller^Jürgen"),
    5: (["", "ISO 2022 IR 87"], "Yamada^Tarou=山田^太郎=やまだ^たろう"),
    6: (["", "ISO 2022 IR 149"], "Hong^Gildong=洪^吉洞=홍^길동"),
    7: (["GB18030"], "Wang^XiaoDong=王^小东"),
    8: (["ISO_IR 144"], "Люксембург^Анна"),
    9: (["ISO_IR 126"], "Διονυσιος^Άρης"),
    10: (["ISO_IR 127"], "قباني^لنزار"),
    11: (["ISO_IR 138"], "שרון^דבורה"),
    12: (["ISO_IR 166"], "สมชาย^ใจดี"),
    13: (["ISO_IR 192"], "Čapek^Łucja"),
    14: (["", "ISO 2022 IR 58"], "Zhang^XiaoDong=张^小东"),
    15: (["ISO 2022 IR 13", "ISO 2022 IR 87"], "ﾔﾏﾀﾞ^ﾊﾅｺ=山田^花子=やまだ^はなこ"),
    16: (["ISO_IR 101"], "Dvořák^Antonín"),
    17: (["ISO_IR 148"], "Çağlar^Işıl"),
}


def stored() -> Iterator[bytes]:
    """Yield the encoded objects of the suite, Explicit VR Little Endian."""
    yield from _smiths()
    for number, (terms, name) in _NAMES.items():
        yield _encoded(
            number,
            1,
            1,
            name=name,
            terms=terms,
            PatientID=f"P{number}",
            StudyDate=f"202605{number:02}",
            StudyTime=f"{number:02}3000",
            AccessionNumber=f"N{number}",
            StudyDescription="Schädel" if number == 4 else "CT head",
        )


def _smiths() -> Iterator[bytes]:
    john = {"PatientID": "P1", "PatientName": "Smith^John", "PatientSex": "M"}
    first = {**john, "StudyDescription": "CT 100% chest", "AccessionNumber": "A1", "StudyID": "7"}
    for number in (1, 2, 3):
        yield _encoded(1, 1, number, **first, RequestAttributesSequence=_requests(), SeriesNumber=1)
    yield _encoded(
        1, 2, 1, **first, Modality="SR", SeriesNumber=2, SeriesDescription="Report_1",
        PerformedProcedureStepStartDate="20260302", PerformedProcedureStepStartTime="0815",
    )  # fmt: skip
    yield _encoded(
        2, 1, 1, **john, StudyDate="20260401", StudyTime="103000", AccessionNumber="A_2",
        Modality="MR", SOPClassUID=MRImageStorage, StudyDescription="CT 1000 chest", StudyID="07",
    )  # fmt: skip
    yield _encoded(
        3, 1, 1, PatientID="P3", PatientName="smythe^Ann", StudyDate="", StudyTime="",
        AccessionNumber="AB2", StudyDescription="[Knee] x*", ReferringPhysicianName="",
        PatientComments="100_000 \\ 1",
    )  # fmt: skip


def _requests() -> Items:
    found = []
    for number in (1, 2):
        item = Dataset()
        item.RequestedProcedureID = f"RP{number}"
        item.ScheduledProcedureStepID = f"SPS{number}"
        item.RequestedProcedureDescription = f"Chest {number}"
        found.append(item)
    return Items(found)


def _encoded(
    study: int, series: int, number: int, *, name: str = "", terms: Any = (), **values: Any
) -> bytes:
    uid = f"1.2.3.{study}"
    ds = image(
        StudyInstanceUID=uid,
        SeriesInstanceUID=f"{uid}.{series}",
        SOPInstanceUID=f"{uid}.{series}.{number}",
        InstanceNumber=number,
        **values,
    )
    del ds.PixelData
    record = read(encode_dataset(ds, ExplicitVRLittleEndian))
    if terms:
        record[_CHARSET] = ("CS", "\\".join(terms).encode())
        record[0x00100010] = ("PN", name.encode())
        record[0x00081030] = ("LO", ds.StudyDescription.encode())
    return write(record, terms, implicit=False)


def store(peer: Peer, caller: Caller) -> None:
    """Send the suite's objects to an archive."""
    contexts = [
        build_context(uid, ExplicitVRLittleEndian) for uid in (CTImageStorage, MRImageStorage)
    ]
    with associate(peer, contexts, caller) as association:
        for data in stored():
            record = read(data)
            sop_class = record[0x00080016][1].decode().rstrip("\0")
            command = {
                "CommandField": cmd.C_STORE,
                "AffectedSOPClassUID": sop_class,
                "AffectedSOPInstanceUID": record[0x00080018][1].decode().rstrip("\0"),
                "Priority": 0,
            }
            context = context_for(association, sop_class)
            (response,) = association.request(context, command, [data])
            assert response.command["Status"] in (0, 0xB000), response.command


# --- what is asked --------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """How an archive answers: which entities, how it ends, and what else is looked at."""

    found: tuple[str, ...] = ()
    status: str = "0x0000"
    pending: str = "0xFF00"
    comment: str = ""
    values: dict[str, Any] = field(default_factory=dict)  # of the first answer
    absent: tuple[str, ...] = ()
    charset: str | None = None  # of the first answer; empty: none
    why: str = ""  # it differs

    @classmethod
    def of(cls, facts: dict[str, Any]) -> Outcome:
        """Read it from the table; an unknown key is an error."""
        lists = {key: tuple(facts[key]) for key in ("found", "absent") if key in facts}
        return cls(**{**facts, **lists})


@dataclass(frozen=True, kw_only=True)
class Case:
    """One query and its outcome, here and elsewhere."""

    name: str
    section: str  # of PS3.4
    expect: Outcome
    keys: dict[str, Any]
    level: str = "STUDY"
    model: str = "study"
    charset: str = ""
    agree: tuple[str, ...] = ()  # offered in extended negotiation
    settings: dict[str, Any] = field(default_factory=dict)  # of the embedded archive
    implicit: bool = False
    raw: str = ""  # the identifier in hexadecimal, where it is none
    orthanc: Outcome | None = None  # where that differs
    skip_orthanc: str = ""  # why it is not asked

    @property
    def expect_orthanc(self) -> Outcome:
        """What Orthanc answers."""
        return self.orthanc or self.expect


def cases() -> list[Case]:
    """Read the table."""
    found = []
    for facts in tomllib.loads(CASES.read_text("utf-8"))["case"]:
        made = dict(facts)
        made["expect"] = Outcome.of(made.pop("expect", {}))
        made["agree"] = tuple(made.get("agree", ()))
        if "orthanc" in made:
            made["orthanc"] = _unlike(made["expect"], made["orthanc"])
        found.append(Case(**made))
    return found


def _unlike(expected: Outcome, facts: dict[str, Any]) -> Outcome:
    """Return the outcome that differs from the expected one in these facts."""
    values = {**expected.values, **facts.get("values", {})}
    return Outcome.of({**vars(expected), "why": "", **facts, "values": values})


def identifier(case: Case) -> bytes:
    """Return the encoded identifier of a case; its values are not looked at."""
    if case.raw:
        return bytes.fromhex(case.raw)
    record = _keys(case.keys)
    if case.level:
        record[0x00080052] = ("CS", case.level.encode())
    terms = case.charset.split("\\")
    if case.charset:
        record[_CHARSET] = ("CS", case.charset.encode())
    return write(record, terms, implicit=case.implicit)


def _keys(facts: dict[str, Any]) -> Record:
    record: Record = {}
    for keyword, value in facts.items():
        tag = tag_for_keyword(keyword)
        assert tag is not None, keyword
        vr = dictionary_VR(tag)
        if vr == "SQ":
            many = value if isinstance(value, list) else [value]
            encoded = [write(_keys(item), ("ISO_IR 192",), implicit=False) for item in many]
            record[tag] = (vr, sequence_of(encoded))
        else:
            text = "\\".join(value) if isinstance(value, list) else value
            record[tag] = (vr, text.encode())
    return record


def names() -> dict[int, str]:
    """Return the names of the studies that are not the Smiths'."""
    return {number: name for number, (_, name) in _NAMES.items()}


def keys_record(terms: str, name: str) -> bytes:
    """Return an identifier for one name as a file of a tool, Explicit VR Little Endian."""
    record = _keys({"QueryRetrieveLevel": "STUDY", "StudyInstanceUID": "", "PatientName": name})
    record[_CHARSET] = ("CS", terms.encode())
    meta = write({0x00020010: ("UI", ExplicitVRLittleEndian.encode())}, (), implicit=False)
    length = write({0x00020000: ("UL", len(meta).to_bytes(4, "little"))}, (), implicit=False)
    return bytes(128) + b"DICM" + length + meta + write(record, terms.split("\\"), implicit=False)


def file_record(path: Path) -> Record:
    """Return the data set of a file, Explicit VR Little Endian, with its file meta information."""
    return read(path.read_bytes()[132:])


def ask(peer: Peer, caller: Caller, case: Case) -> tuple[list[Message], bool]:
    """Ask one archive; the responses, and whether the association was alive afterwards."""
    sop_class = FIND[case.model]
    syntax = ImplicitVRLittleEndian if case.implicit else ExplicitVRLittleEndian
    offered = {sop_class: extended.information(case.agree)} if case.agree else {}
    contexts = [build_context(sop_class, syntax), build_context("1.2.840.10008.1.1")]
    try:
        with associate(peer, contexts, caller, extensions=offered) as association:
            context = context_for(association, sop_class)
            command = {"CommandField": cmd.C_FIND, "AffectedSOPClassUID": sop_class, "Priority": 0}
            responses = list(association.request(context, command, [identifier(case)]))
            echo = {"CommandField": cmd.C_ECHO, "AffectedSOPClassUID": "1.2.840.10008.1.1"}
            (alive,) = association.request(context_for(association, "1.2.840.10008.1.1"), echo)
            return responses, alive.command["Status"] == 0
    except NoAnswerError:
        return [], False


def outcome(case: Case, responses: list[Message]) -> Outcome:
    """Return what came back, in the form of the table."""
    if not responses:
        return Outcome(status="aborted")
    *pending, last = responses
    first = answer(pending[0]) if pending else Dataset()
    level = case.level if case.level in _UNIQUE else "STUDY"
    return Outcome(
        found=tuple(sorted(_name(answer(message), level) for message in pending)),
        status=f"0x{last.command['Status']:04X}",
        pending=f"0x{pending[0].command['Status']:04X}" if pending else case.expect.pending,
        comment=str(last.command.get("ErrorComment", "")),
        values={key: _text(first, key) for key in {**case.expect.values, **_theirs(case)}},
        absent=tuple(sorted(key for key in case.expect.absent if key not in first)),
        charset=_text(first, "SpecificCharacterSet") if case.expect.charset is not None else None,
    )


def _theirs(case: Case) -> dict[str, Any]:
    return case.orthanc.values if case.orthanc else {}


def answer(message: Message) -> Dataset:
    """Decode an answer."""
    return decode_dataset(message.data, message.context.transfer_syntax)


def _name(ds: Dataset, level: str) -> str:
    return _text(ds, _UNIQUE[level]).removeprefix("1.2.3.")


def _text(ds: Dataset, keyword: str) -> str:
    """Return a value as text; a sequence as its items' values."""
    value = ds.get(keyword)
    if value is None:
        return ""
    if isinstance(value, Items):
        return "; ".join(", ".join(_text(item, e.keyword) for e in item) for item in value)
    return "\\".join(map(str, value)) if isinstance(value, MultiValue) else str(value)


def differs(want: Outcome, got: Outcome, *, ours: bool) -> list[str]:
    """Return in what an archive's answer is not what the table says; the words are ours."""
    found = []
    if sorted(want.found) != list(got.found):
        found.append(f"found {list(got.found)}, not {sorted(want.found)}")
    for name in ("status", "pending", "charset"):
        if getattr(want, name) != getattr(got, name) and (name != "pending" or want.found):
            found.append(f"{name} {getattr(got, name)!r}, not {getattr(want, name)!r}")
    if ours and want.comment not in got.comment:
        found.append(f"the comment {got.comment!r}, not {want.comment!r}")
    for keyword, value in want.values.items():
        if got.values.get(keyword) != str(value):
            found.append(f"{keyword} {got.values.get(keyword)!r}, not {value!r}")
    if sorted(want.absent) != list(got.absent):
        found.append(f"without {list(got.absent)}, not {sorted(want.absent)}")
    return found


# --- the page -------------------------------------------------------------------------------------

_HEAD = """# Where archives answer a query differently

Made from `tests/archive/query_cases.toml`, which is put to our archive (on SQLite and on
PostgreSQL) and to a real Orthanc (the version that Debian 12 packages) in the tests. PS3.4 names
the section of the DICOM standard. Write this page anew with `python -m tests.archive.query_suite`.

"""


def render() -> str:
    """Return the page."""
    all_cases = cases()
    differing = [case for case in all_cases if case.orthanc]
    ours = [case for case in all_cases if case.skip_orthanc]
    same = len(all_cases) - len(differing) - len(ours)
    lines = [
        _HEAD,
        f"{len(all_cases)} cases: {same} answered alike, {len(differing)} differently, "
        f"{len(ours)} put to ours alone.\n\n",
        "## Orthanc answers differently\n\n",
        "| case | PS3.4 | ours | Orthanc | why |\n|---|---|---|---|---|\n",
        *(_difference(case) for case in differing),
        "\n## Put to ours alone\n\n| case | PS3.4 | setting | why |\n|---|---|---|---|\n",
        *(
            f"| {case.name} | {case.section} | {_settings(case)} | {case.skip_orthanc} |\n"
            for case in ours
        ),
        "\n## Answered alike\n\n| case | PS3.4 |\n|---|---|\n",
        *(
            f"| {case.name} | {case.section} |\n"
            for case in all_cases
            if not case.orthanc and not case.skip_orthanc
        ),
    ]
    return "".join(lines)


def _settings(case: Case) -> str:
    return ", ".join(f"`{key}` = {value}" for key, value in case.settings.items()) or "–"


def _difference(case: Case) -> str:
    assert case.orthanc
    ours, theirs = _told(case.expect, case.orthanc), _told(case.orthanc, case.expect)
    return f"| {case.name} | {case.section} | {ours} | {theirs} | {case.orthanc.why} |\n"


def _told(one: Outcome, other: Outcome) -> str:
    """Say what of an outcome differs from another."""
    said = []
    if one.status != other.status:
        said.append(one.status)
    if sorted(one.found) != sorted(other.found):
        said.append(f"finds {', '.join(one.found)}" if one.found else "finds nothing")
    if one.pending != other.pending and one.found and other.found:
        said.append(f"answers are {one.pending}")
    if one.charset != other.charset:
        said.append(one.charset or "no character set")
    said += [f"{k} = {v or 'empty'}" for k, v in one.values.items() if other.values.get(k) != v]
    if one.absent != other.absent:
        said.append(f"leaves out {', '.join(one.absent)}" if one.absent else "returns them empty")
    return _cell("; ".join(said) or "–")


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("*", "\\*")


if __name__ == "__main__":
    PAGE.write_text(render(), "utf-8")
