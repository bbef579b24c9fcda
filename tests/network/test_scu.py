"""Our side as SCU against pynetdicom's own AE as SCP; who erred is never mixed up."""

from __future__ import annotations

import socket
import struct
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any

import pytest
from pydicom.dataset import Dataset
from pydicom.uid import CTImageStorage, ExplicitVRLittleEndian, generate_uid
from pynetdicom import AE, build_role, evt
from pynetdicom.presentation import build_context
from pynetdicom.sop_class import (  # type: ignore[attr-defined]
    ModalityWorklistInformationFind,
    Verification,
)

from simulator.errors import (
    LocalError,
    NetworkError,
    NoAnswerError,
    RejectedError,
    StatusError,
)
from simulator.network import command as cmd
from simulator.network import dimse, scu
from simulator.network.associate import (
    Caller,
    Peer,
    associate,
    context_for,
    plain_context,
    send_store,
)
from simulator.network.association import Message
from tests.net import free_port, no_thread_left, wait_for
from tests.network.support import FIND, GET, MOVE, MPPS, image, match, study_query

CT = build_context(CTImageStorage, [ExplicitVRLittleEndian])


class Peers:
    """pynetdicom's own SCP; its answers are set by the test."""

    def __init__(self) -> None:
        self.status = 0x0000
        self.matches = [match(number, "Doe^J") for number in range(3)]
        self.to_send = [image() for _ in range(3)]
        self.destination: tuple[str, int] | None = None
        self.seen: list[Any] = []

    def handlers(self) -> list[Any]:
        return [
            (evt.EVT_C_ECHO, lambda event: self.status),
            (evt.EVT_C_STORE, self.store),
            (evt.EVT_C_FIND, self.find),
            (evt.EVT_C_MOVE, self.move),
            (evt.EVT_C_GET, self.get),
            (evt.EVT_N_CREATE, self.create),
            (evt.EVT_N_SET, self.create),
        ]

    def store(self, event: evt.Event) -> int:
        self.seen.append((event.dataset, event.request))
        return self.status

    def find(self, event: evt.Event) -> Iterator[Any]:
        self.seen.append(event.identifier)
        if self.status:
            yield self.status, None
            return
        for ds in self.matches:
            if event.is_cancelled:
                yield 0xFE00, None
                return
            yield 0xFF00, ds

    def move(self, event: evt.Event) -> Iterator[Any]:
        yield self.destination or (None, None)
        yield len(self.to_send)
        for ds in self.to_send:
            yield 0xFF00, ds

    def get(self, event: evt.Event) -> Iterator[Any]:
        yield len(self.to_send)
        for ds in self.to_send:
            yield 0xFF00, ds

    def create(self, event: evt.Event) -> Any:
        created = event.event is evt.EVT_N_CREATE
        given = event.attribute_list if created else event.modification_list
        self.seen.append((event.request, given))
        return self.status, Dataset()


@contextmanager
def scp(handlers: list[Any], *, require_called: bool = True) -> Iterator[Peer]:
    """Run pynetdicom's AE for the length of a block."""
    ae = AE("PEER")
    ae.require_called_aet = require_called
    ae.add_requested_context(CTImageStorage, ExplicitVRLittleEndian)
    for sop_class in (Verification, FIND, MOVE, GET, MPPS, ModalityWorklistInformationFind):
        ae.add_supported_context(sop_class)
    ae.add_supported_context(CTImageStorage, ExplicitVRLittleEndian, scu_role=True, scp_role=True)
    server = ae.start_server(("127.0.0.1", 0), block=False, evt_handlers=handlers)
    assert server is not None
    try:
        yield Peer(ae="PEER", host="127.0.0.1", port=server.server_address[1])
    finally:
        with suppress(AssertionError):  # aborted while it rejects, its thread ends in an error
            wait_for(lambda: not ae.active_associations, 2)
        ae.shutdown()


@pytest.fixture
def theirs() -> Peers:
    made = Peers()
    for ds in made.to_send:
        from pydicom.dataset import FileMetaDataset

        ds.file_meta = FileMetaDataset()
        ds.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    return made


@pytest.fixture
def peer(theirs: Peers) -> Iterator[Peer]:
    with scp(theirs.handlers()) as running:
        yield running


# --- the services -----------------------------------------------------------------------------


def test_echo(peer: Peer) -> None:
    scu.echo(peer)


