"""Taking objects out of the index and others in, within one transaction."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from io import BytesIO
from typing import Any

from pydicom import dcmread
from pydicom.dataset import Dataset
from sqlalchemy import Connection, delete, select, update

from simulator.archive import tables as t
from simulator.archive.attributes import KEEP
from simulator.archive.fixup.plan import Stored
from simulator.archive.index import Location
from simulator.archive.rows import Filed, all_levels, enter, prune, refresh_patient
from simulator.archive.store import FileStore
from simulator.errors import RefusedError

_CHUNK = 400  # values in one statement


@dataclass(frozen=True, kw_only=True)
class Entry:
    """An object to be entered: what the index keeps of it, and its row."""

    header: Dataset
    row: Stored


def swap(
    db: Connection, out: Sequence[str], into: Sequence[Entry], *, refresh: bool = True
) -> None:
    """Take the instances `out` (SOP Instance UIDs) from the index, then enter others.

    With `refresh`, a patient's entry says afterwards what the objects say that were entered.
    """
    studies = _studies_of(db, out)
    for at in range(0, len(out), _CHUNK):
        gone = t.instances.c.sop_uid.in_(out[at : at + _CHUNK])
        db.execute(delete(t.instances).where(gone))
    for study_uid in studies:
        prune(db, study_uid)
    for one in into:
        row = one.row
        filed = enter(db, one.header, row.location, row.source, row.received, replace=False)
        if filed is Filed.DUPLICATE:
            raise RefusedError(
                f"Object {row.location.sop_uid} is in the archive already.", "Reject that one.", 409
            )
        if refresh:
            refresh_patient(db, one.header)


def _studies_of(db: Connection, sop_uids: Sequence[str]) -> list[str]:
    found: dict[str, None] = {}
    for at in range(0, len(sop_uids), _CHUNK):
        wanted = t.instances.c.sop_uid.in_(sop_uids[at : at + _CHUNK])
        statement = select(t.studies.c.study_uid).select_from(all_levels()).where(wanted)
        found |= dict.fromkeys(db.execute(statement.distinct()).scalars())
    return list(found)


def set_states(db: Connection, states: dict[str, Any]) -> None:
    """Write down of studies whether they belong to an order, and why."""
    for study_uid, (state, note) in states.items():
        same = t.studies.c.study_uid == study_uid
        db.execute(update(t.studies).where(same).values(order_state=state, order_note=note))


def states_of(db: Connection, study_uids: Sequence[str]) -> dict[str, list[str]]:
    """Return whether studies belong to an order, and why."""
    s = t.studies.c
    query = select(s.study_uid, s.order_state, s.order_note).where(s.study_uid.in_(study_uids))
    return {row[0]: [row[1], row[2]] for row in db.execute(query)}


def header_of(store: FileStore, location: Location) -> Dataset:
    """Read a stored object up to its pixels; raises CannotError if its file is not here."""
    return dcmread(BytesIO(store.read(location.digest)), stop_before_pixels=True, force=True)


def kept(ds: Dataset) -> Dataset:
    """Return what the index keeps of a data set."""
    header = Dataset()
    for keywords in KEEP.values():
        for keyword in keywords:
            if keyword in ds:
                header[keyword] = ds[keyword]
    return header
