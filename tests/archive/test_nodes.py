"""The node table: what may be entered, changed while running, and what is refused."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from simulator.archive.nodes import RIGHTS, Node, Nodes, make
from simulator.archive.tables import metadata
from simulator.database import Database
from simulator.errors import RefusedError, UsageError


@pytest.fixture
def nodes(tmp_path: Path) -> Nodes:
    return Nodes(Database(tmp_path / "index.db", metadata))


def test_a_node_is_kept_as_it_was_entered(nodes: Nodes) -> None:
    node = Node(ae="CT 1", host="127.0.1.4", port=11120, description="CT, room 3", rights=("echo",))
    nodes.add(node)
    assert nodes.get("CT 1") == nodes.find("CT 1") == node
    assert make(node.facts()) == node
    assert str(node.peer) == "CT 1@127.0.1.4:11120"


def test_titles_differ_by_case(nodes: Nodes) -> None:
    nodes.add(Node(ae="CT1"))
    assert nodes.find("ct1") is None
    nodes.add(Node(ae="ct1"))
    assert [node.ae for node in nodes.all()] == ["CT1", "ct1"]


@pytest.mark.parametrize(
    "facts",
    [
        {"ae": ""},
        {"ae": "A" * 17},
        {"ae": "CT\\1"},
        {"ae": " CT1"},
        {"ae": "CT1\n"},
        {"ae": "ÇT1"},
        {"ae": 5},
        {"ae": None},
        {"host": "127.0.0.256"},
        {"host": "a b"},
        {"host": "-;rm"},
        {"host": ""},
        {"host": 5},
        {"port": -1},
        {"port": 65536},
        {"port": "x"},
        {"port": 1.5},
        {"port": True},
        {"port": None},
        {"description": ["x"]},
        {"rights": ["fly"]},
        {"rights": 5},
        {"rights": [["echo"]]},
        {"colour": "red"},
    ],
)
def test_what_cannot_be_a_node_is_one_sentence(facts: dict[str, Any]) -> None:
    with pytest.raises(UsageError) as refused:
        make({"ae": "CT1", "host": "127.0.0.1", "port": 104, **facts})
    assert refused.value.sentence.endswith(".")
    assert refused.value.remedy


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        ({"port": "104"}, {"port": 104}),
        ({"rights": "echo,find"}, {"rights": ["echo", "find"]}),
        ({"rights": ""}, {"rights": []}),
        ({"rights": []}, {"rights": []}),
        ({}, {"rights": list(RIGHTS)}),
        ({"host": "pacs-1.hospital.example"}, {"host": "pacs-1.hospital.example"}),
        ({"host": "::1"}, {"host": "::1"}),
    ],
)
def test_the_ways_to_write_it(facts: dict[str, Any], expected: dict[str, Any]) -> None:
    made = make({"ae": "CT1", **facts}).facts()
    assert {key: made[key] for key in expected} == expected


def test_change_and_remove(nodes: Nodes) -> None:
    nodes.add(Node(ae="CT1", port=104))
    nodes.add(Node(ae="CT2"))
    old, new = nodes.change("CT1", {"port": 105, "ae": "CT9"})
    assert (old.port, new.port) == (104, 105)
    assert nodes.find("CT1") is None and nodes.get("CT9") == new
    with pytest.raises(RefusedError, match="already"):
        nodes.change("CT9", {"ae": "CT2"})
    with pytest.raises(RefusedError, match="already"):
        nodes.add(Node(ae="CT2"))
    nodes.remove("CT9")
    for call in (nodes.get, nodes.remove):
        with pytest.raises(RefusedError, match="no node 'CT9'") as refused:
            call("CT9")
        assert refused.value.http_status == 404
    assert [node.ae for node in nodes.all()] == ["CT2"]
