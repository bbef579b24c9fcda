"""A reading workstation: searches the archive and has studies sent to itself."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from pydicom.datadict import dictionary_VR
from pydicom.dataset import Dataset
from pynetdicom.presentation import PresentationContext
from pynetdicom.sop_class import (  # type: ignore[attr-defined]
    InstanceAvailabilityNotification,
)

from simulator.clock import Clock
from simulator.errors import UsageError
from simulator.fleet.node import Node
from simulator.fleet.settings import WORKSTATION_KEYS, workstation_defaults
from simulator.journal import Journal
from simulator.network import command as cmd
from simulator.network import dimse, scu
from simulator.network.associate import Peer, plain_context
from simulator.network.dimse import Handlers, Request
from simulator.network.scu import Retrieved

_ASKED = (
    "PatientName", "PatientID", "PatientBirthDate", "PatientSex", "StudyInstanceUID", "StudyDate",
    "StudyTime", "StudyDescription", "AccessionNumber", "ModalitiesInStudy",
    "NumberOfStudyRelatedSeries", "NumberOfStudyRelatedInstances",
)  # fmt: skip


class Workstation(Node):
    """A node that reads: C-FIND and C-MOVE to itself."""

    keys = WORKSTATION_KEYS

    def __init__(
        self, name: str, *, folder: Path, clock: Clock, journal: Journal, archive: Peer, ris: Peer,
        **options: Any,
    ) -> None:  # fmt: skip
        """Keep what is received in `folder`; `options` are those of Node."""
        super().__init__(
            name=name,
            folder=folder,
            clock=clock,
            journal=journal,
            defaults=workstation_defaults(name, archive, ris),
            **options,
        )

    def contexts(self) -> Sequence[PresentationContext]:
        """Return what the listener takes: notices of available studies, too."""
        return (*super().contexts(), plain_context(InstanceAvailabilityNotification))

    def handlers(self) -> Handlers:
        """Return what the listener answers."""
        return {**super().handlers(), cmd.N_CREATE: self.notice}

    def notice(self, request: Request) -> int:
        """Note that a study is available (N-CREATE, PS3.4 R.3.2)."""
        ds = request.identifier
        series = ds.get("ReferencedSeriesSequence") or []
        count = sum(len(item.get("ReferencedSOPSequence") or []) for item in series)
        study_uid = str(ds.get("StudyInstanceUID") or "")
        self.book.tell(
            "device.availability",
            f"{self.name}: {request.calling} has study {study_uid} available, {count} instances",
            calling=request.calling, study_uid=study_uid, instances=count,
        )  # fmt: skip
        return dimse.SUCCESS

    def query(self, keys: Mapping[str, Any] | None = None) -> list[dict[str, Any]]:
        """Return the studies the archive finds for these keys (keyword: value)."""
        peer = self.settings.archive()
        with self.journalled("find", peer):
            found = [_row(ds) for ds in scu.find(peer, _query(keys or {}), self.caller(peer))]
        self.book.tell("device.find", f"{self.name}: {peer} found {len(found)} studies",
                       peer=str(peer), found=len(found))  # fmt: skip
        return found

    def retrieve(self, study_uid: str) -> Retrieved:
        """Have the archive send a study here (C-MOVE to our own AE title)."""
        query = Dataset()
        query.QueryRetrieveLevel, query.StudyInstanceUID = "STUDY", study_uid
        peer = self.settings.archive()
        with self.busy, self.journalled("retrieve", peer, study_uid=study_uid):
            moved = scu.move(peer, query, self.settings.ae_title, self.caller(peer))
        self.book.tell(
            "device.retrieve",
            f"{self.name}: {peer} sent {moved.completed} instances, {moved.failed} failed",
            peer=str(peer), study_uid=study_uid, completed=moved.completed, failed=moved.failed,
        )  # fmt: skip
        return moved


def _query(keys: Mapping[str, Any]) -> Dataset:
    query = Dataset()
    query.QueryRetrieveLevel = str(keys.get("QueryRetrieveLevel", "STUDY"))
    for keyword in _ASKED if query.QueryRetrieveLevel == "STUDY" else ():
        setattr(query, keyword, "")
    for keyword, value in keys.items():
        try:
            dictionary_VR(keyword)
            setattr(query, keyword, str(value))
        except (KeyError, ValueError):
            raise UsageError(
                f"'{keyword}' cannot be asked for.", "Use DICOM keywords such as PatientID."
            ) from None
    return query


def _row(ds: Dataset) -> dict[str, Any]:
    """Return an answer as plain values; several values are joined by backslashes."""
    named = [element for element in ds if element.keyword and element.VR != "SQ"]
    return {
        e.keyword: "\\".join(map(str, e.value)) if e.VM > 1 else str(e.value or "") for e in named
    }