def test_find_yields_every_match(peer: Peer, theirs: Peers) -> None:
    found = list(scu.find(peer, study_query(PatientName="Doe*")))
    assert [ds.StudyInstanceUID for ds in found] == ["1.2.3.0", "1.2.3.1", "1.2.3.2"]
    assert theirs.seen[0].PatientName == "Doe*"


def test_find_without_a_match_is_an_empty_list_not_an_error(peer: Peer, theirs: Peers) -> None:
    theirs.matches = []
    assert list(scu.find(peer, study_query(), model="worklist")) == []


def test_find_may_be_left_early(peer: Peer, theirs: Peers) -> None:
    theirs.matches = [match(number, "Doe^J") for number in range(5000)]
    matches = scu.find(peer, study_query())
    assert next(matches).StudyInstanceUID == "1.2.3.0"
    matches.close()  # type: ignore[attr-defined]
    scu.echo(peer)


def test_move_has_the_images_sent_to_a_third(peer: Peer, theirs: Peers) -> None:
    got: list[str] = []
    steps: list[scu.Retrieved] = []
    third = Peers()
    third.store = lambda event: got.append(event.dataset.SOPInstanceUID) or 0  # type: ignore
    with scp(third.handlers(), require_called=False) as destination:
        theirs.destination = ("127.0.0.1", destination.port)
        result = scu.move(peer, study_query(), "WS1", progress=steps.append)
    assert (result.status, result.completed, result.failed) == (0, 3, 0)
    assert sorted(got) == sorted(ds.SOPInstanceUID for ds in theirs.to_send)
    assert [step.remaining for step in steps][:3] == [2, 1, 0]


def test_move_to_nobody_is_a_status(peer: Peer) -> None:
    with pytest.raises(StatusError, match=r"0xA801 \(move destination unknown\)") as caught:
        scu.move(peer, study_query(), "NOWHERE")
    assert caught.value.status == dimse.MOVE_DESTINATION_UNKNOWN


def test_get_takes_the_images_over_the_same_association(peer: Peer, theirs: Peers) -> None:
    got: list[str] = []

    def take(message: Message) -> int:
        got.append(message.command["AffectedSOPInstanceUID"])
        ds = dimse.decode_dataset(message.data, message.context.transfer_syntax)
        assert ds.SOPInstanceUID == got[-1]
        return dimse.SUCCESS

    result = scu.get(peer, study_query(), take, [CT])
    assert (result.status, result.completed) == (0, 3)
    assert got == [ds.SOPInstanceUID for ds in theirs.to_send]


def test_get_counts_what_we_refused(peer: Peer) -> None:
    statuses = iter([dimse.SUCCESS, dimse.OUT_OF_RESOURCES, dimse.SUCCESS])
    result = scu.get(peer, study_query(), lambda _: next(statuses), [CT])
    assert (result.status, result.completed, result.failed) == (0xB000, 2, 1)


def test_store_with_the_originator_of_a_move(peer: Peer, theirs: Peers) -> None:
    ds = image(256)
    with associate(peer, [CT]) as association:
        status = send_store(
            association,
            sop_class=CTImageStorage,
            sop_instance=ds.SOPInstanceUID,
            transfer_syntax=ExplicitVRLittleEndian,
            data=[dimse.encode_dataset(ds, ExplicitVRLittleEndian)],
            originator=("WS1", 5),
        )
    assert status == dimse.SUCCESS
    stored, request = theirs.seen[0]
    assert stored == ds
    assert request.MoveOriginatorApplicationEntityTitle == "WS1"
    assert request.MoveOriginatorMessageID == 5


def test_mpps_begins_and_ends(peer: Peer, theirs: Peers) -> None:
    instance, begun, ended = generate_uid(), Dataset(), Dataset()
    begun.PerformedProcedureStepStatus = "IN PROGRESS"
    ended.PerformedProcedureStepStatus = "COMPLETED"
    scu.mpps_create(peer, instance, begun)
    scu.mpps_set(peer, instance, ended)
    (create, first), (change, second) = theirs.seen
    assert create.AffectedSOPInstanceUID == change.RequestedSOPInstanceUID == instance
    assert first.PerformedProcedureStepStatus == "IN PROGRESS"
    assert second.PerformedProcedureStepStatus == "COMPLETED"


