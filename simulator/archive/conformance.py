"""The archive's conformance statement (PS3.2), as Markdown, from the tables the code works with.

`python -m simulator.archive.conformance FILE` writes it; a test keeps docs/conformance.md current.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Sequence
from pathlib import Path

from pydicom.datadict import dictionary_VR, tag_for_keyword
from pydicom.uid import UID

from simulator.archive.attributes import KEEP, LEVELS, UNIQUE_KEY
from simulator.archive.counting import MADE, MATCHED
from simulator.archive.dicomweb.app import described
from simulator.archive.finding import _FEATURES
from simulator.archive.nodes import RIGHTS
from simulator.archive.setting import Setting
from simulator.archive.setting_table import SETTINGS
from simulator.archive.statement.classes import SERVICES, STORAGE
from simulator.archive.statement.statuses import STATUSES
from simulator.archive.storage_classes import DEFLATED, STORAGE_SYNTAXES
from simulator.network import charsets, dimse, negotiation, rejections, wire
from simulator.ports import Plan

_INTRO = """\
# DICOM conformance statement of the archive

It follows the outline of PS3.2 and is written from the code's own tables by
`python -m simulator.archive.conformance docs/conformance.md`; a test compares the two. The product
is a training simulator: it holds synthetic objects only and is not for clinical use. Each device of
the fleet has a statement of its own: see its service screen.

## 1 Implementation model

One application entity, PACSLAB. It files what devices store, answers queries and retrieves, vouches
for what it keeps (storage commitment), is told of performed procedure steps and tells workstations
which studies are available. The same rooms have a second door, DICOMweb. Everything listens on the
loopback addresses of one machine.

| real-world activity | DICOM |
|---|---|
| a device sends images | C-STORE, then N-ACTION of storage commitment |
| somebody looks for a study | C-FIND or QIDO-RS |
| somebody fetches a study | C-MOVE, C-GET or WADO-RS |
| a step begins and ends at a device | N-CREATE and N-SET, passed on by the RIS |
| a study is complete | N-CREATE of Instance Availability Notification |
| a study arrived whose order is not known | C-FIND of the RIS's worklist |"""


def statement() -> str:
    """Return the whole document."""
    parts = (
        *(_INTRO, _services(), _storage(), _syntaxes(), _association(), _negotiation()),
        *(_query(), _statuses(), _web(), _network(), _charsets(), _security()),
    )
    return "\n\n".join(parts) + "\n"


def _services() -> str:
    rows = [(role.name, f"`{role.uid}`", role.roles, role.note) for role in SERVICES]
    return (
        "## 2 Application entity PACSLAB\n\n### 2.1 SOP classes\n\nIn Implicit and Explicit VR "
        "Little Endian:\n\n" + _table(("SOP class", "UID", "role", "when"), rows)
    )


def _storage() -> str:
    rows = [(UID(uid).name, f"`{uid}`") for uid in sorted(STORAGE, key=lambda uid: UID(uid).name)]
    return (
        f"### 2.2 Storage SOP classes\n\nSCP of C-STORE; SCU in the sub-operations of C-MOVE and "
        f"C-GET. {len(rows)} classes, and the private ones that `store.private_classes` names:\n\n"
        + _table(("SOP class", "UID"), rows)
    )


def _syntaxes() -> str:
    rows = [(uid.name, f"`{uid}`") for uid in map(UID, STORAGE_SYNTAXES)]
    rows.append((UID(DEFLATED).name, f"`{DEFLATED}` (only while `store.deflated` is on)"))
    return (
        "### 2.3 Transfer syntaxes of storage\n\nThe requestor's first one that stands here is "
        "taken. Objects are stored as they came (Deflated: as Explicit VR Little Endian). They are "
        "sent so, too; where the receiver does not take that, they are decompressed without loss; "
        "what was compressed with loss is never compressed again.\n\n"
        + _table(("transfer syntax", "UID"), rows)
    )


def _association() -> str:
    facts = (
        ("Application context", "`1.2.840.10008.3.1.1.1`"),
        ("Implementation Class UID", f"`{negotiation.IMPLEMENTATION_UID}`"),
        ("Implementation Version Name", f"`{negotiation.IMPLEMENTATION_VERSION}`"),
        ("Largest PDU taken by default", f"{wire.OFFERED_PDU} bytes"),
        ("Asynchronous operations", "not supported: one at a time"),
        ("SCP/SCU role selection", "C-GET: the requestor may be SCP of storage; commitment: its "
         "results on an association of ours"),
        ("Limits", f"{_default('dicom.max_associations')} associations at once, and a number for "
         "each node"),
    )  # fmt: skip
    triples = [
        (f"{source}/{reason}", words) for (source, reason), words in rejections._REASONS.items()
    ]
    return (
        "### 2.4 Association policies\n\n" + _table(("what", "value"), facts)
        + "\n\nReasons of a rejection (source/reason; docs/refusals.md explains each):\n\n"
        + _table(("numbers", "in words"), triples)
    )  # fmt: skip


