"""The archive's DICOM services: what each message meets."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager

from pydicom.uid import (
    JPEG2000,
    MPEG2MPML,
    DeflatedExplicitVRLittleEndian,
    ExplicitVRBigEndian,
    ExplicitVRLittleEndian,
    ImplicitVRLittleEndian,
    JPEG2000Lossless,
    JPEGBaseline8Bit,
    JPEGExtended12Bit,
    JPEGLossless,
    JPEGLosslessSV1,
    JPEGLSLossless,
    JPEGLSNearLossless,
    RLELossless,
)
from pynetdicom.presentation import (
    AllStoragePresentationContexts,
    PresentationContext,
    build_context,
)
from pynetdicom.sop_class import Verification  # type: ignore[attr-defined]

from simulator.archive import retrieve
from simulator.archive.calling import Calling
from simulator.archive.door import Door
from simulator.archive.filing import Filing, Incoming
from simulator.archive.index import Index, Location
from simulator.archive.nodes import Node
from simulator.archive.query import check_level, find, set_character_set, unsupported
from simulator.archive.settings import Settings
from simulator.archive.store import FileStore
from simulator.clock import Clock
from simulator.journal import Journal
from simulator.network import command as cmd
from simulator.network import dimse, scu
from simulator.network.associate import associate
from simulator.network.association import Association
from simulator.network.dimse import DimseError, Handlers, Reply, Request

STORAGE_SYNTAXES = [
    ExplicitVRLittleEndian,
    ImplicitVRLittleEndian,
    ExplicitVRBigEndian,
    JPEGBaseline8Bit,
    JPEGExtended12Bit,
    JPEGLossless,
    JPEGLosslessSV1,
    JPEGLSLossless,
    JPEGLSNearLossless,
    JPEG2000Lossless,
    JPEG2000,
    RLELossless,
    MPEG2MPML,
]
assert DeflatedExplicitVRLittleEndian not in STORAGE_SYNTAXES  # 1000:1 bombs; see DESIGN.md
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
        on_new_study: Callable[[str], None] = lambda uid: None,
    ) -> None:
        """Serve what `index` and `store` hold to whom the door lets in."""
        self.index, self.store, self.settings = index, store, settings
        self.clock, self.journal, self.door, self.calling = clock, journal, door, calling
        self.filing = Filing(index, store, settings, clock, journal, on_new_study)
        self._storage = _storage_contexts()

    def contexts(self) -> Sequence[PresentationContext]:
        """Return what we support at present."""
        found = [build_context(Verification), *self._storage]
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

    def c_store(self, request: Request) -> int:
        """Keep one instance (PS3.4 B)."""
        self.door.need(request, "store")
        _check_class(request)
        incoming = Incoming(
            sop_class=request.sop_class,
            sop_instance=request.sop_instance,
            transfer_syntax=request.context.transfer_syntax,
            source=request.calling,
            fragments=request.fragments,
        )
        return self.filing.file(incoming)

    def c_find(self, request: Request) -> Iterator[Reply]:
        """Answer a query (PS3.4 C.4.1)."""
        self.door.need(request, "find")
        level = check_level(request.identifier, _model(request, "find"))
        return self._matches(request, level)

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
        locations = retrieve.wanted(self.index, request.identifier, model)
        return retrieve.move(
            request, self.store, locations, lambda: self._call(node, locations), self._note
        )

    def c_get(self, request: Request) -> Iterator[Reply]:
        """Send what was asked for back to the one who asked (PS3.4 C.4.3)."""
        self.door.need(request, "get")
        model = _model(request, "get")
        locations = retrieve.wanted(self.index, request.identifier, model)
        return retrieve.get(request, self.store, locations)

    # --- inner parts --------------------------------------------------------------------------

    def _matches(self, request: Request, level: str) -> Iterator[Reply]:
        identifier = request.identifier
        limit = self.settings["query.limit"]
        optional = unsupported(identifier, level)
        status = dimse.PENDING_OPTIONAL_KEYS if optional else dimse.PENDING
        found = find(
            self.index.database,
            identifier,
            level,
            case_sensitive_names=self.settings["query.case_sensitive_names"],
        )
        for count, answer in enumerate(found, 1):
            if request.cancelled():
                yield Reply(status=dimse.CANCELLED)
                return
            if limit and count > limit:
                raise DimseError(
                    dimse.OUT_OF_RESOURCES, f"more than {limit} matches; narrow it down"
                )
            answer.RetrieveAETitle = self.settings["dicom.ae_title"]
            set_character_set(answer)
            yield Reply(status=status, dataset=answer)
        yield Reply(status=dimse.SUCCESS)

    def _call(
        self, node: Node, locations: Sequence[Location]
    ) -> AbstractContextManager[Association]:
        caller = self.calling.caller(node)
        return associate(node.peer, retrieve.contexts_for(locations), caller)

    def _note(self, kind: str, text: str) -> None:
        self.journal.write(kind, text)


def _storage_contexts() -> list[PresentationContext]:
    """Every storage class pynetdicom knows; for C-GET the requestor may be its SCP."""
    found = []
    for known in AllStoragePresentationContexts:
        context = build_context(str(known.abstract_syntax), list(STORAGE_SYNTAXES))
        context.scu_role = context.scp_role = True
        found.append(context)
    return found


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
