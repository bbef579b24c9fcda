"""The data sets of storage commitment (PS3.4 J.3): what is asked, and what is reported."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from pydicom.dataset import Dataset
from pydicom.uid import generate_uid
from pynetdicom.sop_class import (  # type: ignore[attr-defined]
    StorageCommitmentPushModel,
    StorageCommitmentPushModelInstance,
)

from simulator.network import command as cmd
from simulator.network import dimse
from simulator.network.dimse import DimseError

PUSH, WELL_KNOWN = str(StorageCommitmentPushModel), str(StorageCommitmentPushModelInstance)
REQUEST, ALL_COMMITTED, SOME_FAILED = 1, 1, 2  # Action Type ID; Event Type IDs
Reference = tuple[str, str]  # SOP class, SOP instance
_MOST = 100_000  # references in one transaction


@dataclass(frozen=True, kw_only=True)
class Result:
    """What became of a transaction."""

    transaction: str
    committed: tuple[Reference, ...] = ()
    failed: dict[Reference, int] = field(default_factory=dict)  # and why: a Failure Reason

    @property
    def event(self) -> int:
        """The Event Type ID that says so."""
        return SOME_FAILED if self.failed else ALL_COMMITTED

    def __str__(self) -> str:
        """Say it in a few words."""
        words = f"{len(self.committed)} committed"
        reasons = sorted({dimse.meaning(reason) for reason in self.failed.values()})
        return words + (f", {len(self.failed)} failed: {', '.join(reasons)}" if reasons else "")


def action_command() -> cmd.Command:
    """Return the command set of a request."""
    return {
        "CommandField": cmd.N_ACTION,
        "RequestedSOPClassUID": PUSH,
        "RequestedSOPInstanceUID": WELL_KNOWN,
        "ActionTypeID": REQUEST,
    }


def event_command(result: Result) -> cmd.Command:
    """Return the command set of a report."""
    return {
        "CommandField": cmd.N_EVENT_REPORT,
        "AffectedSOPClassUID": PUSH,
        "AffectedSOPInstanceUID": WELL_KNOWN,
        "EventTypeID": result.event,
    }


def ask(references: Sequence[Reference], transaction: str = "") -> Dataset:
    """Return the data set of a request (PS3.4 Table J.3-1)."""
    ds = Dataset()
    ds.TransactionUID = transaction or generate_uid()
    ds.ReferencedSOPSequence = [_item(reference) for reference in references]
    return ds


def read_request(ds: Dataset) -> tuple[str, list[Reference]]:
    """Return transaction and references; raises DimseError where something is missing."""
    transaction = str(ds.get("TransactionUID") or "")
    if not transaction:
        raise DimseError(dimse.MISSING_ATTRIBUTE, "no Transaction UID", 0x00081195)
    items = list(ds.get("ReferencedSOPSequence") or [])
    if not items:
        raise DimseError(dimse.MISSING_ATTRIBUTE, "no Referenced SOP Sequence", 0x00081199)
    if len(items) > _MOST:
        raise DimseError(dimse.RESOURCE_LIMITATION, f"more than {_MOST} references")
    references = [_reference(item) for item in items]
    if not all(all(reference) for reference in references):
        raise DimseError(dimse.MISSING_ATTRIBUTE_VALUE, "a reference lacks a UID", 0x00081199)
    return transaction, references


def tell(result: Result, retrieve_ae: str) -> Dataset:
    """Return the data set of a report (PS3.4 Table J.3-2)."""
    ds = Dataset()
    ds.TransactionUID = result.transaction
    ds.RetrieveAETitle = retrieve_ae
    if result.committed:
        ds.ReferencedSOPSequence = [_item(reference) for reference in result.committed]
    if result.failed:
        ds.FailedSOPSequence = [_item(reference, why) for reference, why in result.failed.items()]
    return ds


def read_report(ds: Dataset) -> Result:
    """Return what a report says; raises DimseError where it has no transaction."""
    transaction = str(ds.get("TransactionUID") or "")
    if not transaction:
        raise DimseError(dimse.MISSING_ATTRIBUTE, "no Transaction UID", 0x00081195)
    return Result(
        transaction=transaction,
        committed=tuple(map(_reference, ds.get("ReferencedSOPSequence") or [])),
        failed={
            _reference(item): int(item.get("FailureReason") or dimse.PROCESSING_FAILURE)
            for item in ds.get("FailedSOPSequence") or []
        },
    )


def _item(reference: Reference, reason: int | None = None) -> Dataset:
    item = Dataset()
    item.ReferencedSOPClassUID, item.ReferencedSOPInstanceUID = reference
    if reason is not None:
        item.FailureReason = reason
    return item


def _reference(item: Dataset) -> Reference:
    return (
        str(item.get("ReferencedSOPClassUID") or ""),
        str(item.get("ReferencedSOPInstanceUID") or ""),
    )