def test_a_warning_is_no_failure(peer: Peer, theirs: Peers) -> None:
    theirs.status = 0xB000
    with associate(peer, [CT]) as association:
        status = send_store(
            association,
            sop_class=CTImageStorage,
            sop_instance="1.2.3",
            transfer_syntax=ExplicitVRLittleEndian,
            data=[dimse.encode_dataset(image(), ExplicitVRLittleEndian)],
        )
    assert status == 0xB000


# --- we erred ---------------------------------------------------------------------------------


@pytest.mark.parametrize("title", ["", "   ", "SEVENTEEN_LETTERS", "CT\\1", "KÖLN"])
def test_a_title_that_is_none_is_our_error(title: str) -> None:
    with pytest.raises(LocalError, match="is not an AE title"):
        scu.echo(Peer(ae=title, host="127.0.0.1", port=1))
    with pytest.raises(LocalError, match="is not an AE title"):
        scu.echo(Peer(ae="X", host="127.0.0.1", port=1), Caller(ae=title))


@pytest.mark.parametrize("text", ["", "X", "X@h", "X@h:0", "X@h:65536", "@h:1", "X@:1", "X@h:y"])
def test_an_address_that_is_none_is_our_error(text: str) -> None:
    with pytest.raises(LocalError, match="is not a node"):
        Peer.parse(text)


def test_an_address_is_read_and_written() -> None:
    assert str(Peer.parse("PACSLAB@127.0.0.1:11112")) == "PACSLAB@127.0.0.1:11112"
    assert Peer.parse("A@[::1]:104").host == "[::1]"


def test_calling_from_an_address_we_do_not_have_is_our_error(peer: Peer) -> None:
    with pytest.raises(LocalError, match=r"no address 192\.0\.2\.1"):
        scu.echo(peer, Caller(host="192.0.2.1"))


def test_too_many_contexts_are_our_error(peer: Peer) -> None:
    many = [build_context(f"1.2.3.{number}", "1.2.840.10008.1.2") for number in range(129)]
    with pytest.raises(LocalError, match="129 presentation contexts"), associate(peer, many):
        pass
    with associate(peer, [*many[:127], plain_context(Verification)]) as association:
        assert association.accepted(Verification) is not None


def test_a_query_that_cannot_be_encoded_is_our_error(peer: Peer) -> None:
    query = study_query()
    query.Rows = 70_000
    with pytest.raises(LocalError, match="cannot be encoded"):
        list(scu.find(peer, query))
    scu.echo(peer)


# --- the peer refused -------------------------------------------------------------------------


def test_a_rejection_keeps_its_numbers_and_says_them(peer: Peer) -> None:
    with pytest.raises(RejectedError) as caught:
        scu.echo(Peer(ae="WRONG", host=peer.host, port=peer.port))
    assert caught.value.triple == (1, 1, 7)
    assert "called AE title not recognised (A-ASSOCIATE-RJ 1/1/7" in caught.value.sentence


@pytest.mark.parametrize("status", [0xA700, 0x0122, 0xC001])
def test_a_failure_status_is_kept(peer: Peer, theirs: Peers, status: int) -> None:
    theirs.status = status
    with pytest.raises(StatusError, match=f"0x{status:04X}") as caught:
        list(scu.find(peer, study_query()))
    assert caught.value.status == status


def test_a_class_the_peer_did_not_take_is_a_refusal(peer: Peer) -> None:
    contexts = [plain_context(Verification), plain_context("1.2.840.10008.5.1.4.1.1.4")]
    with (
        pytest.raises(StatusError, match="no presentation context for MR Image Storage"),
        associate(peer, contexts) as association,
    ):
        context_for(association, "1.2.840.10008.5.1.4.1.1.4")


# --- nobody answered --------------------------------------------------------------------------


def test_nothing_listens() -> None:
    with pytest.raises(NoAnswerError, match=r"Nothing listens at 127\.0\.0\.1"):
        scu.echo(Peer(ae="X", host="127.0.0.1", port=free_port()))


@pytest.mark.parametrize("host", ["no-such-host.invalid", "a..b", "x" * 70])
def test_a_host_nobody_knows(host: str) -> None:
    with pytest.raises(NoAnswerError, match="cannot be reached"):
        scu.echo(Peer(ae="X", host=host, port=104))


