"""C-FIND: extended negotiation, character sets with other tools, cancelling, and its cost."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from pydicom.dataset import Dataset
from pydicom.uid import ImplicitVRLittleEndian
from pynetdicom import AE
from pynetdicom.pdu_primitives import SOPClassExtendedNegotiation
from sqlalchemy import event
from sqlalchemy.engine import Engine

from simulator.archive.answers import Manner
from simulator.archive.identifier import of_dataset
from simulator.archive.query import Query, find
from simulator.network import charsets, extended, scu
from simulator.network.associate import associate, plain_context
from tests.archive import query_suite as suite
from tests.archive.support import CALLER, Lab, query, study
from tests.archive.test_query import FIND, PATIENT_FIND
from tests.interop.support import tool

CAP = 0.0004  # seconds of CPU an answer may cost


@pytest.fixture
def named(lab: Lab) -> Lab:
    """The suite's studies, with names in many scripts."""
    suite.store(lab.peer, CALLER)
    return lab


# --- extended negotiation -------------------------------------------------------------------------


def test_with_pynetdicom(named: Lab) -> None:
    ae = AE(ae_title="CT1")
    ae.add_requested_context(FIND)
    item = SOPClassExtendedNegotiation()
    item.sop_class_uid, item.service_class_application_information = FIND, b"\1\1\1"
    association = ae.associate("127.0.0.1", named.port, ext_neg=[item], ae_title="PACSLAB")
    assert association.is_established
    try:
        assert association.acceptor.sop_class_extended == {FIND: b"\1\1\0"}
        asked = query("SERIES", SeriesInstanceUID="", Modality="SR")
        answers = list(association.send_c_find(asked, FIND))
        assert [status.Status for status, _ in answers] == [0xFF00, 0x0000]
    finally:
        association.release()


def test_what_the_settings_forbid_is_not_agreed_to(named: Lab) -> None:
    named.set("query.relational", "never")
    everything = extended.information({extended.RELATIONAL, extended.COMBINED})
    offered = {FIND: everything, "1.2.840.10008.1.1": b"\1"}
    contexts = [plain_context(FIND)]
    with associate(named.peer, contexts, CALLER, extensions=offered) as association:
        assert association.extensions == {FIND: b"\0\1"}


def test_what_was_agreed_holds_for_its_class_alone(named: Lab) -> None:
    contexts = [plain_context(FIND), plain_context(PATIENT_FIND)]
    asked = query("SERIES", SeriesInstanceUID="", Modality="SR")
    with associate(named.peer, contexts, CALLER, extensions={FIND: b"\1"}) as association:
        assert len(list(scu.find_on(association, asked, FIND))) == 1
        with pytest.raises(Exception, match="0xA900"):
            list(scu.find_on(association, asked, PATIENT_FIND))


# --- other tools ----------------------------------------------------------------------------------


@pytest.mark.peer("findscu")
@pytest.mark.parametrize(
    ("terms", "name", "study"),
    [
        ("ISO_IR 126", "Διονυσιος*", 9),
        ("ISO_IR 144", "Люксембург*", 8),
        ("ISO_IR 127", "قباني*", 10),
        ("ISO_IR 138", "שרון*", 11),
        ("ISO_IR 166", "สมชาย*", 12),
        ("\\ISO 2022 IR 87", "Yamada^Tarou=山田^太郎=やまだ^たろう", 5),
        ("\\ISO 2022 IR 149", "*=洪*", 6),
        ("GB18030", "*=王*", 7),
        ("ISO_IR 192", "Čapek*", 13),
    ],
)
def test_findscu_asks_in(named: Lab, terms: str, name: str, study: int, tmp_path: Path) -> None:
    path = tmp_path / "query.dcm"
    path.write_bytes(suite.keys_record(terms, name))
    said = tool("findscu", named, "-v", "-S", "-X", "-od", str(tmp_path), path).stdout
    assert "0xff00" in said.lower() or "Pending" in said, said
    (answer,) = tmp_path.glob("rsp*.dcm")
    got = suite.file_record(answer)
    assert got[0x0020000D][1].rstrip(b"\0") == f"1.2.3.{study}".encode()
    declared = got[0x00080005][1].decode().strip()
    text = charsets.decode(got[0x00100010][1], declared.split("\\"))
    assert text.strip() == suite.names()[study]


# --- cancelling -----------------------------------------------------------------------------------


def test_a_cancel_is_heard_between_two_answers(lab: Lab) -> None:
    """Nothing is sent after the C-CANCEL was read; what is in the network already, arrives."""
    for number in range(300):
        lab.enter(*study(number, StudyDescription="x" * 60))
    with lab.open(FIND) as association:
        asked = query("STUDY", StudyInstanceUID="", StudyDescription="", PatientName="")
        found = scu.find_on(association, asked, FIND)
        next(found)
        found.close()  # type: ignore[attr-defined]
        scu.echo(lab.peer, CALLER)


def test_a_query_that_finds_nothing_looks_up_meanwhile(lab: Lab) -> None:
    for number in range(60):
        lab.enter(*study(number))
    identifier = of_dataset(query("STUDY", StudyDescription="*nothing*"), "STUDY")
    heard = list(Query(identifier=identifier).answers(lab.archive.database))
    assert heard == [None, None]  # after the first batch, and after the second