def _negotiation() -> str:
    rows = [(name, f"`{key}`", str(_default(key))) for name, key in _FEATURES.items()]
    return (
        "### 2.5 Extended negotiation of queries\n\nPS3.4 C.5.1.1. What is not in the table "
        "(semantic matching of names, time zone adjustment, conversion of enhanced images) is "
        "answered with 0. User identity (PS3.7 D.3.3.7): types 1 and 2, by `dicom.user_identity`."
        "\n\n" + _table(("feature", "setting", "default"), rows)
    )


def _query() -> str:
    sections = [_level(level) for level in LEVELS]
    return (
        "### 2.6 Attributes of queries\n\nU: unique key; M: matched; R: returned, not matched. "
        "Every attribute of a level is returned on request there and below, and is matched at its "
        "own level and, in relational queries, above. Others are left out, and the answers are "
        "0xFF01. docs/query-differences.md compares with other archives.\n\n"
        + "\n\n".join(sections)
    )


def _level(level: str) -> str:
    rows = [
        (word, _tag(word), dictionary_VR(word), "U" if word == UNIQUE_KEY[level] else "M")
        for word in KEEP[level]
    ]
    rows += [
        (word, _tag(word), dictionary_VR(word), "M" if word in MATCHED else "R")
        for word, made in MADE.items()
        if made.level == level
    ]
    return f"**{level}**\n\n" + _table(("attribute", "tag", "VR", "key"), rows)


def _statuses() -> str:
    sections = []
    for service, answers in STATUSES.items():
        rows = [(f"0x{one.status:04X}", dimse.MEANINGS[one.status], one.when) for one in answers]
        sections.append(f"**{service}**\n\n" + _table(("status", "meaning", "when"), rows))
    return "### 2.7 Statuses\n\n" + "\n\n".join(sections)


def _web() -> str:
    rows = [(f"`{row.method} {row.path}`", row.summary) for row in described()]
    return (
        "## 3 DICOMweb (PS3.18)\n\nOrigin server, by HTTP, with the accounts of the archive.\n\n"
        + _table(("request", "what"), rows)
    )


def _network() -> str:
    plan = Plan()
    places = [
        ("DICOM", plan.archive),
        ("DICOM over TLS", plan.archive_tls),
        ("HL7 (MLLP)", plan.hl7_archive),
        ("HTTP", plan.archive_web),
    ]
    rows = [(what, "127.0.0.1", str(port)) for what, port in places]
    settings = [
        (f"`{one.key}`", str(one.default), _allowed(one), one.what)
        for one in SETTINGS.values()
        if one.key.split(".")[0] in ("dicom", "commitment", "ian", "query", "retrieve", "store")
    ]
    return (
        "## 4 Network and configuration\n\nTCP/IP, IPv4. `--ports auto` chooses others; "
        "`pacslab status` shows them.\n\n" + _table(("service", "address", "port"), rows)
        + "\n\nA node of the node table has AE title, address, port, TLS, a limit, and some of the "
        f"rights {', '.join(RIGHTS)}. Settings, changed while it runs:\n\n"
        + _table(("setting", "default", "values", "what"), settings)
    )  # fmt: skip


def _charsets() -> str:
    terms = [f"ISO_IR {number}" for number in charsets._SETS if int(number) in _SINGLE]
    extended = [f"ISO 2022 IR {number}" for number in charsets._SETS]
    rows = [
        ("single", ", ".join([*terms, "ISO_IR 192", "GB18030", "GBK"])),
        ("with code extensions", ", ".join(extended)),
    ]
    return (
        "## 5 Character sets\n\nRead in objects and requests, and written in answers (which one: "
        "`query.answer_charset`). An object's own bytes are never re-encoded.\n\n"
        + _table(("kind", "defined terms"), rows)
    )


_SINGLE = {6, 100, 101, 109, 110, 126, 127, 138, 144, 148, 166, 203, 13}


def _security() -> str:
    keys = ("dicom.tls", "dicom.tls_least", "dicom.user_identity", "dicom.check_calling_ae",
            "dicom.check_called_ae", "dicom.check_host")  # fmt: skip
    rows = [(f"`{key}`", str(_default(key)), SETTINGS[key].what) for key in keys]
    return (
        "## 6 Security\n\nTLS on a port of its own (PS3.15 B.9, B.10), certificates of the lab's "
        "own authority; an audit trail as PS3.15 A.5 has it, kept here and sent by syslog.\n\n"
        + _table(("setting", "default", "what"), rows)
    )


def _default(key: str) -> object:
    return SETTINGS[key].default


def _allowed(setting: Setting) -> str:
    if setting.choices:
        return ", ".join(setting.choices)
    if isinstance(setting.default, bool):
        return "true, false"
    if setting.low is not None or setting.high is not None:
        return f"{setting.low:g} to {setting.high:g}" if setting.high else f"from {setting.low:g}"
    return setting.form or "a text"


def _tag(keyword: str) -> str:
    tag = tag_for_keyword(keyword) or 0
    return f"({tag >> 16:04X},{tag & 0xFFFF:04X})"


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(
        "| " + " | ".join(cell.replace("|", "/").replace("\n", " ") for cell in row) + " |"
        for row in lines
    )


def main(arguments: list[str]) -> int:
    """Write the statement to the file named, or to standard output."""
    if arguments:
        Path(arguments[0]).write_text(statement(), "utf-8", newline="\n")
    else:
        print(statement(), end="")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
