"""Linking an unmatched study to its order: the headers are corrected, the originals remembered.

A file is never changed: the corrected object is a new file, and what was there before stays in
its Original Attributes Sequence (PS3.3 C.12.1.1.9).
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import replace
from datetime import datetime
from io import BytesIO
from typing import Any

from pydicom import dcmread
from pydicom.dataset import Dataset
from pydicom.sequence import Sequence

from simulator.archive import tables as t
from simulator.archive.attributes import KEEP, text
from simulator.archive.filing import file_meta
from simulator.archive.index import Index, Location
from simulator.archive.original_attributes import write_values
from simulator.archive.rows import enter, refresh_patient, remove_study
from simulator.archive.store import FileStore
from simulator.network.dimse import encode_dataset

# What an order says about its patient and study, by attribute.
_FROM_ORDER = {
    "PatientName": "patient_name",
    "PatientID": "patient_id",
    "IssuerOfPatientID": "issuer",
    "PatientBirthDate": "birth_date",
    "PatientSex": "sex",
    "AccessionNumber": "accession",
    "ReferringPhysicianName": "referring",
}


def link(
    index: Index, store: FileStore, study_uid: str, order: dict[str, Any], now: datetime, by: str
) -> int:
    """Give a study the identity its order says; returns how many instances were corrected."""
    state = ("matched", f"linked to order {order['accession']} by {by}")
    return _correct(index, store, study_uid, lambda ds: _apply(ds, order, now, by), state)


def readdress(
    index: Index, store: FileStore, study_uid: str, identity: dict[str, str], now: datetime, by: str
) -> int:
    """Give a study's patient other values, by attribute; returns how many instances changed."""

    changed = set[str]()

    def change(ds: Dataset) -> None:
        values = {k: v for k, v in identity.items() if text(ds, k) != v}
        if values:
            changed.add(str(ds.SOPInstanceUID))
        write_values(ds, values, now, by)

    _correct(index, store, study_uid, change, None)
    return len(changed)


def _correct(
    index: Index,
    store: FileStore,
    study_uid: str,
    change: Callable[[Dataset], None],
    state: tuple[str, str] | None,
) -> int:
    """Correct every instance; `state` is the study's afterwards, None: what it is at the time."""
    while True:
        locations = index.locate([t.studies.c.study_uid == study_uid])
        if not locations:
            return 0
        with ExitStack() as filing:
            corrected = [_corrected(filing, store, location, change) for location in locations]
            if _refile(index, study_uid, locations, corrected, state):
                return len(corrected)


def _refile(
    index: Index,
    study_uid: str,
    locations: list[Location],
    corrected: list[tuple[Dataset, Location]],
    state: tuple[str, str] | None,
) -> bool:
    """Enter the corrected instances in place of the old; False if others have arrived meanwhile."""
    sources = {
        instance["sop_uid"]: (instance["source"], instance["received"])
        for series in index.tree(study_uid)
        for instance in series["instances"]
    }
    with index.database.write() as db:  # all or nothing: re-filed in one transaction
        if index.locate([t.studies.c.study_uid == study_uid]) != locations:
            return False
        study = index.study(study_uid)
        if study is None:
            return False
        state = state or (study["order_state"], study["order_note"])
        remove_study(db, study_uid)
        for ds, location in corrected:
            source, received = sources[location.sop_uid]
            enter(db, _kept(ds), location, source, received, replace=False)
            refresh_patient(db, _kept(ds))
        index.set_order_state(study_uid, *state)
    return True


def _apply(ds: Dataset, order: dict[str, Any], now: datetime, by: str) -> None:
    """Write the order's identity into a data set and keep what it replaces."""
    changes = {
        keyword: order[name]
        for keyword, name in _FROM_ORDER.items()
        if text(ds, keyword) != order[name]
    }
    request = Dataset()
    request.AccessionNumber = order["accession"]
    request.RequestedProcedureID = order["requested_procedure_id"]
    request.ScheduledProcedureStepID = order["step_id"]
    write_values(ds, {**changes, "RequestAttributesSequence": Sequence([request])}, now, by)


def _corrected(
    filing: ExitStack, store: FileStore, location: Location, change: Callable[[Dataset], None]
) -> tuple[Dataset, Location]:
    """Write a changed copy of an instance and return its header and place."""
    ds = dcmread(BytesIO(store.read(location.digest)))
    change(ds)
    source = str(ds.file_meta.get("SourceApplicationEntityTitle", ""))
    meta = file_meta(location.sop_class, location.sop_uid, location.transfer_syntax, source)
    data = encode_dataset(ds, location.transfer_syntax)
    stored = filing.enter_context(store.put([meta, data]))
    return ds, replace(location, digest=stored.digest, offset=len(meta), size=stored.size)


def _kept(ds: Dataset) -> Dataset:
    header = Dataset()
    for keywords in KEEP.values():
        for keyword in keywords:
            if keyword in ds:
                header[keyword] = ds[keyword]
    return header
