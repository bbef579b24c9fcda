"""STOW-RS: instances that come over HTTP are filed as those of a C-STORE are (PS3.18 10.5)."""

from __future__ import annotations

from collections.abc import Container, Iterator
from io import BytesIO
from typing import Any

from pydicom.filereader import read_dataset
from pydicom.uid import UID
from starlette.responses import Response

from simulator.archive.attributes import text
from simulator.archive.dicomweb.accept import Offer, choose, media_type
from simulator.archive.dicomweb.call import WebCall
from simulator.archive.dicomweb.instances import DICOM
from simulator.archive.dicomweb.json_model import as_json
from simulator.archive.dicomweb.multipart import Reader, too_long
from simulator.archive.dicomweb.search import JSON
from simulator.archive.dicomweb.stored import Outcome, Results
from simulator.archive.filing import Incoming
from simulator.archive.services import STORAGE_SYNTAXES
from simulator.errors import RefusedError, UsageError
from simulator.network import dimse
from simulator.network.association import MESSAGE_CAP
from simulator.network.dimse import DimseError

SOURCE = "STOW-RS"  # where an AE title would stand
SYNTAX_NOT_SUPPORTED = 0xC122  # Referenced Transfer Syntax not supported (PS3.18 I.2.2)


def store(call: WebCall) -> Response:
    """File every instance of the body; answer for each of them."""
    uids = call.uids()
    choose(call, [*JSON, Offer(kind="application/*")])
    results = Results(call=call, study=uids.get("study", ""))
    try:
        for body in _bodies(call):
            results.add(_filed(call, body, results.study))
    except (UsageError, RefusedError) as error:
        if not results.outcomes:
            raise  # nothing of it could be read
        is_long = isinstance(error, RefusedError)
        status = dimse.OUT_OF_RESOURCES if is_long else dimse.CANNOT_UNDERSTAND
        results.add(Outcome(status=status, comment=error.sentence))
    if not results.outcomes:
        raise UsageError("The body holds no instance.", "Send at least one part.")
    call.facts.update(results.counts())
    headers = {"Warning": results.warning()} if results.warning() else {}
    return Response(as_json(results.facts()), results.http_status, headers, JSON[0].kind)


def _bodies(call: WebCall) -> Iterator[bytes]:
    """Yield the Part 10 files of the body, one at a time (8.6.1)."""
    kind, parameters = media_type(call.content_type)
    inner = parameters.get("type", DICOM).lower() if kind == "multipart/related" else kind
    if inner != DICOM:
        raise RefusedError(
            f"'{call.content_type[:80]}' cannot be stored here.",
            f'Send Content-Type: multipart/related; type="{DICOM}"; boundary=….',
            415,
        )
    if kind == DICOM:
        yield _capped(call.body)
        return
    boundary = parameters.get("boundary", "").encode()
    if not boundary:
        raise UsageError("The Content-Type names no boundary.", "Add '; boundary=…'.")
    for _, body in Reader(call.body, boundary, MESSAGE_CAP).parts():
        yield body


def _capped(pieces: Iterator[bytes]) -> bytes:
    """Return a body that is one file; raises RefusedError (413) where it is too long."""
    body = bytearray()
    for piece in pieces:
        body += piece
        if len(body) > MESSAGE_CAP:
            raise too_long(MESSAGE_CAP)
    return bytes(body)


def _filed(call: WebCall, body: bytes, study: str) -> Outcome:
    """File one Part 10 file and say what became of it."""
    incoming: Incoming | None = None
    try:
        incoming = incoming_of(body, call.archive.services.storage.classes())
        call.archive.services.filing.gate()
        header = call.archive.services.filing.checked(incoming)
        study_uid = text(header, "StudyInstanceUID")
        if study and study_uid != study:
            raise DimseError(dimse.DATASET_DOES_NOT_MATCH_CLASS, f"it belongs to study {study_uid}")
        verdict = call.archive.services.filing.file(incoming, header)
    except DimseError as error:
        return Outcome.of(incoming, error.status, comment=error.comment)
    return Outcome.of(
        incoming, verdict.status, comment=verdict.comment, study=study_uid,
        series=text(header, "SeriesInstanceUID"),
    )  # fmt: skip


def incoming_of(body: bytes, classes: Container[str]) -> Incoming:
    """Read preamble and file meta information (PS3.10 7.1); raises DimseError where it is none."""
    if body[128:132] != b"DICM":
        raise DimseError(dimse.CANNOT_UNDERSTAND, "the part is not a Part 10 file")
    file = BytesIO(body)
    file.seek(132)
    try:
        meta: Any = read_dataset(file, False, True, stop_when=lambda tag, vr, n: tag >> 16 != 2)
        sop_class, sop_instance = meta.MediaStorageSOPClassUID, meta.MediaStorageSOPInstanceUID
        syntax = UID(meta.TransferSyntaxUID)
    except (Exception, RecursionError) as error:  # anything may come over the wire
        raise DimseError(dimse.CANNOT_UNDERSTAND, f"no file meta information: {error}") from error
    if sop_class not in classes:
        raise DimseError(dimse.SOP_CLASS_NOT_SUPPORTED, "that SOP class is not stored here")
    if syntax not in STORAGE_SYNTAXES:
        raise DimseError(SYNTAX_NOT_SUPPORTED, f"transfer syntax {syntax} is not stored here")
    return Incoming(
        sop_class=str(sop_class),
        sop_instance=str(sop_instance),
        transfer_syntax=str(syntax),
        source=SOURCE,
        fragments=[memoryview(body)[file.tell() :]],
    )
