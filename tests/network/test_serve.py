"""The acceptor, called by DCMTK, by pynetdicom, and by programs that mean no good."""

from __future__ import annotations

import os
import socket
import struct
import threading
import time
import tracemalloc
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.uid import CTImageStorage, ExplicitVRLittleEndian
from pynetdicom import AE, evt
from pynetdicom.pdu import A_ASSOCIATE_RJ
from pynetdicom.sop_class import Verification  # type: ignore[attr-defined]

from simulator.network import command as cmd
from simulator.network import dimse, negotiation, scu
from simulator.network.associate import Caller, Peer, associate, context_for, plain_context
from simulator.network.dimse import DimseError, Reply, Request
from simulator.network.limits import Limits
from simulator.network.negotiation import Proposal, Refusal
from simulator.network.serve import Server
from tests.net import no_thread_left, wait_for
from tests.network.support import (
    FIND,
    SmallArchive,
    contexts,
    image,
    ready,
    small_archive,
    study_query,
)
from tests.peers import peer, run


@pytest.fixture
def archive() -> Iterator[SmallArchive]:
    with small_archive() as running:
        yield running


def at(archive: SmallArchive) -> Peer:
    return Peer(ae="PACSLAB", host="127.0.0.1", port=archive.port)


def dcmtk(tool: str, archive: SmallArchive, *more: object) -> tuple[int, str]:
    done = run(peer(tool), "-v", "-aec", "PACSLAB", "127.0.0.1", archive.port, *more)
    return done.returncode, done.stdout


def raw(archive: SmallArchive) -> socket.socket:
    return socket.create_connection(("127.0.0.1", archive.port), 5)


def proposal(calling: str = "CT1", called: str = "PACSLAB") -> bytes:
    return negotiation.proposal_pdu(calling, called, [plain_context(Verification)])


# --- DCMTK --------------------------------------------------------------------------------------


def test_dcmtk_echoes(archive: SmallArchive) -> None:
    code, output = dcmtk("echoscu", archive)
    assert code == 0, output
    wait_for(lambda: len(archive.told) == 3)
    assert archive.kinds() == ["association.accepted", "c-echo", "association.released"]


def test_dcmtk_hears_why_it_is_rejected(archive: SmallArchive) -> None:
    done = run(peer("echoscu"), "-v", "-aec", "PASC", "127.0.0.1", archive.port)
    assert done.returncode != 0
    assert "Called AE Title Not Recognized" in done.stdout
    (told,) = archive.told
    assert told[0] == "association.rejected"
    assert told[2]["triple"] == "1/1/7"


def test_dcmtk_finds(archive: SmallArchive) -> None:
    code, output = dcmtk(
        "findscu", archive, "-S", "-k", "QueryRetrieveLevel=STUDY", "-k", "PatientName=Doe^J"
    )
    assert code == 0, output
    assert output.count("Find Response:") == 4 or output.count("Pending") == 3, output
    assert "1.2.3.2" in output
    assert archive.told[1][2]["pending"] == 3


def test_dcmtk_cancels_a_long_answer(archive: SmallArchive) -> None:
    archive.matches, archive.waits_after = 1001, 1000
    code, output = dcmtk(
        "findscu", archive, "-S", "--cancel", "5", "-k", "QueryRetrieveLevel=STUDY"
    )
    assert code == 0, output
    assert archive.cancelled_after is not None
    assert 5 <= archive.cancelled_after <= 1000
    assert archive.told[1][2]["status"] == "0xFE00"


def test_dcmtk_stores(archive: SmallArchive, tmp_path: Path) -> None:
    for number in range(3):
        ds = image(256)
        ds.file_meta = FileMetaDataset()
        ds.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
        ds.save_as(tmp_path / f"{number}.dcm", enforce_file_format=True)
    code, output = dcmtk("storescu", archive, "+sd", tmp_path)
    assert code == 0, output
    assert len(archive.stored) == 3
    _, data = archive.stored[0]
    assert dimse.decode_dataset(data, ExplicitVRLittleEndian).PixelData == bytes(256 * 256 * 2)