# --- what a query costs ---------------------------------------------------------------------------

RICH: dict[str, Any] = dict.fromkeys(
    [
        *("StudyInstanceUID", "PatientName", "PatientID", "PatientBirthDate", "PatientSex"),
        *("StudyDate", "StudyTime", "AccessionNumber", "StudyDescription", "StudyID"),
        *("ReferringPhysicianName", "ModalitiesInStudy", "SOPClassesInStudy"),
        *("NumberOfStudyRelatedSeries", "NumberOfStudyRelatedInstances"),
        "NumberOfPatientRelatedStudies",
    ],
    "",
)


@pytest.fixture
def statements() -> Iterator[list[str]]:
    """Collect the SQL statements that this thread runs."""
    seen: list[str] = []
    here = threading.get_ident()

    def note(_: Any, __: Any, statement: str, *more: Any) -> None:
        if threading.get_ident() == here:
            seen.append(statement)

    event.listen(Engine, "before_cursor_execute", note)
    yield seen
    event.remove(Engine, "before_cursor_execute", note)


def test_a_batch_takes_a_few_statements_however_many_answers(
    lab: Lab, statements: list[str]
) -> None:
    counts = []
    for first in (0, 40):
        for number in range(first, first + 40 if first else 4):
            lab.enter(*study(number))
        del statements[:]
        found = list(find(lab.archive.database, query("STUDY", **RICH), "STUDY",
                          case_sensitive_names=False))  # fmt: skip
        counts.append((len(found), len(statements)))
    assert counts == [(4, 7), (44, 7)]  # keys, rows, and five attributes made on demand


def test_an_answer_costs_little_cpu(lab: Lab) -> None:
    for number in range(200):
        lab.enter(*study(number, StudyDescription="CT chest", PatientName=f"Name^N{number}"))
    asked = Query(
        identifier=of_dataset(query("STUDY", **RICH), "STUDY"), manner=Manner(retrieve_ae="PACSLAB")
    )
    best = min(_cpu(lambda: _encode_all(asked, lab)) for _ in range(5))
    assert best / 200 <= CAP


def _encode_all(asked: Query, lab: Lab) -> None:
    for answer in asked.answers(lab.archive.database):
        if answer is not None:
            answer.encode(implicit=False)


def _cpu(work: Callable[[], None]) -> float:
    before = time.thread_time()
    work()
    return time.thread_time() - before


def test_nothing_is_open_in_the_database_between_two_batches(lab: Lab) -> None:
    for number in range(60):
        lab.enter(*study(number))
    asked = Query(identifier=of_dataset(query("STUDY", StudyInstanceUID=""), "STUDY"))
    answers = asked.answers(lab.archive.database)
    next(answers)
    pool: Any = lab.archive.database._engine.pool
    lab.enter(*study(100))  # a writer does not wait for a slow reader
    assert pool.checkedout() <= 1  # the writing connection
    assert sum(answer is not None for answer in answers) == 59  # as it was when it was asked


# --- answers --------------------------------------------------------------------------------------


def test_an_answer_without_its_unique_key_has_it_all_the_same(named: Lab) -> None:
    found = named.find("STUDY", AccessionNumber="A1", PatientName="")
    assert [ds.StudyInstanceUID for ds in found] == ["1.2.3.1"]


def test_both_syntaxes_say_the_same(named: Lab) -> None:
    asked = query("STUDY", StudyInstanceUID="1.2.3.5", PatientName="", StudyDescription="")

    def answer(syntax: str) -> Dataset:
        with named.open(FIND, syntax=syntax) as association:
            (found,) = scu.find_on(association, asked, FIND)
            return found

    assert answer(ImplicitVRLittleEndian) == answer("1.2.840.10008.1.2.1")


def test_answers_in_utf_8_or_as_it_was_asked(named: Lab) -> None:
    asked = {"StudyInstanceUID": "1.2.3.8", "PatientName": "", "SpecificCharacterSet": "ISO_IR 192"}
    for setting, expected in (
        ("stored", "ISO_IR 144"), ("utf8", "ISO_IR 192"), ("request", "ISO_IR 192")
    ):  # fmt: skip
        named.set("query.answer_charset", setting)
        (found,) = named.find("STUDY", **asked)
        assert (found.SpecificCharacterSet, found.PatientName) == (expected, "Люксембург^Анна")
    asked["SpecificCharacterSet"] = "ISO_IR 100"  # which has no Cyrillic
    (found,) = named.find("STUDY", **asked)
    assert (found.SpecificCharacterSet, found.PatientName) == ("ISO_IR 192", "Люксембург^Анна")


def test_our_own_side_reads_what_pydicom_does_not(named: Lab) -> None:
    (found,) = named.find("STUDY", StudyInstanceUID="1.2.3.14", PatientName="")
    assert found.SpecificCharacterSet == ["", "ISO 2022 IR 58"]
    assert found.PatientName == "Zhang^XiaoDong=张^小东"


def test_our_own_side_says_in_which_character_set_it_asks(named: Lab) -> None:
    (found,) = named.find("STUDY", StudyInstanceUID="", PatientName="Διονυσιος*")
    assert found.PatientName == "Διονυσιος^Άρης"
