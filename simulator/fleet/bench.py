"""A test bench for a device: archive and RIS in one, which takes everything and writes it down.

It accepts whatever is proposed, so that what the device claims can be held against what it does.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from pydicom.dataset import Dataset
from pynetdicom.presentation import PresentationContext, build_context

from simulator.fleet.profile import ModalityProfile
from simulator.imaging.header import SCHEME, code_item, date_of, time_of
from simulator.imaging.uids import make_uid
from simulator.network import command as cmd
from simulator.network import commitment, dimse, scu
from simulator.network.associate import Peer
from simulator.network.association import Aborted
from simulator.network.commitment import Reference, Result
from simulator.network.dimse import Reply, Request
from simulator.network.negotiation import Proposal
from simulator.network.serve import Server

AE, PATIENT = "BENCH", "Müller-Sørensen^Zoë"  # a name that a careless device cannot write
_PIXELS = ("PixelData", "FloatPixelData", "DoubleFloatPixelData")


@dataclass(frozen=True, kw_only=True)
class Got:
    """An object that came: how, and its header (without pixels)."""

    sop_class: str
    sop_instance: str
    syntax: str
    header: Dataset

    @property
    def reference(self) -> Reference:
        """As it is named in MPPS and commitment."""
        return self.sop_class, self.sop_instance


class Bench:
    """One worklist entry at a time, and everything that came of it."""

    def __init__(self, profile: ModalityProfile) -> None:
        """Be the bench of the device with this profile."""
        self.profile = profile
        self.entry: Dataset | None = None
        self.proposals: list[Proposal] = []
        self.queries: list[Dataset] = []
        self.objects: list[Got] = []
        self.created: dict[str, Dataset] = {}
        self.set: dict[str, Dataset] = {}
        self.asked: list[Reference] = []
        self.server = Server(
            name=AE, host="127.0.0.1", port=0, contexts=self._contexts,
            handlers={
                cmd.C_ECHO: lambda request: dimse.SUCCESS, cmd.C_FIND: self._find,
                cmd.C_STORE: self._store, cmd.N_CREATE: self._create, cmd.N_SET: self._set,
                cmd.N_ACTION: self._commit,
            },
        )  # fmt: skip

    @property
    def peer(self) -> Peer:
        """Where it is."""
        return Peer(ae=AE, host=str(self.server.host), port=int(self.server.port))

    def put_on(self, number: int, protocol: str, now: datetime) -> Dataset:
        """Put a test patient on the worklist, for one protocol of the device; return the entry."""
        self.entry = _entry(self.profile, number, protocol, now)
        return self.entry

    def _contexts(self, said: Proposal) -> Sequence[PresentationContext]:
        self.proposals.append(said)
        syntaxes: dict[str, list[str]] = {}
        for context in said.contexts:
            mine = syntaxes.setdefault(str(context.abstract_syntax), [])
            mine.extend(str(syntax) for syntax in context.transfer_syntax)
        return [build_context(name, list(dict.fromkeys(all_))) for name, all_ in syntaxes.items()]

    def _find(self, request: Request) -> Iterator[Reply]:
        self.queries.append(request.identifier)
        if self.entry is not None:
            yield Reply(status=dimse.PENDING, dataset=self.entry)
        yield Reply(status=dimse.SUCCESS)

    def _store(self, request: Request) -> int:
        header = request.identifier
        for keyword in _PIXELS:
            if keyword in header:
                del header[keyword]
        self.objects.append(Got(
            sop_class=request.sop_class, sop_instance=request.sop_instance,
            syntax=request.context.transfer_syntax, header=header,
        ))  # fmt: skip
        return dimse.SUCCESS

    def _create(self, request: Request) -> int:
        self.created[request.sop_instance] = request.identifier
        return dimse.SUCCESS

    def _set(self, request: Request) -> int:
        self.set[request.sop_instance] = request.identifier
        return dimse.SUCCESS

    def _commit(self, request: Request) -> Iterator[Reply]:
        transaction, references = commitment.read_request(request.identifier)
        self.asked.extend(references)
        yield Reply(status=dimse.SUCCESS)
        have = {got.reference for got in self.objects}
        failed = {one: dimse.NO_SUCH_INSTANCE for one in references if one not in have}
        safe = tuple(one for one in references if one in have)
        result = Result(transaction=transaction, committed=safe, failed=failed)
        try:
            scu.report_commitment(request.association, result, AE)
        except Aborted:
            return  # the device did not wait for it: its own queue shows that


def _entry(profile: ModalityProfile, number: int, key: str, now: datetime) -> Dataset:
    protocol = profile.protocol(key)
    code = code_item(protocol.code, SCHEME, protocol.description)
    ds, step = Dataset(), Dataset()
    ds.SpecificCharacterSet = "ISO_IR 100"
    ds.PatientName, ds.PatientID, ds.IssuerOfPatientID = PATIENT, "ACCEPT-1", "PACSLAB"
    ds.PatientBirthDate, ds.PatientSex = "19610704", "F"
    ds.AccessionNumber = f"ACCEPT{number:03d}"
    ds.StudyInstanceUID = make_uid("acceptance", profile.name, number, now.isoformat())
    ds.ReferringPhysicianName, ds.RequestedProcedureID = "Tester^Tina", f"RP{number:03d}"
    ds.RequestedProcedureDescription = protocol.description
    ds.RequestedProcedureCodeSequence = [code]
    ds.RequestedProcedurePriority, ds.ReasonForTheRequestedProcedure = "ROUTINE", "Acceptance"
    step.ScheduledStationAETitle, step.Modality = profile.ae_title, profile.modality
    step.ScheduledProcedureStepStartDate = date_of(now)
    step.ScheduledProcedureStepStartTime = time_of(now)
    step.ScheduledPerformingPhysicianName = "Tester^Tom"
    step.ScheduledProcedureStepDescription = protocol.description
    step.ScheduledProcedureStepID, step.ScheduledProcedureStepStatus = f"SPS{number:03d}", "ARRIVED"
    step.ScheduledProtocolCodeSequence = [code]
    ds.ScheduledProcedureStepSequence = [step]
    return ds