# --- pynetdicom -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "triple", [(1, 1, 1), (1, 1, 2), (1, 1, 3), (1, 1, 7), (1, 2, 2), (2, 3, 1), (2, 3, 2)]
)
def test_a_rejection_arrives_exactly_as_it_was_meant(triple: tuple[int, int, int]) -> None:
    def refuse(_: Proposal) -> None:
        raise Refusal(triple, "a test")

    ae = AE("CT1")
    ae.add_requested_context(Verification)
    seen: list[Any] = []  # under load, pynetdicom's own threads mistake a rejection for an abort
    handlers: list[Any] = [(evt.EVT_PDU_RECV, lambda event: seen.append(event.pdu))]
    with small_archive(admit=refuse) as archive:
        ae.associate("127.0.0.1", archive.port, ae_title="PACSLAB", evt_handlers=handlers)
        wait_for(lambda: seen)
    (rejected,) = seen
    assert isinstance(rejected, A_ASSOCIATE_RJ)
    assert (rejected.result, rejected.source, rejected.reason_diagnostic) == triple
    assert archive.told[0][2]["triple"] == "/".join(map(str, triple))
    assert "reason" in negotiation.rejection_text(triple) or "A-ASSOCIATE-RJ" in archive.told[0][1]


def test_pynetdicom_echoes_finds_and_stores_on_one_association(archive: SmallArchive) -> None:
    ae = AE("CT1")
    for context in (Verification, FIND):
        ae.add_requested_context(context)
    ae.add_requested_context(CTImageStorage, ExplicitVRLittleEndian)
    assoc = ae.associate("127.0.0.1", archive.port, ae_title="PACSLAB")
    assert assoc.is_established
    assert assoc.send_c_echo().Status == 0
    ready(assoc)
    sent = image()
    sent.file_meta = FileMetaDataset()
    sent.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    assert assoc.send_c_store(sent).Status == 0
    ready(assoc)
    found = list(assoc.send_c_find(study_query(PatientName="Müller"), FIND))
    assoc.release()
    assert [status.Status for status, _ in found] == [0xFF00] * 3 + [0]
    assert archive.stored[0][0] == sent.SOPInstanceUID


def test_what_is_not_supported_is_refused_context_by_context(archive: SmallArchive) -> None:
    ae = AE("CT1")
    ae.add_requested_context(Verification)
    ae.add_requested_context("1.2.840.10008.5.1.4.1.1.4")  # MR Image Storage
    ae.add_requested_context(CTImageStorage, "1.2.840.10008.1.2.4.50")  # JPEG Baseline
    assoc = ae.associate("127.0.0.1", archive.port, ae_title="PACSLAB")
    refused = {str(cx.abstract_syntax): cx.result for cx in assoc.rejected_contexts}
    assoc.release()
    assert refused == {"1.2.840.10008.5.1.4.1.1.4": 0x03, CTImageStorage: 0x04}
    text = archive.told[0][1]
    assert "1 of 3 presentation contexts; refused: CT Image Storage, MR Image Storage" in text


# --- handlers ---------------------------------------------------------------------------------


def test_a_refusal_reaches_the_peer_with_its_comment() -> None:
    def full(_: Request) -> int:
        raise DimseError(dimse.OUT_OF_RESOURCES, "the archive is full", 0x00100020)

    ae = AE("CT1")
    ae.add_requested_context(FIND)
    with small_archive(handlers={cmd.C_FIND: full}) as archive:
        assoc = ae.associate("127.0.0.1", archive.port, ae_title="PACSLAB")
        ((reply, _),) = assoc.send_c_find(study_query(), FIND)
        assoc.release()
    assert (reply.Status, reply.ErrorComment) == (0xA700, "the archive is full")
    assert reply.OffendingElement == 0x00100020


def _breaks(_: Request) -> int:
    raise KeyError("a bug of ours")


def _breaks_later(request: Request) -> Iterator[Reply]:
    yield Reply(status=dimse.PENDING, dataset=study_query())
    raise KeyError("a bug of ours")


def _cannot_be_encoded(request: Request) -> Reply:
    ds = Dataset()
    ds.Rows = 70_000  # does not fit into a US
    return Reply(status=dimse.PENDING, dataset=ds)


def _never_ends(request: Request) -> Iterator[Reply]:
    yield Reply(status=dimse.PENDING, dataset=study_query())


@pytest.mark.parametrize("handler", [_breaks, _breaks_later, _cannot_be_encoded, _never_ends])
def test_a_bug_in_a_handler_is_an_answer_and_the_association_lives(
    handler: Callable[[Request], Any],
) -> None:
    ae = AE("CT1")
    ae.add_requested_context(FIND)
    ae.add_requested_context(Verification)
    with small_archive(handlers={cmd.C_FIND: handler}) as archive:
        assoc = ae.associate("127.0.0.1", archive.port, ae_title="PACSLAB")
        *_, (status, _) = assoc.send_c_find(study_query(), FIND)
        ready(assoc)
        assert assoc.send_c_echo().Status == 0
        assoc.release()
    assert status.Status == 0x0110
    assert "log of this node" in status.ErrorComment
    assert "bug" in archive.kinds()


