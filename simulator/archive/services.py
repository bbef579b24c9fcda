"""The archive's DICOM services: what each message meets."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from functools import partial

from pydicom.uid import ExplicitVRLittleEndian, ImplicitVRLittleEndian
from pynetdicom.presentation import PresentationContext, build_context
from pynetdicom.sop_class import Verification  # type: ignore[attr-defined]

from simulator.archive import retrieve
from simulator.archive.calling import Calling
from simulator.archive.door import Door
from simulator.archive.filing import Filing, Incoming
from simulator.archive.finding import Finding
from simulator.archive.index import Index, Location
from simulator.archive.node_capabilities import offered, proposed
from simulator.archive.nodes import Node
from simulator.archive.quarantine import Quarantine
from simulator.archive.settings import Settings
from simulator.archive.storage_classes import STORAGE_SYNTAXES, StorageClasses
from simulator.archive.store import FileStore
from simulator.clock import Clock
from simulator.journal import Journal
from simulator.network import command as cmd
from simulator.network import dimse, scu
from simulator.network.associate import associate
from simulator.network.association import Association
from simulator.network.dimse import DimseError, Handlers, Reply, Request
from simulator.network.negotiation import Proposal

__all__ = ["STORAGE_SYNTAXES", "Services"]
Recalled = Callable[[Request, Sequence[Location], Callable[[], Iterator[Reply]]], Iterator[Reply]]
_MODELS = {str(uid): (model, service) for (model, service), uid in scu.MODELS.items()}


class Services:
    """Handlers of the archive's DICOM listeners."""

    def __init__(
        self,
        *,
        index: Index,
        store: FileStore,
        door: Door,
        calling: Calling,
        settings: Settings,
        clock: Clock,
        journal: Journal,
        quarantine: Quarantine,
        on_new_study: Callable[[str], None] = lambda uid: None,
    ) -> None:
        """Serve what `index` and `store` hold to whom the door lets in."""
        self.index, self.store, self.settings = index, store, settings
        self.clock, self.journal, self.door, self.calling = clock, journal, door, calling
        self.filing = Filing(index, store, settings, clock, journal, quarantine, on_new_study)
        self.finding = Finding(index.database, settings)
        self.recalled: Recalled = lambda request, locations, send: send()  # what is not online
        self.storage = StorageClasses(settings)

    def contexts(self, said: Proposal | None = None) -> Sequence[PresentationContext]:
        """Return what we support at present, for all or for who proposes."""
        storage = self.storage.contexts()
        if said is not None:
            storage = offered(self.calling.nodes.find(said.calling), said, storage)
        found = [build_context(Verification), *storage]
        for (model, service), uid in scu.MODELS.items():
            if model == "patient" and not self.settings["query.patient_root"]:
                continue
            if service == "get" and not self.settings["retrieve.c_get"]:
                continue
            found.append(build_context(uid, [ExplicitVRLittleEndian, ImplicitVRLittleEndian]))
        return found

    def handlers(self) -> Handlers:
        """Return the handler of each message."""
        return {
            cmd.C_ECHO: self.echo,
            cmd.C_STORE: self.c_store,
            cmd.C_FIND: self.c_find,
            cmd.C_MOVE: self.c_move,
            cmd.C_GET: self.c_get,
        }

    # --- the services -------------------------------------------------------------------------

    def echo(self, request: Request) -> int:
        """Answer a C-ECHO (PS3.4 A.4)."""
        self.door.need(request, "echo")
        return dimse.SUCCESS

    def c_store(self, request: Request) -> Reply:
        """Keep one instance (PS3.4 B)."""
        self.door.need(request, "store")
        self.filing.gate()
        _check_class(request)
        incoming = Incoming(
            sop_class=request.sop_class,
            sop_instance=request.sop_instance,
            transfer_syntax=request.context.transfer_syntax,
            source=request.calling,
            fragments=request.fragments,
        )
        verdict = self.filing.file(incoming)
        if verdict.status == dimse.SUCCESS:
            return Reply(status=dimse.SUCCESS)
        said = {"ErrorComment": verdict.comment[:64], "OffendingElement": verdict.tags or None}
        return Reply(status=verdict.status, command=said)

    def c_find(self, request: Request) -> Iterator[Reply]:
        """Answer a query (PS3.4 C.4.1)."""
        self.door.need(request, "find")
        model = _model(request, "find")
        return self.finding.answer(request, model, lambda at: self.door.visible(request, at))

    def c_move(self, request: Request) -> Iterator[Reply]:
        """Send what was asked for to a third party (PS3.4 C.4.2)."""
        self.door.need(request, "move")
        model = _model(request, "move")
        destination = request.command.get("MoveDestination") or ""
        node = self.calling.nodes.find(destination)
        if node is None or not node.port:
            raise DimseError(
                dimse.MOVE_DESTINATION_UNKNOWN, f"'{destination}' is not a known move destination"
            )
        locations = retrieve.wanted(
            self.index, request.identifier, model, self.door.visible(request)
        )
        connect, note = partial(self._call, node, locations), self.journal.write
        send = partial(retrieve.move, request, self.store, locations, connect, note)
        return self.recalled(request, locations, send)

    def c_get(self, request: Request) -> Iterator[Reply]:
        """Send what was asked for back to the one who asked (PS3.4 C.4.3)."""
        self.door.need(request, "get")
        model = _model(request, "get")
        locations = retrieve.wanted(
            self.index, request.identifier, model, self.door.visible(request)
        )
        send = partial(retrieve.get, request, self.store, locations)
        return self.recalled(request, locations, send)

    # --- inner parts --------------------------------------------------------------------------

    def _call(
        self, node: Node, locations: Sequence[Location]
    ) -> AbstractContextManager[Association]:
        caller = self.calling.caller(node)
        return associate(node.peer, proposed(node, retrieve.contexts_for(locations)), caller)


def _check_class(request: Request) -> None:
    if request.sop_class != request.context.abstract_syntax:
        raise DimseError(
            dimse.SOP_CLASS_NOT_SUPPORTED, "the SOP class is not that of the presentation context"
        )


def _model(request: Request, service: str) -> str:
    """Return the information model that is asked, as its presentation context says."""
    _check_class(request)
    model, offered = _MODELS.get(request.sop_class, ("", ""))
    if offered != service:
        raise DimseError(dimse.SOP_CLASS_NOT_SUPPORTED, f"that SOP class has no {request.name}")
    return model
