"""Linking an unmatched study to its order: the headers are corrected, the originals remembered.

A file is never changed: the corrected object is a new file, and what was there before stays in
its Original Attributes Sequence (PS3.3 C.12.1.1.9).
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack
from copy import deepcopy
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

    def change(ds: Dataset) -> None:
        _write(ds, {k: v for k, v in identity.items() if text(ds, k) != v}, now, by)

    study = index.study(study_uid)
    if study is None:
        return 0
    state = (study["order_state"], study["order_note"])
    return _correct(index, store, study_uid, change, state)


def _correct(
    index: Index,
    store: FileStore,
    study_uid: str,
    change: Callable[[Dataset], None],
    state: tuple[str, str],
) -> int:
    while True:
        locations = index.locate([t.studies.c.study_uid == study_uid])
        with ExitStack() as filing:
            corrected = [_corrected(filing, store, location, change) for location in locations]
            if _refile(index, study_uid, locations, corrected, state):
                return len(corrected)


def _refile(
    index: Index,
    study_uid: str,
    locations: list[Location],
    corrected: list[tuple[Dataset, Location]],
    state: tuple[str, str],
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
    _write(ds, {**changes, "RequestAttributesSequence": Sequence([request])}, now, by)


def _write(ds: Dataset, changes: dict[str, Any], now: datetime, by: str) -> None:
    """Write values into a data set and keep what they replace."""
    if not changes:
        return
    if not all(value.isascii() for value in changes.values() if isinstance(value, str)):
        _to_unicode(ds)
    before = Dataset()
    for keyword, value in changes.items():
        if keyword in ds:
            before[keyword] = deepcopy(ds[keyword])  # setattr changes an element in place
        setattr(ds, keyword, value)
    _remember(ds, before, now, by)


def _to_unicode(ds: Dataset) -> None:
    """Declare UTF-8, in which every name can be written."""
    for _ in ds.iterall():
        pass  # decodes every text while the old character set is known
    ds.SpecificCharacterSet = "ISO_IR 192"


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
