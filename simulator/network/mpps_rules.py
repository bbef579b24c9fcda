"""The rules of a performed procedure step, which RIS and archive apply alike (PS3.4 F.7.2).

    N-CREATE → IN PROGRESS ─N-SET→ COMPLETED | DISCONTINUED

A final state is final.
"""

from __future__ import annotations

import re

from pydicom.datadict import tag_for_keyword
from pydicom.dataset import Dataset
from sqlalchemy import Column, LargeBinary, MetaData, String, Table

from simulator.network import dimse
from simulator.network.dimse import DimseError, Reply

IN_PROGRESS, COMPLETED, DISCONTINUED = "IN PROGRESS", "COMPLETED", "DISCONTINUED"
TABLE: dict[str, dict[str, str]] = {
    IN_PROGRESS: {"": IN_PROGRESS, IN_PROGRESS: IN_PROGRESS, COMPLETED: COMPLETED,
                  DISCONTINUED: DISCONTINUED},
    COMPLETED: {},
    DISCONTINUED: {},
}  # fmt: skip
NO_LONGER = "Performed Procedure Step Object may no longer be updated"
NO_LONGER_ID = 0xA710  # Error ID of PS3.4 Table F.7.2-3
# Type 1 at N-CREATE (PS3.4 Table F.7.2-1)
MANDATORY = (
    "ScheduledStepAttributesSequence", "PerformedProcedureStepID", "PerformedStationAETitle",
    "PerformedProcedureStepStartDate", "PerformedProcedureStepStartTime",
    "PerformedProcedureStepStatus", "Modality",
)  # fmt: skip


def next_status(status: str, changes: Dataset) -> str | Reply:
    """Return the status an N-SET leads to, or the reply that refuses it."""
    wanted = str(changes.get("PerformedProcedureStepStatus") or "")
    if not TABLE[status]:
        comment = {"ErrorComment": NO_LONGER, "ErrorID": NO_LONGER_ID}
        return Reply(status=dimse.PROCESSING_FAILURE, command=comment)
    if wanted not in TABLE[status]:
        raise DimseError(dimse.INVALID_ATTRIBUTE_VALUE, f"'{wanted[:16]}' is no status")
    return TABLE[status][wanted]


def check_new(uid: str, ds: Dataset, *, strict: bool = True) -> None:
    """Refuse a step that may not begin like this; not `strict`: what is missing is empty."""
    if not re.fullmatch(r"[0-9.]{1,64}", uid):
        raise DimseError(dimse.INVALID_INSTANCE, "N-CREATE needs an Affected SOP Instance UID")
    for keyword in MANDATORY if strict else ():
        if keyword not in ds:
            raise DimseError(dimse.MISSING_ATTRIBUTE, f"{keyword} is missing", _tag(keyword))
        if ds.data_element(keyword).is_empty:  # type: ignore[union-attr]
            raise DimseError(dimse.MISSING_ATTRIBUTE_VALUE, f"{keyword} is empty", _tag(keyword))
    if ds.get("PerformedProcedureStepStatus") != IN_PROGRESS:
        raise DimseError(
            dimse.INVALID_ATTRIBUTE_VALUE,
            "a new step must be IN PROGRESS",
            _tag("PerformedProcedureStepStatus"),
        )


def _tag(keyword: str) -> int:
    return int(tag_for_keyword(keyword) or 0)


def performed_table(metadata: MetaData) -> Table:
    """Add the table of performed steps; RIS and archive each keep their own."""
    return Table(
        "performed",
        metadata,
        Column("uid", String, primary_key=True),
        Column("status", String, nullable=False),
        Column("station_ae", String, nullable=False),
        Column("accessions", String, nullable=False),  # of the orders, joined by backslashes
        Column("patient_id", String, nullable=False),
        Column("patient_name", String, nullable=False),
        Column("created", String, nullable=False),
        Column("updated", String, nullable=False),
        Column("attributes", LargeBinary, nullable=False),  # Explicit VR Little Endian
    )
