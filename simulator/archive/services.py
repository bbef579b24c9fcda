"""The archive's DICOM services: who is let in, and what each message meets.

The order of a C-STORE is fixed: the file is durable, the index has committed, then the status
goes back (PS3.4 B.2.3 lists the statuses).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager

from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.filebase import DicomBytesIO
from pydicom.filewriter import write_file_meta_info
from pydicom.uid import (
    JPEG2000,
    MPEG2MPML,
    UID,
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
from sqlalchemy.exc import OperationalError

from simulator.archive import retrieve
from simulator.archive.attributes import read_header, text
from simulator.archive.index import Filed, Index, Location
from simulator.archive.nodes import Node, Nodes
from simulator.archive.query import check_level, find, set_character_set, unsupported
from simulator.archive.settings import Settings
from simulator.archive.store import FileStore
from simulator.clock import Clock
from simulator.journal import Journal
from simulator.network import command as cmd
from simulator.network import dimse, negotiation, scu
from simulator.network.associate import Caller, associate
from simulator.network.association import Association
from simulator.network.dimse import DimseError, Handlers, Reply, Request
from simulator.network.negotiation import Proposal, Refusal
from simulator.network.serve import Limits

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
_UID = re.compile(r"[0-9]+(\.[0-9]+)*")
_MODELS = {str(uid): (model, service) for (model, service), uid in scu.MODELS.items()}


class Services:
    """Handlers and door-keeper of the archive's DICOM listener."""

    def __init__(
        self,
        *,
        index: Index,
        store: FileStore,
        nodes: Nodes,
        settings: Settings,
        clock: Clock,
        journal: Journal,
        host: str,
        on_new_study: Callable[[str], None] = lambda uid: None,
    ) -> None:
        """Serve what `index` and `store` hold to the nodes in `nodes`."""
        self.index, self.store, self.nodes, self.settings = index, store, nodes, settings
        self.clock, self.journal, self.host = clock, journal, host
        self.on_new_study = on_new_study
        self._storage = _storage_contexts()

    # --- the door -----------------------------------------------------------------------------

    def admit(self, proposal: Proposal) -> None:
        """Let an association in, or raise Refusal with the reason the standard has for it."""
        own = self.settings["dicom.ae_title"]
        if self.settings["dicom.check_called_ae"] and proposal.called != own:
            raise Refusal(
                negotiation.CALLED_UNKNOWN, f"this archive is '{own}', not '{proposal.called}'"
            )
        node = self.nodes.find(proposal.calling)
        if node is None and self.settings["dicom.check_calling_ae"]:
            raise Refusal(
                negotiation.CALLING_UNKNOWN, f"'{proposal.calling}' is not in the node table"
            )
        if node and self.settings["dicom.check_host"] and node.host != proposal.host:
            raise Refusal(
                negotiation.CALLING_UNKNOWN,
                f"'{proposal.calling}' is registered at {node.host}, not {proposal.host}",
            )

    def limits(self) -> Limits:
        """Return the present limits of the listener."""
        return Limits(
            associations=self.settings["dicom.max_associations"],
            acse_timeout=self.settings["dicom.acse_timeout"],
            idle_timeout=self.settings["dicom.idle_timeout"],
        )

    def contexts(self, proposal: Proposal) -> Sequence[PresentationContext]:
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
        self._need(request, "echo")
        return dimse.SUCCESS

    def c_store(self, request: Request) -> Reply | int:
        """Keep one instance (PS3.4 B)."""
        self._need(request, "store")
        _check_class(request)
        header = self._checked_header(request)
        if self.index.find_instance(request.sop_instance) and not self._replaces():
            return self._duplicate(request)
        return self._keep(request, header)

    def c_find(self, request: Request) -> Iterator[Reply]:
        """Answer a query (PS3.4 C.4.1)."""
        self._need(request, "find")
        level = check_level(request.identifier, _model(request, "find"))
        return self._matches(request, level)

    def c_move(self, request: Request) -> Iterator[Reply]:
        """Send what was asked for to a third party (PS3.4 C.4.2)."""
        self._need(request, "move")
        model = _model(request, "move")
        destination = request.command.get("MoveDestination") or ""
        node = self.nodes.find(destination)
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
        self._need(request, "get")
        model = _model(request, "get")
        locations = retrieve.wanted(self.index, request.identifier, model)
        return retrieve.get(request, self.store, locations)

    # --- inner parts --------------------------------------------------------------------------

    def _need(self, request: Request, right: str) -> None:
        """Refuse a node that has not this right; unknown nodes got past the door on purpose."""
        node = self.nodes.find(request.calling)
        if node is not None and right not in node.rights:
            raise DimseError(dimse.NOT_AUTHORISED, f"{node.ae} has no right to {right} here")

    def _checked_header(self, request: Request) -> Dataset:
        """Read what the index needs; refuse what cannot be filed."""
        if not _is_uid(request.sop_instance):
            raise DimseError(dimse.INVALID_INSTANCE, "the SOP Instance UID is not a valid UID")
        try:
            header = read_header(request.fragments, request.context.transfer_syntax)
            uids = {k: text(header, k) for k in ("StudyInstanceUID", "SeriesInstanceUID")}
            text(header, "PatientName")
        except (Exception, RecursionError) as error:  # anything may come over the wire
            raise DimseError(dimse.CANNOT_UNDERSTAND, f"cannot parse: {error}") from error
        for keyword, uid in uids.items():
            if not _is_uid(uid):
                raise DimseError(
                    dimse.DATASET_DOES_NOT_MATCH_CLASS, f"{keyword} is missing or not a valid UID"
                )
        for keyword, said in (
            ("SOPClassUID", request.sop_class),
            ("SOPInstanceUID", request.sop_instance),
        ):
            if text(header, keyword) != said:
                raise DimseError(
                    dimse.DATASET_DOES_NOT_MATCH_CLASS, f"{keyword} differs from the command's"
                )
        return header

    def _keep(self, request: Request, header: Dataset) -> Reply | int:
        """Write the file, then the index, then answer."""
        meta = file_meta(
            request.sop_class, request.sop_instance, request.context.transfer_syntax,
            request.calling,
        )  # fmt: skip
        received = self.clock.now().isoformat(timespec="milliseconds")
        try:
            with self.store.put([meta, *request.fragments]) as stored:
                location = Location(
                    sop_uid=request.sop_instance,
                    sop_class=request.sop_class,
                    transfer_syntax=request.context.transfer_syntax,
                    digest=stored.digest,
                    offset=len(meta),
                    size=stored.size,
                    study_uid=text(header, "StudyInstanceUID"),
                    series_uid=text(header, "SeriesInstanceUID"),
                )
                filed = self.index.file(
                    header, location, request.calling, received, replace=self._replaces()
                )
        except (OSError, OperationalError) as error:  # the disk of the files, or of the index
            why = getattr(error, "strerror", None) or getattr(error, "orig", error)
            raise DimseError(dimse.OUT_OF_RESOURCES, f"cannot write: {why}") from error
        if filed is Filed.DUPLICATE:  # another association was quicker
            return self._duplicate(request)
        if filed is Filed.NEW_STUDY:
            self.on_new_study(location.study_uid)
        return dimse.SUCCESS

    def _duplicate(self, request: Request) -> int:
        """Answer a second copy of a SOP Instance UID by the policy in force."""
        if self.settings["store.duplicates"] == "refuse":
            raise DimseError(dimse.DUPLICATE_INSTANCE, "the SOP instance is stored already")
        self.journal.write(
            "store.duplicate",
            f"{request.calling} sent an instance again; the first copy was kept",
            calling=request.calling,
            sop_instance=request.sop_instance,
        )
        return dimse.SUCCESS

    def _replaces(self) -> bool:
        return bool(self.settings["store.duplicates"] == "replace")

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
        caller = Caller(ae=self.settings["dicom.ae_title"], host=self.host)
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


def _is_uid(text: str) -> bool:
    return 0 < len(text) <= 64 and bool(_UID.fullmatch(text))


def file_meta(sop_class: str, sop_instance: str, transfer_syntax: str, source: str) -> bytes:
    """Return preamble (zeroed) and file meta information of a Part 10 file (PS3.10 7.1)."""
    meta = FileMetaDataset()
    meta.MediaStorageSOPClassUID = UID(sop_class)
    meta.MediaStorageSOPInstanceUID = UID(sop_instance)
    meta.TransferSyntaxUID = UID(transfer_syntax)
    meta.ImplementationClassUID = UID(negotiation.IMPLEMENTATION_UID)
    meta.ImplementationVersionName = negotiation.IMPLEMENTATION_VERSION
    meta.SourceApplicationEntityTitle = source
    buffer = DicomBytesIO()
    buffer.write(bytes(128) + b"DICM")
    write_file_meta_info(buffer, meta)
    return bytes(buffer.getvalue())