@contextmanager
def impostor(talk: Callable[[socket.socket], object]) -> Iterator[Peer]:
    """Run something that takes one connection and is no DICOM node."""
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def accept() -> None:
            try:
                sock, _ = listener.accept()
                with sock:
                    sock.settimeout(5)
                    talk(sock)
            except OSError:
                pass

        thread = threading.Thread(target=accept)
        thread.start()
        yield Peer(ae="X", host="127.0.0.1", port=listener.getsockname()[1])
        thread.join(6)
        assert not thread.is_alive()


def _say(answer: bytes) -> Callable[[socket.socket], object]:
    def talk(sock: socket.socket) -> None:
        sock.recv(65536)
        sock.sendall(answer)
        sock.recv(65536)

    return talk


SILENT = {
    "closes at once": lambda sock: None,
    "closes after the request": lambda sock: sock.recv(65536),
    "speaks HTTP": _say(b"HTTP/1.1 400 Bad Request\r\n\r\n"),
    "aborts": _say(bytes([7, 0, 0, 0, 0, 4, 0, 0, 2, 6])),
    "accepts with nonsense": _say(struct.pack(">BBI", 2, 0, 200) + b"\xff" * 200),
    "accepts with nothing": _say(struct.pack(">BBI", 2, 0, 0)),
    "announces a giant": _say(b"\x02\x00\xff\xff\xff\xf0"),
    "answers with data": _say(struct.pack(">BBI", 4, 0, 4) + bytes(4)),
}


@pytest.mark.parametrize("talk", SILENT.values(), ids=SILENT.keys())
def test_no_proper_answer_to_the_request(talk: Callable[[socket.socket], object]) -> None:
    with no_thread_left(), impostor(talk) as peer, pytest.raises(NoAnswerError):
        scu.echo(peer, Caller(acse_timeout=2))


def test_silence_ends_with_the_acse_timeout() -> None:
    with (
        impostor(lambda sock: sock.recv(65536) and sock.recv(65536)) as peer,
        pytest.raises(NoAnswerError, match="timed out"),
    ):
        scu.echo(peer, Caller(acse_timeout=0.2))


def test_a_peer_that_falls_silent_ends_with_the_dimse_timeout(theirs: Peers) -> None:
    go_on = threading.Event()

    def sleep(_: evt.Event) -> int:
        go_on.wait(5)
        return 0

    handlers = [*theirs.handlers()[1:], (evt.EVT_C_ECHO, sleep)]
    with scp(handlers) as peer:
        with pytest.raises(NoAnswerError, match="did not answer in time"):
            scu.echo(peer, Caller(dimse_timeout=0.2))
        go_on.set()


def test_an_abort_in_the_middle_is_no_empty_answer(theirs: Peers) -> None:
    def abort(event: evt.Event) -> Iterator[Any]:
        yield 0xFF00, match(0, "x")
        event.assoc.abort()
        yield 0xFF00, match(1, "x")

    def abort_get(event: evt.Event) -> Iterator[Any]:
        yield 1
        event.assoc.abort()
        yield 0xFF00, theirs.to_send[0]

    kept = [row for row in theirs.handlers() if row[0] not in (evt.EVT_C_FIND, evt.EVT_C_GET)]
    with scp([*kept, (evt.EVT_C_FIND, abort), (evt.EVT_C_GET, abort_get)]) as peer:
        with pytest.raises(NoAnswerError, match="aborted by the peer"):
            list(scu.find(peer, study_query()))
        with pytest.raises(NoAnswerError):
            scu.get(peer, study_query(), lambda _: 0, [CT])


def test_a_match_that_cannot_be_read_is_not_our_bug() -> None:
    """What a peer sends may be anything; it must not end in a traceback."""
    from simulator.network.dimse import Reply, Request
    from tests.network.support import small_archive

    def spoilt(_: Request) -> Reply:
        return Reply(status=dimse.PENDING, dataset=b"\xff" * 7)

    with small_archive(handlers={cmd.C_FIND: spoilt}) as archive:
        peer = Peer(ae="PACSLAB", host="127.0.0.1", port=archive.port)
        with pytest.raises(NetworkError):
            list(scu.find(peer, study_query()))


def test_roles_are_negotiated_for_get_only(peer: Peer) -> None:
    with associate(peer, [CT], get_roles=[CTImageStorage]) as association:
        (context,) = association.contexts.values()
        assert context.as_scp
    with associate(peer, [CT]) as association:
        (context,) = association.contexts.values()
        assert not context.as_scp
    assert build_role(CTImageStorage, scp_role=True).scp_role