def test_a_query_that_cannot_be_parsed_is_refused(archive: SmallArchive) -> None:
    with associate(at(archive), [plain_context(FIND)]) as association:
        context = context_for(association, FIND)
        request = {"CommandField": cmd.C_FIND, "AffectedSOPClassUID": FIND, "Priority": 0}
        (response,) = association.request(context, request, [b"\xff" * 7])
    assert response.command["Status"] == dimse.CANNOT_UNDERSTAND


def test_what_nobody_handles_is_an_unrecognised_operation(archive: SmallArchive) -> None:
    with associate(at(archive), [plain_context(FIND)]) as association:
        context = context_for(association, FIND)
        request = {"CommandField": cmd.C_GET, "AffectedSOPClassUID": FIND}
        (response,) = association.request(context, request, [b"\x08\x00\x05\x00\0\0\0\0"])
    assert response.command["Status"] == dimse.UNRECOGNISED_OPERATION


def test_a_cancel_does_not_spoil_the_next_query(archive: SmallArchive) -> None:
    """pynetdicom numbers every request 1 unless told otherwise."""
    archive.matches, archive.waits_after = 10, 5
    ae = AE("CT1")
    ae.add_requested_context(FIND)
    assoc = ae.associate("127.0.0.1", archive.port, ae_title="PACSLAB")
    statuses = []
    for status, _ in assoc.send_c_find(study_query(), FIND, msg_id=1):
        statuses.append(status.Status)
        if len(statuses) == 2:
            assoc.send_c_cancel(1, query_model=FIND)
    assert statuses[-1] == 0xFE00
    ready(assoc)
    archive.matches, archive.waits_after = 2, None
    again = [status.Status for status, _ in assoc.send_c_find(study_query(), FIND, msg_id=1)]
    assoc.release()
    assert again == [0xFF00, 0xFF00, 0]


# --- limits and ill will ----------------------------------------------------------------------


def test_who_has_released_may_call_again_at_once(archive: SmallArchive) -> None:
    archive.limits = Limits(associations=1)
    told = archive.server.tell

    def slowly(kind: str, text: str, **facts: Any) -> None:
        told(kind, text, **facts)
        time.sleep(0.02 if kind == "association.released" else 0)

    archive.server.tell = slowly
    for _ in range(10):
        scu.echo(at(archive), Caller())
        assert not archive.server.live


def test_the_limit_holds_when_all_come_at_once(archive: SmallArchive) -> None:
    archive.limits = Limits(associations=3)
    with ExitStack() as stack:
        socks = [stack.enter_context(raw(archive)) for _ in range(20)]
        barrier = threading.Barrier(len(socks))
        answers: list[bytes] = []

        def propose(sock: socket.socket) -> None:
            barrier.wait()
            sock.sendall(proposal())
            answers.append(sock.recv(10))

        threads = [threading.Thread(target=propose, args=(sock,)) for sock in socks]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        accepted = [answer for answer in answers if answer[0] == 2]
        rejected = {answer[7:10] for answer in answers if answer[0] == 3}
        assert len(accepted) == 3
        assert rejected == {bytes(negotiation.LIMIT_EXCEEDED)}
    wait_for(lambda: not archive.server.live)
    scu.echo(at(archive))  # the places are free again


def test_200_silent_connections_do_not_keep_an_echo_out(archive: SmallArchive) -> None:
    """What says nothing counts against no limit, and is dropped after the ACSE time-out."""
    archive.limits = Limits(associations=2, acse_timeout=0.5)
    with ExitStack() as stack:
        silent = [stack.enter_context(raw(archive)) for _ in range(200)]
        scu.echo(at(archive), Caller(acse_timeout=3))
        silent[0].settimeout(5)
        assert silent[0].recv(1) == b""


def test_a_giant_pdu_is_refused_without_taking_memory(archive: SmallArchive) -> None:
    tracemalloc.start()
    try:
        for before in (b"", proposal()):
            with raw(archive) as sock:
                if before:
                    sock.sendall(before)
                    sock.recv(65536)
                sock.sendall(b"\x01\x00\xff\xff\xff\xf0")
                assert sock.recv(10)[:1] == b"\x07"  # A-ABORT
        assert tracemalloc.get_traced_memory()[1] < 8_000_000
    finally:
        tracemalloc.stop()
    scu.echo(at(archive))


