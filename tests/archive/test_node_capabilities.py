"""What is exchanged with a node is what its lists say: in both directions, on the wire."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from pydicom.dataset import Dataset
from pydicom.uid import (
    CTImageStorage,
    ExplicitVRLittleEndian,
    ImplicitVRLittleEndian,
    MRImageStorage,
)
from pynetdicom.presentation import build_context
from pynetdicom.sop_class import (  # type: ignore[attr-defined]
    StudyRootQueryRetrieveInformationModelGet as GET,
)

from simulator.archive.node_capabilities import proposed
from simulator.archive.nodes import Node
from simulator.errors import LocalError, StatusError
from simulator.network import command as cmd
from simulator.network import scu
from simulator.network.associate import PLAIN, plain_context
from simulator.network.dimse import Request
from simulator.network.serve import Server, serve
from tests.archive.support import CALLER, Lab, query, study


def test_an_unlimited_node_gets_everything() -> None:
    contexts = [plain_context(CTImageStorage)]
    assert proposed(Node(ae="X"), contexts) == contexts
    assert proposed(Node(ae="X", sends_classes=(CTImageStorage,)), []) == []


def test_only_the_classes_and_syntaxes_accepted_are_negotiated(lab: Lab) -> None:
    changes = {"accepts_classes": "CTImageStorage", "accepts_syntaxes": ["ImplicitVRLittleEndian"]}
    lab.archive.nodes.change("CT1", changes)
    with lab.open(CTImageStorage, MRImageStorage, syntax=PLAIN) as association:
        taken = {(cx.abstract_syntax, cx.transfer_syntax) for cx in association.contexts.values()}
    assert taken == {(CTImageStorage, ImplicitVRLittleEndian)}
    assert lab.told("association.accepted")[-1].facts["refused"] == [[MRImageStorage, 3]]
    assert lab.store(*study(1), syntax=ImplicitVRLittleEndian) == [0]
    with pytest.raises(StatusError):
        lab.store(*study(2), syntax=ExplicitVRLittleEndian)
    assert lab.told("association.accepted")[-1].facts["refused"] == [[CTImageStorage, 4]]
    scu.echo(lab.peer, CALLER)
    assert lab.find(PatientID="T1"), "only what is stored is limited"
    lab.archive.nodes.change("CT1", {"accepts_classes": "", "accepts_syntaxes": []})
    assert lab.store(*study(2)) == [0]


@contextmanager
def receiver(got: list[Any]) -> Iterator[Server]:
    def store(request: Request) -> int:
        got.append((request.sop_class, request.context.transfer_syntax))
        return 0

    contexts = [plain_context(CTImageStorage), plain_context(MRImageStorage)]
    options: dict[str, Any] = {"contexts": lambda said: contexts, "handlers": {cmd.C_STORE: store}}
    with serve(name="receiver", host="127.0.0.1", port=0, **options) as server:
        yield server


def mixed() -> list[Dataset]:
    ct = study(1, 2)
    mr = study(1, 1, SOPInstanceUID="1.2.3.9", SeriesInstanceUID="1.2.3.1.2", Modality="MR")
    mr[0].SOPClassUID = MRImageStorage
    return [*ct, *mr]


def move(lab: Lab, to: str) -> scu.Retrieved:
    return scu.move(lab.peer, query("STUDY", StudyInstanceUID="1.2.3.1"), to, CALLER)


def test_a_move_sends_only_what_the_node_is_sent(lab: Lab) -> None:
    lab.store(*mixed())
    got: list[Any] = []
    with receiver(got) as server:
        lab.archive.nodes.change("WS1", {"port": server.port, "sends_classes": [CTImageStorage]})
        done = move(lab, "WS1")
        assert (done.completed, done.failed, done.status) == (2, 1, 0xB000)
        lab.archive.nodes.change(
            "WS1", {"sends_classes": [], "sends_syntaxes": "1.2.840.10008.1.2"}
        )
        assert move(lab, "WS1").completed == 3
    assert {syntax for _, syntax in got[2:]} == {ImplicitVRLittleEndian}
    assert [sop_class for sop_class, _ in got[:2]] == [CTImageStorage] * 2


def test_a_move_of_nothing_that_may_be_sent_says_why(lab: Lab) -> None:
    lab.store(*study(1, 2))
    lab.archive.nodes.change("WS1", {"port": 9, "sends_classes": [MRImageStorage]})
    with pytest.raises(StatusError) as refused:
        move(lab, "WS1")
    assert refused.value.status == 0xA702
    assert "sends_classes" in lab.told("c-move.suboperations")[-1].text
    with pytest.raises(LocalError, match="may be sent to node WS1"):
        proposed(lab.archive.nodes.get("WS1"), [plain_context(CTImageStorage)])


def test_a_get_is_limited_by_what_is_sent_not_by_what_is_accepted(lab: Lab) -> None:
    lab.store(*study(1, 2))
    lab.archive.nodes.change("CT1", {"accepts_classes": [MRImageStorage]})
    done, got = lab.get(StudyInstanceUID="1.2.3.1")
    assert (done.completed, len(got)) == (2, 2)
    lab.archive.nodes.change("CT1", {"accepts_classes": [], "sends_classes": [MRImageStorage]})
    storage = [build_context(CTImageStorage, PLAIN)]
    with pytest.raises(StatusError):
        scu.get(lab.peer, query("STUDY", StudyInstanceUID="1.2.3.1"), lambda m: 0, storage, CALLER)
    assert lab.told("association.accepted")[-1].facts["refused"] == [[CTImageStorage, 3]]
    assert GET in {cx.abstract_syntax for cx in lab.archive.services.contexts()}
