"""The node table as a file: it comes back as it went out, and a bad line stops all of them."""

from __future__ import annotations

from pathlib import Path

import pytest

from simulator.archive.node_lists import FORMATS, load, written
from simulator.archive.nodes import Node, Nodes
from simulator.archive.tables import metadata
from simulator.database import Database
from simulator.errors import UsageError

CT = "1.2.840.10008.5.1.4.1.1.2"
MANY = [
    Node(ae="CT 1", host="127.0.1.4", port=11120, description='CT, "room" 3', rights=("echo",)),
    Node(ae="US9", rights=(), tls=True, ian=True, max_associations=3),
    Node(ae="WS1", sends_classes=(CT,), sends_syntaxes=("1.2.840.10008.1.2.1",)),
    Node(ae="-MR", description="=1+1"),
    Node(ae="OLD", accepts_classes=(CT, "1.3.4.5"), accepts_syntaxes=("1.2.840.10008.1.2",)),
]


@pytest.fixture
def nodes(tmp_path: Path) -> Nodes:
    return Nodes(Database(tmp_path / "index.db", metadata))


@pytest.mark.parametrize("form", FORMATS)
def test_a_table_comes_back_as_it_went_out(nodes: Nodes, form: str) -> None:
    text = written(MANY, form)
    report = load(nodes, text, dry_run=False)
    assert report["applied"] and report["good"] == 5, report
    assert sorted(nodes.all(), key=lambda n: n.ae) == sorted(MANY, key=lambda n: n.ae)
    again = load(nodes, text, dry_run=False)
    assert {row["what"] for row in again["lines"]} == {"as it is"} and not again["changes"]
    assert "CTImageStorage" in text, "people read names"
    assert form != "csv" or ",'=1+1," in text, "a spreadsheet must not reckon"


def test_one_bad_line_of_500_is_named_and_nothing_is_entered(nodes: Nodes) -> None:
    nodes.add(Node(ae="KEPT", port=104))
    lines = [f"N{number},127.0.2.{number % 250 + 1},{2000 + number}" for number in range(500)]
    lines[321] = "N321,127.0.2.300,2321"
    text = "ae,host,port\nKEPT,127.0.0.1,105\n" + "\n".join(lines)
    report = load(nodes, text, dry_run=False)
    assert (report["good"], report["bad"], report["applied"]) == (500, 1, False)
    (bad,) = [row for row in report["lines"] if not row["ok"]]
    assert (bad["line"], bad["ae"]) == (324, "N321") and "127.0.2.300" in bad["what"]
    assert [(node.ae, node.port) for node in nodes.all()] == [("KEPT", 104)]
    report = load(nodes, text.replace("127.0.2.300", "127.0.2.30"), dry_run=True)
    assert report["bad"] == 0 and not report["applied"] and len(nodes.all()) == 1
    report = load(nodes, text.replace("127.0.2.300", "127.0.2.30"), dry_run=False)
    assert report["applied"] and len(nodes.all()) == 501 and len(report["changes"]) == 501
    assert nodes.get("KEPT").port == 105


def test_what_a_list_does_not_say_stays_and_gives_no_rights_away(nodes: Nodes) -> None:
    nodes.add(Node(ae="CT1", rights=("echo", "store"), description="room 3", port=104))
    load(nodes, "ae;host;port\nCT1;127.0.1.9;105\nNEW;127.0.1.8;104\n", dry_run=False)
    assert nodes.get("CT1") == Node(
        ae="CT1", host="127.0.1.9", port=105, rights=("echo", "store"), description="room 3"
    )
    assert nodes.get("NEW").rights == ("echo",)
    load(nodes, "ae,host,port,description,rights\nCT1,127.0.1.9,105,,\n", dry_run=False)
    assert nodes.get("CT1").rights == () and nodes.get("CT1").description == ""


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("ae,host,port\nCT1,127.0.0.1,104\nCT1,127.0.0.2,104\n", "twice"),
        ("ae,host,port\nCT1,127.0.0.1\n", "2 cells"),
        ("ae,host,port\n,127.0.0.1,104\n", "'ae' is empty"),
        ("ae,host,port,rights\nCT1,127.0.0.1,104,fly\n", "no node right 'fly'"),
        ("ae,host,port,tls\nCT1,127.0.0.1,104,maybe\n", "no tls"),
        ("ae,host,port,sends_classes\nCT1,127.0.0.1,104,JPEG2000\n", "sends_classes"),
        ("ae,host,port,sends_syntaxes\nCT1,127.0.0.1,104,CTImageStorage\n", "sends_syntaxes"),
        ('[[nodes]]\nae = "CT1"\nhost = "127.0.0.1"\n', "lacks 'port'"),
        ('[[nodes]]\nae = 5\nhost = "127.0.0.1"\nport = 1\n', "5 is no ae"),
        ('{"nodes": [7]}', "is no node"),
        ('[{"ae": "A", "host": "127.0.0.1", "port": 1, "colour": "red"}]', "no 'colour'"),
    ],
)
def test_bad_lines_say_what_is_wrong(nodes: Nodes, text: str, problem: str) -> None:
    report = load(nodes, text, dry_run=False)
    assert problem in " ".join(row["what"] for row in report["lines"])
    assert report["bad"] == 1 and not nodes.all()


@pytest.mark.parametrize("text", ["", "a,b\n", "[nodes", "{}", '{"nodes": 5}', "[[[[[", "# x"])
def test_files_that_are_no_list(nodes: Nodes, text: str) -> None:
    with pytest.raises(UsageError):
        load(nodes, text, dry_run=False)


def test_an_unknown_form(nodes: Nodes) -> None:
    with pytest.raises(UsageError, match="no form 'xml'"):
        written(MANY, "xml")
