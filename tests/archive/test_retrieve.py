"""C-MOVE and C-GET: honest counters, the standard's statuses, objects as they were stored."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
import pytest
from pydicom.dataset import Dataset
from pydicom.uid import (
    CTImageStorage,
    ExplicitVRBigEndian,
    ExplicitVRLittleEndian,
    ImplicitVRLittleEndian,
    JPEG2000Lossless,
    JPEGLSLossless,
    MRImageStorage,
    RLELossless,
)
from pynetdicom.presentation import build_context
from pynetdicom.sop_class import (  # type: ignore[attr-defined]
    StudyRootQueryRetrieveInformationModelGet as GET,
)
from pynetdicom.sop_class import (  # type: ignore[attr-defined]
    StudyRootQueryRetrieveInformationModelMove as MOVE,
)

from simulator.errors import NoAnswerError, StatusError
from simulator.network import command as cmd
from simulator.network import dimse, scu
from simulator.network.associate import PLAIN, associate, context_for
from simulator.network.association import Message
from simulator.network.dimse import Request, decode_dataset
from simulator.network.serve import Server, serve
from tests.archive.support import CALLER, PIXELS, Lab, ask, image, query, study, until
from tests.net import free_port


class Destination:
    """A workstation that keeps what it is sent, or refuses it."""

    def __init__(self) -> None:
        self.got: list[Request] = []
        self.statuses: dict[str, int] = {}
        self.on_store: Any = None

    def store(self, request: Request) -> int:
        if self.on_store:
            self.on_store(request)
        self.got.append(request)
        return self.statuses.get(request.sop_instance, dimse.SUCCESS)

    @contextmanager
    def listening(self, *classes: str, syntaxes: Any = PLAIN) -> Iterator[Server]:
        contexts = [build_context(uid, syntaxes) for uid in classes or (CTImageStorage,)]
        with serve(
            name="WS",
            host="127.0.0.1",
            port=0,
            contexts=lambda _: contexts,
            handlers={cmd.C_STORE: self.store},
        ) as server:
            yield server


@pytest.fixture
def ws() -> Destination:
    return Destination()


@pytest.fixture
def moving(lab: Lab, ws: Destination) -> Iterator[Lab]:
    """Four images in the archive, and WS1 listens."""
    lab.store(*study(1, 4))
    with ws.listening() as server:
        lab.archive.nodes.change("WS1", {"port": server.port})
        yield lab


def move(lab: Lab, to: str = "WS1", **keys: Any) -> list[Message]:
    with lab.open(MOVE) as association:
        identifier = query("STUDY", **{"StudyInstanceUID": "1.2.3.1", **keys})
        return ask(association, identifier, MOVE, cmd.C_MOVE, MoveDestination=to)


def counters(message: Message) -> tuple[int | None, ...]:
    names = ("Remaining", "Completed", "Failed", "Warning")
    return tuple(message.command.get(f"NumberOf{name}Suboperations") for name in names)


def test_move_counts_and_says_on_whose_behalf(moving: Lab, ws: Destination) -> None:
    responses = move(moving)
    assert [r.command["Status"] for r in responses] == [0xFF00] * 4 + [0x0000]
    assert [counters(r) for r in responses] == [
        (3, 1, 0, 0),
        (2, 2, 0, 0),
        (1, 3, 0, 0),
        (0, 4, 0, 0),
        (None, 4, 0, 0),
    ]
    assert [r.command["MoveOriginatorApplicationEntityTitle"] for r in ws.got] == ["CT1"] * 4
    assert {r.command["MoveOriginatorMessageID"] for r in ws.got} == {1}
    assert [r.association.calling for r in ws.got] == ["PACSLAB"] * 4
    assert decode_dataset(ws.got[0].data, ws.got[0].context.transfer_syntax) == study(1)[0]


@pytest.mark.parametrize("to", ["NOWHERE", "CT1", ""])
def test_an_unknown_destination_is_0xA801(moving: Lab, to: str) -> None:
    """CT1 is known, but has no port to send to."""
    (response,) = move(moving, to)
    assert response.command["Status"] == 0xA801
    assert "not a known move destination" in response.command["ErrorComment"]


def test_a_destination_that_is_down_fails_all(moving: Lab) -> None:
    moving.archive.nodes.change("WS1", {"port": free_port()})
    (response,) = move(moving)
    assert response.command["Status"] == 0xA702
    assert counters(response) == (None, 0, 4, 0)
    failed = decode_dataset(response.data, response.context.transfer_syntax)
    assert sorted(failed.FailedSOPInstanceUIDList) == [f"1.2.3.1.1.{n}" for n in range(1, 5)]
    (note,) = moving.told("c-move.suboperations")
    assert "connection refused" in note.text and "WS1" in note.text


def test_some_that_fail_make_a_warning(moving: Lab, ws: Destination) -> None:
    ws.statuses = {"1.2.3.1.1.2": dimse.OUT_OF_RESOURCES, "1.2.3.1.1.3": dimse.COERCED}
    last = move(moving)[-1]
    assert last.command["Status"] == 0xB000
    assert counters(last) == (None, 2, 1, 1)
    failed = decode_dataset(last.data, last.context.transfer_syntax)
    assert failed.FailedSOPInstanceUIDList == "1.2.3.1.1.2"


def test_all_that_fail_are_0xA702(moving: Lab, ws: Destination) -> None:
    ws.statuses = {f"1.2.3.1.1.{n}": dimse.CANNOT_UNDERSTAND for n in range(1, 5)}
    last = move(moving)[-1]
    assert (last.command["Status"], counters(last)) == (0xA702, (None, 0, 4, 0))


def test_a_destination_that_breaks_off_keeps_what_it_got(moving: Lab, ws: Destination) -> None:
    def break_off(request: Request) -> None:
        if len(ws.got) == 2:
            request.association.abort()
            raise dimse.DimseError(dimse.PROCESSING_FAILURE, "gone")

    ws.on_store = break_off
    last = move(moving)[-1]
    assert (last.command["Status"], counters(last)) == (0xB000, (None, 2, 2, 0))


def test_a_class_the_destination_does_not_take_fails_alone(moving: Lab, ws: Destination) -> None:
    moving.store(*study(1, 1, SOPInstanceUID="1.7", SOPClassUID=MRImageStorage))
    last = move(moving)[-1]
    assert (last.command["Status"], counters(last)) == (0xB000, (None, 4, 1, 0))


def test_nothing_that_matches_is_success_with_zeros(moving: Lab) -> None:
    (response,) = move(moving, StudyInstanceUID="1.2.3.99")
    assert (response.command["Status"], counters(response)) == (0x0000, (None, 0, 0, 0))


@pytest.mark.parametrize(
    ("identifier", "says"),
    [
        (query("STUDY"), "StudyInstanceUID is missing"),
        (query("STUDY", StudyInstanceUID=""), "StudyInstanceUID is missing"),
        (query("STUDY", StudyInstanceUID="1.2.*"), "must not hold wildcards"),
        (query("SERIES", SeriesInstanceUID="1.2"), "StudyInstanceUID must have one value"),
        (query("", StudyInstanceUID="1.2"), "Level (0008,0052) is missing"),
    ],
)
def test_a_wrong_identifier_is_0xA900(moving: Lab, identifier: Dataset, says: str) -> None:
    with moving.open(MOVE, GET) as association:
        for uid, field in ((MOVE, cmd.C_MOVE), (GET, cmd.C_GET)):
            (refused,) = ask(association, identifier, uid, field, MoveDestination="WS1")
            assert refused.command["Status"] == 0xA900
            assert says in refused.command["ErrorComment"]


def test_lower_levels_and_lists(moving: Lab, ws: Destination) -> None:
    keys: dict[str, Any] = {"SeriesInstanceUID": "1.2.3.1.1"}
    keys["SOPInstanceUID"] = ["1.2.3.1.1.1", "1.2.3.1.1.4"]
    move(moving, QueryRetrieveLevel="IMAGE", **keys)
    assert [r.sop_instance for r in ws.got] == ["1.2.3.1.1.1", "1.2.3.1.1.4"]


def test_a_cancelled_move_stops(moving: Lab, ws: Destination) -> None:
    with moving.open(MOVE) as association:
        context = association.accepted(MOVE)
        assert context is not None

        def cancel(_: Request) -> None:
            association.cancel(context, 1)

        ws.on_store = cancel
        identifier = query("STUDY", StudyInstanceUID="1.2.3.1")
        last = ask(association, identifier, MOVE, cmd.C_MOVE, MoveDestination="WS1")[-1]
    assert last.command["Status"] == 0xFE00
    remaining, completed, failed, warned = counters(last)
    assert (failed, warned) == (0, 0) and remaining and completed
    assert remaining + completed == 4


def test_a_requestor_that_goes_away_is_not_blamed_on_the_destination(
    moving: Lab, ws: Destination
) -> None:
    with pytest.raises(NoAnswerError), moving.open(MOVE) as association:
        ws.on_store = lambda _: association.abort()
        identifier = query("STUDY", StudyInstanceUID="1.2.3.1")
        ask(association, identifier, MOVE, cmd.C_MOVE, MoveDestination="WS1")
    until(lambda: moving.told("association.aborted"))
    assert moving.told("c-move.suboperations") == []


def test_the_association_of_the_sub_operations_is_in_the_journal(
    moving: Lab, ws: Destination
) -> None:
    ws.statuses = {"1.2.3.1.1.2": dimse.OUT_OF_RESOURCES}
    move(moving)
    (opened,), (sent,) = moving.told("c-move.association"), moving.told("c-move.sent")
    assert opened.text.startswith("C-MOVE of CT1: WS1 accepted an association for 4 instances")
    assert "3 completed, 1 failed, 0 with a warning; 1 × 0xA700 (out of resources)" in sent.text
    assert sent.facts["destination"] == "WS1" and opened.id < sent.id


def test_a_study_that_is_still_arriving(moving: Lab, ws: Destination) -> None:
    """Each retrieve gets what was stored when it was asked, and never a half object."""
    more = study(1, 40)[4:]
    sender = threading.Thread(target=lambda: moving.store(*more))
    sender.start()
    counts = []
    while not counts or (sender.is_alive() and len(counts) < 10):
        last = move(moving)[-1]
        assert last.command["Status"] == 0x0000
        counts.append(counters(last)[1])
    sender.join()
    assert counts == sorted(counts) and counts[0] >= 4  # type: ignore[operator, type-var]
    assert counters(move(moving)[-1]) == (None, 40, 0, 0)
    sent = {ds.SOPInstanceUID: ds for ds in study(1, 40)}
    for request in ws.got:
        got = decode_dataset(request.data, request.context.transfer_syntax)
        assert got == sent[request.sop_instance]


# --- C-GET ----------------------------------------------------------------------------------------


def test_get_brings_everything_and_counts(lab: Lab) -> None:
    sent = study(1, 3)
    lab.store(*sent)
    retrieved, got = lab.get(StudyInstanceUID="1.2.3.1")
    assert (retrieved.completed, retrieved.failed, retrieved.status) == (3, 0, 0)
    assert got == sent


def test_get_says_how_it_goes_on(lab: Lab) -> None:
    lab.store(*study(1, 3))
    contexts = [build_context(GET), build_context(CTImageStorage)]
    pending = []
    with associate(lab.peer, contexts, CALLER, get_roles=[CTImageStorage]) as association:
        context = context_for(association, GET)
        identifier = query("STUDY", StudyInstanceUID="1.2.3.1")
        command = {
            "CommandField": cmd.C_GET, "AffectedSOPClassUID": GET, "Priority": 0, "MessageID": 1,
        }  # fmt: skip
        data = [dimse.encode_dataset(identifier, context.transfer_syntax)]
        association.send(context, command, data)
        while message := association.receive():
            if message.command["CommandField"] == cmd.C_STORE:
                association.send(message.context, scu.store_response(message, 0))
            else:
                pending.append((message.command["Status"], counters(message)))
                if message.command["Status"] != 0xFF00:
                    break
    assert pending == [
        (0xFF00, (2, 1, 0, 0)),
        (0xFF00, (1, 2, 0, 0)),
        (0x0000, (None, 3, 0, 0)),
    ]


def test_get_without_role_selection_sends_nothing(lab: Lab) -> None:
    """Who does not offer to be SCP of a class cannot be sent one (PS3.7 D.3.3.4)."""
    lab.store(*study(1, 2))
    contexts = [build_context(GET), build_context(CTImageStorage)]
    with associate(lab.peer, contexts, CALLER) as association:
        last = ask(association, query("STUDY", StudyInstanceUID="1.2.3.1"), GET, cmd.C_GET)[-1]
    assert (last.command["Status"], counters(last)) == (0xA702, (None, 0, 2, 0))


def test_get_without_a_context_for_it_fails_honestly(lab: Lab) -> None:
    lab.store(*study(1, 2), *study(1, 1, SOPInstanceUID="1.7", SOPClassUID=MRImageStorage))
    retrieved, got = lab.get(StudyInstanceUID="1.2.3.1")
    assert (retrieved.status, retrieved.completed, retrieved.failed) == (0xB000, 2, 1)
    assert len(got) == 2
    lab.store(*study(2, 1, SOPClassUID=MRImageStorage))
    with pytest.raises(StatusError, match="0xA702"):
        lab.get(StudyInstanceUID="1.2.3.2")


def test_a_missing_file_fails_alone(lab: Lab) -> None:
    lab.store(*study(1, 2))
    found = lab.archive.index.find_instance("1.2.3.1.1.1")
    assert found is not None
    lab.archive.store.path(found.digest).unlink()
    retrieved, got = lab.get(StudyInstanceUID="1.2.3.1")
    assert (retrieved.status, retrieved.completed, retrieved.failed) == (0xB000, 1, 1)
    assert [ds.SOPInstanceUID for ds in got] == ["1.2.3.1.1.2"]


@pytest.mark.parametrize(
    "syntax", [ImplicitVRLittleEndian, RLELossless, JPEG2000Lossless, JPEGLSLossless]
)
def test_another_syntax_than_stored_is_made_without_loss(lab: Lab, syntax: str) -> None:
    """The peer takes Explicit VR only; its object says the same and keeps its name."""
    ds = image(SOPInstanceUID="1.2.3.4")
    original = PIXELS
    if syntax != ImplicitVRLittleEndian:
        ds.ensure_file_meta()
        ds.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
        ds.compress(syntax, np.frombuffer(PIXELS, "<u2").reshape(64, 64))
        ds.SOPInstanceUID = "1.2.3.4"
    lab.store(ds, syntax=syntax)
    got: list[Message] = []

    def receive(message: Message) -> int:
        got.append(message)
        return 0

    storage = [build_context(CTImageStorage, ExplicitVRLittleEndian)]
    identifier = query("STUDY", StudyInstanceUID="1.2.3.1")
    scu.get(lab.peer, identifier, receive, storage, CALLER)
    (message,) = got
    back = decode_dataset(message.data, ExplicitVRLittleEndian)
    assert message.command["AffectedSOPInstanceUID"] == back.SOPInstanceUID == "1.2.3.4"
    assert back.PixelData == original
    assert (back.Rows, back.PatientName, back.StudyInstanceUID) == (64, "Test^Anna", "1.2.3.1")


@pytest.mark.parametrize("syntax", [RLELossless, ExplicitVRBigEndian])
def test_what_cannot_be_converted_fails_alone(lab: Lab, syntax: str) -> None:
    """Broken pixels or big endian: that instance fails, the others arrive."""
    broken = image(SOPInstanceUID="1.7")
    if syntax == RLELossless:
        broken.PixelData = b"\xfe\xff\x00\xe0\0\0\0\0\xfe\xff\x00\xe0\4\0\0\0junk"
        broken["PixelData"].is_undefined_length = True
    lab.store(broken, syntax=syntax)
    lab.store(*study(1, 2))
    retrieved, got = lab.get(StudyInstanceUID="1.2.3.1")
    assert (retrieved.status, retrieved.completed, retrieved.failed) == (0xB000, 2, 1)
    assert len(got) == 2
