"""Storage commitment (PS3.4 J, push model): asked by N-ACTION, answered by N-EVENT-REPORT.

A request is durable before it is accepted. Its result goes out on the same association, if that
is still open and the settings allow it, else on a new one to the node's own address, again and
again until the node has it. What is reported is looked up at that moment: an instance that was
deleted since is not committed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from pynetdicom.presentation import PresentationContext

from simulator.archive.calling import Calling
from simulator.archive.door import Door
from simulator.archive.index import Index, Location
from simulator.archive.owed import NotNow, Owed, Report
from simulator.archive.settings import Settings
from simulator.archive.store import FileStore
from simulator.archive.tables import instances
from simulator.errors import NetworkError
from simulator.journal import Journal
from simulator.network import command as cmd
from simulator.network import commitment, dimse, scu
from simulator.network.associate import associate, plain_context
from simulator.network.association import Aborted, Association
from simulator.network.commitment import PUSH, Reference, Result
from simulator.network.dimse import DimseError, Handlers, Reply, Request
from simulator.network.negotiation import Proposal

KIND = "commitment"
_CHUNK = 500  # instances looked up at once
_HELD = 90.0  # seconds in which a result may still go out on the association that asked


class Commitment:
    """The archive as SCP of storage commitment."""

    def __init__(
        self,
        index: Index,
        store: FileStore,
        settings: Settings,
        door: Door,
        calling: Calling,
        owed: Owed,
        journal: Journal,
    ) -> None:
        """Vouch for what `index` and `store` hold."""
        self.index, self.store, self.settings = index, store, settings
        self.door, self.calling, self.owed, self.journal = door, calling, owed, journal
        self.is_elsewhere: Callable[[str], bool] = lambda digest: False  # on another volume
        self.is_aside: Callable[[str], bool] = lambda uid: False  # kept, but rejected and hidden
        owed.deliverers[KIND] = self.deliver

    def contexts(self, said: Proposal | None = None) -> Sequence[PresentationContext]:
        """Return what is offered at present."""
        return [plain_context(PUSH)] if self.settings["commitment.offered"] else []

    def handlers(self) -> Handlers:
        """Return the handler of each message."""
        return {cmd.N_ACTION: self.n_action}

    # --- being asked ----------------------------------------------------------------------------

    def n_action(self, request: Request) -> Iterator[Reply]:
        """Take a request (PS3.4 J.3.2); the result follows when the answer has gone out."""
        self.door.need(request, "commit")
        _check(request)
        transaction, references = commitment.read_request(request.identifier)
        delay = float(self.settings["commitment.delay_seconds"])
        mode = self.settings["commitment.mode"]
        pk = self.owed.add(
            KIND,
            request.calling,
            transaction,
            {"references": references},
            wait=delay + (0 if mode == "new" else _HELD),
        )
        return self._answer(request, Report(
            pk=pk, kind=KIND, ae=request.calling, subject=transaction,
            facts={"references": references}, created="", attempts=0, due=0, note="",
        ))  # fmt: skip

    def _answer(self, request: Request, report: Report) -> Iterator[Reply]:
        yield Reply(status=dimse.SUCCESS)
        if self.settings["commitment.mode"] == "new":
            return
        try:
            if self._on_same(request.association, report):
                self.owed.done(report.pk)
                return
        finally:
            self.owed.release(report.pk)

    def _on_same(self, association: Association, report: Report) -> bool:
        """Report on the association that asked; returns whether it was still there."""
        try:
            if not association.lingers(self.settings["commitment.delay_seconds"]):
                return False
            result = self.result(report)
            scu.report_commitment(association, result, self.settings["dicom.ae_title"])
        except (Aborted, NetworkError):
            return False
        self._tell(report, result, "on the same association")
        return True

    # --- reporting ------------------------------------------------------------------------------

    def deliver(self, report: Report) -> None:
        """Report on a new association, as SCP of it (PS3.7 D.3.3.4); raises a NetworkError."""
        if self.settings["commitment.mode"] == "same":
            why = "results go out on the association that asked, and it has ended"
            raise NotNow(why, self.settings["commitment.retry_seconds"])
        node = self.calling.node(report.ae)
        caller = self.calling.caller(node, dimse_timeout=10)
        with associate(node.peer, [plain_context(PUSH)], caller, get_roles=[PUSH]) as association:
            result = self.result(report)
            scu.report_commitment(association, result, caller.ae)
        self._tell(report, result, f"on a new association to {node.peer}")

    def result(self, report: Report) -> Result:
        """Return which instances of a transaction are safe now, and why others are not."""
        references = [(str(c), str(i)) for c, i in report.facts["references"]]
        there = self._locations([instance for _, instance in references])
        failed = {
            reference: reason
            for reference in references
            if (reason := self._reason(reference, there.get(reference[1])))
        }
        return Result(
            transaction=report.subject,
            committed=tuple(reference for reference in references if reference not in failed),
            failed=failed,
        )

    def _locations(self, uids: Sequence[str]) -> dict[str, Location]:
        found: dict[str, Location] = {}
        for at in range(0, len(uids), _CHUNK):
            wanted = instances.c.sop_uid.in_(uids[at : at + _CHUNK])
            found.update({place.sop_uid: place for place in self.index.locate([wanted])})
        return found

    def _reason(self, reference: Reference, place: Location | None) -> int:
        """Return the Failure Reason (PS3.3 C.14.1.1), 0 if the instance is safe."""
        if place is None:
            return 0 if self.is_aside(reference[1]) else dimse.NO_SUCH_INSTANCE
        if place.sop_class != reference[0]:
            return dimse.CLASS_INSTANCE_CONFLICT
        is_here = self.store.path(place.digest).exists() or self.is_elsewhere(place.digest)
        return 0 if is_here else dimse.PROCESSING_FAILURE

    def _tell(self, report: Report, result: Result, where: str) -> None:
        self.journal.write(
            "commitment.reported",
            f"{report.ae} was told of storage commitment {report.subject}, {where}: {result}",
            node=report.ae,
            transaction=report.subject,
            committed=len(result.committed),
            failed={instance: f"0x{why:04X}" for (_, instance), why in result.failed.items()},
        )


def _check(request: Request) -> None:
    if request.sop_class != PUSH or request.context.abstract_syntax != PUSH:
        raise DimseError(dimse.SOP_CLASS_NOT_SUPPORTED, "only storage commitment has actions here")
    if request.sop_instance != commitment.WELL_KNOWN:
        raise DimseError(dimse.NO_SUCH_INSTANCE, "not the well-known SOP instance")
    if request.command.get("ActionTypeID") != commitment.REQUEST:
        raise DimseError(dimse.NO_SUCH_ACTION, "the Action Type ID is not 1")
