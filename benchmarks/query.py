"""C-FIND at study level: milliseconds a query, on one association that stays open."""

from __future__ import annotations

import time
from pathlib import Path

from pydicom.dataset import Dataset

from benchmarks import objects
from benchmarks.peers import CALLER, Field, timed, tool
from benchmarks.table import Row
from simulator.network import scu
from simulator.network.associate import associate, plain_context
from simulator.network.association import Association

FIRST = 1_000_000  # numbers of these studies, away from those of ingest
_FIND = scu.MODELS["study", "find"]
_QUERIES = {
    "Patient ID": {"PatientID": f"P{FIRST + 7:010}"},
    "'SMITH*'": {"PatientName": "SMITH*"},
    "one day": {"StudyDate": "20260505"},
    "no hit": {"PatientID": "NOBODY"},
}


def measure(field: Field, folder: Path, *, long: bool) -> list[Row]:
    """Fill each server with studies of one small image, then ask in turn."""
    count = 4000 if long else 800
    for study in range(FIRST, FIRST + count):
        objects.write(folder / f"{study}", objects.SIZES["9 KB"], [study], study)
    asked = [server for server in field.tuned if server.has_index]
    for server in asked:
        timed([tool("storescu", server, "-R", "+sd", "+r", folder)])
    rows = []
    for name, keys in _QUERIES.items():
        row = Row(what=name, unit="ms", more_is_better=False)
        answers = 0
        for _ in range(15 if long else 7):
            for server in asked:
                with associate(server.peer, [plain_context(_FIND)], CALLER) as association:
                    ask(association, keys)
                    began = time.perf_counter()
                    answers = ask(association, keys)
                    row.values[server.name].append(1000 * (time.perf_counter() - began))
        row.what += f" ({answers} answers, {count}+ studies)"
        rows.append(row)
    return rows


def ask(association: Association, keys: dict[str, str]) -> int:
    """Ask for studies with these keys; return how many answers came."""
    query = Dataset()
    query.QueryRetrieveLevel = "STUDY"
    asked = {"PatientName": "", "PatientID": "", "StudyDate": "", "StudyTime": "", "StudyID": ""}
    for keyword, value in {**asked, "AccessionNumber": "", "StudyInstanceUID": "", **keys}.items():
        setattr(query, keyword, value)
    return sum(1 for _ in scu.find_on(association, query, _FIND))