GARBAGE = {
    "HTTP": b"GET / HTTP/1.1\r\nHost: x\r\n\r\n",
    "TLS": bytes.fromhex("160301020001000000fc0303") + bytes(500),
    "an empty request": struct.pack(">BBI", 1, 0, 0),
    "zeros": struct.pack(">BBI", 1, 0, 200) + bytes(200),
    "ones": struct.pack(">BBI", 1, 0, 200) + b"\xff" * 200,
    "data before any request": struct.pack(">BBI", 4, 0, 10) + bytes(10),
    "a cut request": proposal()[:100] + bytes(len(proposal()) - 100),
}


@pytest.mark.parametrize("sent", GARBAGE.values(), ids=GARBAGE.keys())
@pytest.mark.parametrize("hasty", [False, True], ids=["waits", "resets"])
def test_garbage_harms_nobody(archive: SmallArchive, sent: bytes, hasty: bool) -> None:
    with raw(archive) as sock:
        sock.sendall(sent)
        if hasty:
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        else:
            sock.recv(100)
    scu.echo(at(archive))
    assert "bug" not in archive.kinds()


def test_a_caller_that_resets_after_its_request_leaves_no_trace(archive: SmallArchive) -> None:
    for _ in range(30):
        with raw(archive) as sock:
            sock.sendall(proposal())
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    wait_for(lambda: not archive.server.live)
    assert "bug" not in archive.kinds()


def test_silence_is_aborted_after_the_idle_timeout(archive: SmallArchive) -> None:
    archive.limits = Limits(idle_timeout=0.2)
    with raw(archive) as sock:
        sock.settimeout(5)
        sock.sendall(proposal())
        assert sock.recv(65536)[0] == 2
        assert sock.recv(10) == bytes([7, 0, 0, 0, 0, 4, 0, 0, 2, 0])
    wait_for(lambda: "association.timeout" in archive.kinds())
    assert "silent for 0.2 s" in archive.told[-1][1]
    assert not archive.server.live


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such limit")
def test_running_out_of_files_does_not_end_the_listener(archive: SmallArchive) -> None:
    import resource

    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    with ExitStack() as stack:
        waiting = [stack.enter_context(socket.socket()) for _ in range(3)]
        highest = max(sock.fileno() for sock in waiting)
        try:
            resource.setrlimit(resource.RLIMIT_NOFILE, (highest + 1, hard))
            for sock in waiting:
                sock.connect(("127.0.0.1", archive.port))
            threading.Event().wait(0.2)
        finally:
            resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    scu.echo(at(archive))


# --- the end ----------------------------------------------------------------------------------


def test_stop_leaves_no_thread_and_no_open_association() -> None:
    with no_thread_left(), ExitStack() as stack:
        archive = SmallArchive()
        archive.server.start()
        socks = [stack.enter_context(raw(archive)) for _ in range(5)]
        for sock in socks[:3]:
            sock.sendall(proposal())
            sock.recv(65536)
        archive.server.stop()
        assert [sock.recv(1) for sock in socks[:3]] == [b"\x07"] * 3  # A-ABORT
        with pytest.raises(OSError):
            raw(archive)
        assert not archive.server.live
        assert "bug" not in archive.kinds()


def test_stop_ends_a_long_answer() -> None:
    with no_thread_left():
        archive = SmallArchive()
        archive.matches = 10_000_000
        archive.server.start()
        with raw(archive) as sock:
            sock.sendall(negotiation.proposal_pdu("CT1", "PACSLAB", [plain_context(FIND)]))
            sock.recv(65536)
            query = dimse.encode_dataset(study_query(), ExplicitVRLittleEndian)
            command = {
                "CommandField": cmd.C_FIND,
                "MessageID": 1,
                "AffectedSOPClassUID": FIND,
                "CommandDataSetType": 1,
            }
            for control, part in ((3, cmd.encode(command)), (2, query)):
                sock.sendall(
                    struct.pack(">BBIIBB", 4, 0, len(part) + 6, len(part) + 2, 1, control) + part
                )
            sock.recv(1000)
            drain = threading.Thread(target=_drain, args=(sock,))
            drain.start()
            archive.server.stop()
            drain.join(3)
        assert "bug" not in archive.kinds()


def _drain(sock: socket.socket) -> None:
    try:
        while sock.recv(65536):
            pass
    except OSError:
        pass


def test_one_that_never_started_can_be_stopped() -> None:
    server = Server(name="X", host="127.0.0.1", port=0, contexts=contexts, handlers={})
    server.stop()
