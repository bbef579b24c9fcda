"""What may be wrong with the node table is found: clashes, look-alikes, and peers that disagree."""

from __future__ import annotations

import pytest

from simulator.archive import node_check
from simulator.archive.nodes import Node
from simulator.errors import RejectedError
from simulator.network import scu
from simulator.network.associate import Caller
from simulator.network.negotiation import Proposal, Refusal
from simulator.network.rejections import CALLED_UNKNOWN, CALLING_UNKNOWN
from simulator.network.serve import serve
from tests.archive.support import Lab
from tests.net import free_port


def problems(lab: Lab) -> dict[str, list[str]]:
    found = node_check.check(lab.archive.nodes.all(), lab.told("association"))
    return {row["problem"]: row["nodes"] for row in found}


def test_two_at_one_address_and_titles_that_look_alike(lab: Lab) -> None:
    assert problems(lab) == {}, "nodes that do not listen share no address"
    for node in (
        Node(ae="MR1", host="10.0.0.7", port=104), Node(ae="US1", host="10.0.0.7", port=104),
        Node(ae="US2", host="10.0.0.7", port=105), Node(ae="ct-l", host="10.0.0.8", port=104),
        Node(ae="PACS_O", host="10.0.0.9", port=1), Node(ae="PACS0", host="10.0.0.9", port=2),
    ):  # fmt: skip
        lab.archive.nodes.add(node)
    found = node_check.check(lab.archive.nodes.all())
    assert sorted((row["problem"], tuple(row["nodes"])) for row in found) == [
        ("same address", ("MR1", "US1")),
        ("titles alike", ("CT1", "ct-l")),
        ("titles alike", ("PACS0", "PACS_O")),
    ]
    assert all(row["what"] and row["remedy"] for row in found)


def test_a_device_that_calls_by_another_title_than_registered(lab: Lab) -> None:
    lab.archive.nodes.change("CT1", {"host": "127.0.0.8"})
    with pytest.raises(RejectedError):
        scu.echo(lab.peer, Caller(ae="CT1_NEW", host="127.0.0.8"))
    scu.echo(lab.peer, Caller(ae="WS1"))
    assert problems(lab) == {"calls by another title": ["CT1"]}
    scu.echo(lab.peer, Caller(ae="CT1", host="127.0.0.8"))
    assert problems(lab) == {}, "it was put right since"


@pytest.mark.parametrize(
    ("triple", "problem"),
    [
        (CALLED_UNKNOWN, "answers to another title"),
        (CALLING_UNKNOWN, "does not know us"),
        (None, ""),
    ],
)
def test_every_node_that_listens_is_asked(
    lab: Lab, triple: tuple[int, int, int] | None, problem: str
) -> None:
    def admit(said: Proposal) -> None:
        if triple:
            raise Refusal(triple, "test")

    options = {"host": "127.0.0.1", "port": 0, "handlers": {0x30: lambda request: 0}}
    contexts = lab.archive.services.contexts
    with serve(name="x", contexts=contexts, admit=admit, **options) as server:
        lab.archive.nodes.add(Node(ae="MR1", port=server.port))
        lab.archive.nodes.add(Node(ae="GONE", port=free_port()))
        found = node_check.ask(lab.archive.nodes.all(), lab.archive.calling)
    by_node = {row["nodes"][0]: row["problem"] for row in found}
    assert by_node == {"GONE": "no answer", **({"MR1": problem} if problem else {})}
