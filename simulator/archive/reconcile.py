"""Linking an unmatched study to its order: the headers are corrected, the originals remembered.

A file is never changed: the corrected object is a new file, and what was there before stays in
its Original Attributes Sequence (PS3.3 C.12.1.1.9).
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from io import BytesIO
from typing import Any

from pydicom import dcmread
from pydicom.dataset import Dataset
from pydicom.sequence import Sequence

from simulator.archive import tables as t
from simulator.archive.attributes import KEEP, text
from simulator.archive.index import Index, Location, enter, remove_study
from simulator.archive.services import file_meta
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
    locations = index.locate([t.studies.c.study_uid == study_uid])
    corrected = [
        _corrected(store, location, lambda ds: _apply(ds, order, now, by)) for location in locations
    ]
    sources = {
        instance["sop_uid"]: (instance["source"], instance["received"])
        for series in index.tree(study_uid)
        for instance in series["instances"]
    }
    with index.database.write() as db:  # all or nothing: re-filed in one transaction
        remove_study(db, study_uid)
        for ds, location in corrected:
            source, received = sources[location.sop_uid]
            enter(db, _kept(ds), location, source, received, replace=False)
    note = f"linked to order {order['accession']} by {by}"
    index.set_order_state(study_uid, "matched", note)
    return len(corrected)


def _apply(ds: Dataset, order: dict[str, Any], now: datetime, by: str) -> None:
    """Write the order's identity into a data set and keep what it replaces."""
    before = Dataset()
    for keyword, name in _FROM_ORDER.items():
        value = order[name]
        if text(ds, keyword) == value:
            continue
        if keyword in ds:
            before[keyword] = ds[keyword]
        setattr(ds, keyword, value)
    request = Dataset()
    request.AccessionNumber = order["accession"]
    request.RequestedProcedureID = order["requested_procedure_id"]
    request.ScheduledProcedureStepID = order["step_id"]
    ds.RequestAttributesSequence = Sequence([request])
    _remember(ds, before, now, by)


def _remember(ds: Dataset, before: Dataset, now: datetime, by: str) -> None:
    item = Dataset()
    item.ModifiedAttributesSequence = Sequence([before])
    item.AttributeModificationDateTime = now.strftime("%Y%m%d%H%M%S")
    item.ModifyingSystem = f"PACS Lab ({by})"[:64]
    item.SourceOfPreviousValues = None
    item.ReasonForTheAttributeModification = "CORRECT"
    items = list(ds.get("OriginalAttributesSequence") or [])
    ds.OriginalAttributesSequence = Sequence([*items, item])


def _corrected(
    store: FileStore, location: Location, change: Callable[[Dataset], None]
) -> tuple[Dataset, Location]:
    """Write a changed copy of an instance and return its header and place."""
    ds = dcmread(BytesIO(store.read(location.digest)))
    change(ds)
    source = str(ds.file_meta.get("SourceApplicationEntityTitle", ""))
    meta = file_meta(location.sop_class, location.sop_uid, location.transfer_syntax, source)
    stored = store.put([meta, encode_dataset(ds, location.transfer_syntax)])
    return ds, Location(
        sop_uid=location.sop_uid,
        sop_class=location.sop_class,
        transfer_syntax=location.transfer_syntax,
        digest=stored.digest,
        offset=len(meta),
        size=stored.size,
        study_uid=location.study_uid,
        series_uid=location.series_uid,
    )


def _kept(ds: Dataset) -> Dataset:
    header = Dataset()
    for keywords in KEEP.values():
        for keyword in keywords:
            if keyword in ds:
                header[keyword] = ds[keyword]
    return header
