"""A small archive on our acceptor, for tests: what it was asked, and what it told."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from pydicom.dataset import Dataset
from pydicom.uid import (
    CTImageStorage,
    ExplicitVRLittleEndian,
    ImplicitVRLittleEndian,
    JPEG2000Lossless,
    generate_uid,
)
from pynetdicom.association import Association
from pynetdicom.presentation import PresentationContext, build_context
from pynetdicom.sop_class import (  # type: ignore[attr-defined]
    ModalityPerformedProcedureStep,
    StudyRootQueryRetrieveInformationModelFind,
    StudyRootQueryRetrieveInformationModelGet,
    StudyRootQueryRetrieveInformationModelMove,
    Verification,
)

from simulator.network import command as cmd
from simulator.network import dimse
from simulator.network.dimse import Reply, Request
from simulator.network.limits import Limits
from simulator.network.negotiation import CALLED_UNKNOWN, Proposal, Refusal
from simulator.network.serve import Server
from tests.net import wait_for

FIND = StudyRootQueryRetrieveInformationModelFind
MOVE = StudyRootQueryRetrieveInformationModelMove
GET = StudyRootQueryRetrieveInformationModelGet
MPPS = ModalityPerformedProcedureStep


def ready(assoc: Association) -> None:
    """Wait between two requests: pynetdicom's reactor may still be asleep, and would then take
    the next answer for itself."""
    wait_for(lambda: not assoc._is_paused)


def contexts(_: Proposal) -> Sequence[PresentationContext]:
    """What the small archive supports."""
    plain: list[Any] = [ExplicitVRLittleEndian, ImplicitVRLittleEndian]
    storage = build_context(CTImageStorage, [*plain, JPEG2000Lossless])
    return [storage, *(build_context(sop, plain) for sop in (Verification, FIND, MOVE, GET, MPPS))]


class SmallArchive:
    """Answers echo, store and find; keeps what it got and what it told."""

    def __init__(self, **options: Any) -> None:
        """Listen on a port of the system's choice; `options` are those of `Server`."""
        self.stored: list[tuple[str, bytes]] = []
        self.told: list[tuple[str, str, dict[str, Any]]] = []
        self.matches = 3
        self.cancelled_after: int | None = None
        self.waits_after: int | None = None  # gives so many matches, then waits for the cancel
        self.limits = Limits()
        self.lock = threading.Lock()
        handlers = {
            cmd.C_ECHO: lambda _: dimse.SUCCESS,
            cmd.C_STORE: self.store,
            cmd.C_FIND: self.find,
            **options.pop("handlers", {}),
        }
        given = {"admit": self.admit, **options}
        self.server = Server(
            name="PACSLAB",
            host="127.0.0.1",
            port=0,
            contexts=contexts,
            handlers=handlers,
            limits=lambda: self.limits,
            tell=self.tell,
            **given,
        )
        self.port = int(self.server.port)

    def tell(self, kind: str, text: str, **facts: Any) -> None:
        """Keep what would go into the journal."""
        with self.lock:
            self.told.append((kind, text, facts))

    def kinds(self) -> list[str]:
        """Return the kinds of what was told so far."""
        with self.lock:
            return [kind for kind, _, _ in self.told]

    def admit(self, proposal: Proposal) -> None:
        """Let in whoever calls us by our name."""
        if proposal.called != "PACSLAB":
            raise Refusal(CALLED_UNKNOWN, f"we are not {proposal.called}")

    def store(self, request: Request) -> int:
        """Keep one instance."""
        self.stored.append((request.sop_instance, request.data))
        return dimse.SUCCESS

    def find(self, request: Request) -> Iterator[Reply]:
        """Give as many matches as were set, until cancelled."""
        name = str(request.identifier.get("PatientName", ""))
        for number in range(self.matches):
            if number == self.waits_after:
                wait_for(request.cancelled, why="no cancel came")
            if request.cancelled():
                self.cancelled_after = number
                yield Reply(status=dimse.CANCELLED)
                return
            yield Reply(status=dimse.PENDING, dataset=match(number, name))
        yield Reply(status=dimse.SUCCESS)


@contextmanager
def small_archive(**options: Any) -> Iterator[SmallArchive]:
    """Run a small archive for the length of a block."""
    archive = SmallArchive(**options)
    archive.server.start()
    try:
        yield archive
    finally:
        archive.server.stop()


def match(number: int, name: str) -> Dataset:
    """Return one match of a query."""
    ds = Dataset()
    ds.QueryRetrieveLevel = "STUDY"
    ds.PatientName = name
    ds.StudyInstanceUID = f"1.2.3.{number}"
    return ds


def study_query(**keys: Any) -> Dataset:
    """Return a query at study level."""
    ds = Dataset()
    ds.QueryRetrieveLevel = "STUDY"
    ds.StudyInstanceUID = ""
    for key, value in keys.items():
        setattr(ds, key, value)
    return ds


def image(rows: int = 64) -> Dataset:
    """Return a small CT image with what a file needs."""
    ds = Dataset()
    ds.SOPClassUID = CTImageStorage
    ds.SOPInstanceUID = generate_uid()
    ds.StudyInstanceUID, ds.SeriesInstanceUID = "1.2.3.1", "1.2.3.1.1"
    ds.PatientName, ds.PatientID, ds.Modality = "Test^Anna", "T1", "CT"
    ds.StudyID, ds.StudyDate, ds.StudyTime = "1", "20260302", "070000"
    ds.AccessionNumber, ds.ReferringPhysicianName = "A1", ""
    ds.PatientBirthDate, ds.PatientSex = "19700101", "F"
    ds.SeriesNumber, ds.InstanceNumber = 1, 1
    ds.Rows = ds.Columns = rows
    ds.SamplesPerPixel, ds.PhotometricInterpretation = 1, "MONOCHROME2"
    ds.BitsAllocated, ds.BitsStored, ds.HighBit, ds.PixelRepresentation = 16, 12, 11, 0
    ds.PixelData = bytes(rows * rows * 2)
    return ds
