"""A full archive: how long a selective C-FIND takes among many studies, and how much memory it is.

The index is filled directly; all instances share one file. Orthanc, where it is asked too
(`--long`), gets a fifth of the studies, by C-STORE: filling it is what takes the time.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

from pydicom.uid import CTImageStorage, ExplicitVRLittleEndian
from sqlalchemy import func, select

from benchmarks import objects
from benchmarks.peers import CALLER, Field, Server, orthanc_server, ours, timed, tool
from benchmarks.query import ask
from benchmarks.table import OURS, Row
from simulator.archive import tables as t
from simulator.archive.attributes import LEVELS, packed, read_header
from simulator.archive.migrations import FOLDER
from simulator.archive.store import FileStore
from simulator.database import Database
from simulator.network.associate import associate, plain_context
from simulator.network.scu import MODELS

STUDIES = 100_000
FIRST = 3_000_000  # numbers of these studies, away from the others
_SYNTAX = str(ExplicitVRLittleEndian)
_RECEIVED = "2026-01-05T08:00:00.000"
_FIND = MODELS["study", "find"]
_TABLES = (t.patients, t.studies, t.series, t.instances)
_QUERIES = {
    "Patient ID": {"PatientID": f"P{FIRST + 7:010}"},
    "accession number": {"AccessionNumber": f"A{FIRST + 7:010}"},
    "no hit": {"PatientID": "NOBODY"},
    "no such name": {"PatientName": "NOBODY*"},
    "one day of one name": {"PatientName": f"{objects.NAMES[7]}", "StudyDate": "20260505"},
    "'SMITH*'": {"PatientName": "SMITH*"},
}


def measure(field: Field, folder: Path, *, long: bool) -> list[Row]:
    """Fill, start, ask; the memory is what the process holds after that."""
    with ExitStack() as stack:
        servers = [stack.enter_context(_full(folder))]
        if long and any(server.orthanc for server in field.tuned):
            servers.append(stack.enter_context(_full_orthanc(folder)))
        rows = [_row(servers, name, keys) for name, keys in _QUERIES.items()]
        memory = Row(what="memory after that", unit="MB", more_is_better=False)
        for server in servers:
            memory.values[server.name].append(_resident(server.pid))
    return [*rows, memory]


def _row(servers: list[Server], name: str, keys: dict[str, str]) -> Row:
    row = Row(what=name, unit="ms", more_is_better=False)
    answers = 0
    for server in servers:
        with associate(server.peer, [plain_context(_FIND)], CALLER) as association:
            for number in range(6):
                began = time.perf_counter()
                answers = ask(association, keys)
                if number:  # the first warms up
                    row.values[server.name].append(1000 * (time.perf_counter() - began))
        if server.name == OURS:
            row.what = f"{name} ({answers} answers of {STUDIES} studies)"
    return row


@contextmanager
def _full(folder: Path) -> Iterator[Server]:
    with ours(folder / "ours", sink=1):
        pass  # furnished: tables, roles, nodes
    fill(folder / "ours" / "archive", STUDIES)
    with ours(folder / "ours", sink=1) as server:
        yield server


@contextmanager
def _full_orthanc(folder: Path) -> Iterator[Server]:
    with orthanc_server(folder / "orthanc", "Orthanc", synced=False, sink=1) as server:
        for study in range(FIRST, FIRST + STUDIES // 5):
            objects.write(folder / "sent" / f"{study}", 4, [study], study)
        timed([tool("storescu", server, "-R", "+sd", "+r", folder / "sent")], limit=1800)
        yield server


def fill(archive: Path, count: int) -> None:
    """Enter `count` studies of one image in an archive's index, after what it has."""
    data = objects.encoded(4)
    body = data[data.index(b"\x08\x00\x16\x00UI") :]
    header = read_header([body], _SYNTAX)
    packs = {level: packed(header, level) for level in LEVELS}
    with FileStore(archive / "files").put([data]) as stored:
        place = {"digest": stored.digest, "size": stored.size, "offset": len(data) - len(body)}
    database = Database(archive / "index.db", t.metadata, FOLDER)
    with database.read() as db:
        first = 1 + max(db.scalar(select(func.max(table.c.pk))) or 0 for table in _TABLES)
    for start in range(0, count, 5000):
        some = range(start, min(count, start + 5000))
        rows = [_rows(first + n, FIRST + n, packs, place) for n in some]
        with database.write() as db:
            for at, table in enumerate(_TABLES):
                db.execute(table.insert(), [row[at] for row in rows])
    database.close()


def _rows(
    n: int, study: int, packs: dict[str, bytes], place: dict[str, Any]
) -> list[dict[str, Any]]:
    """Return the four rows of one study; `n` is each level's own key."""
    number = f"{study:010}"
    state = "matched" if n % 50 else "unmatched"
    rows: list[dict[str, Any]] = [
        {"patient_id": f"P{number}", "issuer": "", "name": objects.name(study)},
        {"patient_pk": n, "study_uid": objects.study_uid(study), "study_date": objects.date(study),
         "accession": f"A{number}", "order_state": state, "order_note": "", "received": _RECEIVED},
        {"study_pk": n, "series_uid": objects.series_uid(study), "modality": "CT"},
        {"series_pk": n, "sop_uid": objects.instance_uid(study), "sop_class": CTImageStorage,
         "transfer_syntax": _SYNTAX, "source": "BENCH", "received": _RECEIVED, **place},
    ]  # fmt: skip
    for row, level in zip(rows, LEVELS, strict=True):
        row.update(pk=n, attributes=objects.marked(packs[level], study, study))
    return rows


def _resident(pid: int) -> float:
    """Return how much memory a process holds (MB), where the system says so; else 0."""
    status = Path(f"/proc/{pid}/status")
    if not status.exists():
        return 0.0
    line = next(line for line in status.read_text("ascii").splitlines() if "VmRSS" in line)
    return int(line.split()[1]) / 1000
