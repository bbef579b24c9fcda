"""The node table and the open associations by the archive's API: who did it, and what is told."""

from __future__ import annotations

from typing import Any

import pytest

from simulator.archive.api.associations import Associations
from simulator.archive.api.nodes import Nodes
from simulator.errors import NoAnswerError, RefusedError, RejectedError, UsageError
from simulator.network import scu
from simulator.network.association import Aborted
from simulator.web import Call, Principal
from tests.archive.support import CALLER, Lab, until
from tests.archive.test_audit_trail import rows

VERIFICATION = "1.2.840.10008.1.1"


def called(desk: type[Any], lab: Lab, name: str, **facts: Any) -> Any:
    values = {"path": {}, "query": {}, "body": {}, **facts}
    call = Call(who=Principal(name="anna"), host="127.0.0.1", **values)
    return getattr(desk(lab.archive, lab.reader), name)(call)


def test_a_list_is_entered_and_told_node_by_node(lab: Lab) -> None:
    text = "ae,host,port\nUS1,127.0.0.1,104\nCT1,127.0.0.1,105\n"
    dry = called(Nodes, lab, "load", body={"text": text, "dry_run": True})
    assert dry["good"] == 2 and not dry["applied"] and not lab.told("node")
    done = called(Nodes, lab, "load", body={"text": text})
    assert done["applied"] and "changes" not in done
    assert [(e.kind, e.facts["what"], e.facts["by"]) for e in lab.told("node")] == [
        ("node.added", "US1", "anna"), ("node.changed", "CT1", "anna"),
    ]  # fmt: skip
    with pytest.raises(UsageError):
        called(Nodes, lab, "load", body={"text": 5})
    answer = called(Nodes, lab, "export", query={"format": "toml"})
    assert b'ae = "US1"' in answer.body
    assert called(Nodes, lab, "check") == []


def test_a_node_s_coming_and_going_is_a_network_entry(lab: Lab) -> None:
    """PS3.15 A.5.3.9: attach and detach, beside the change of the configuration."""
    body = {"ae": "CART1", "host": "127.0.0.9", "port": 104}
    called(Nodes, lab, "add_node", body=body)
    called(Nodes, lab, "remove_node", path={"ae": "CART1"})
    entries = rows(lab, "Network Entry")
    for row, kind in zip(entries, ("Attach", "Detach"), strict=True):
        message = str(row["message"])
        assert f'originalText="{kind}"' in message
        assert all(word in message for word in ("CART1", "127.0.0.9", "anna"))
    alerts = [str(row["message"]) for row in rows(lab, "Security Alert")]
    assert sum("Network Configuration" in text for text in alerts) == 2


def test_an_association_is_listed_and_aborted(lab: Lab) -> None:
    with pytest.raises(NoAnswerError), lab.open(VERIFICATION) as association:
        (row,) = called(Associations, lab, "associations")
        assert (row["calling"], row["host"], row["tls"]) == ("CT1", "127.0.0.1", False)
        assert row["classes"] == [VERIFICATION] and row["seconds"] >= 0
        number = str(row["number"])
        assert called(Associations, lab, "abort", path={"number": number}) == {"ok": True}
        with pytest.raises(Aborted) as seen:
            association.receive()
        assert seen.value.source == 0
        raise seen.value
    assert called(Associations, lab, "associations") == []
    assert lab.told("association.ended")[-1].facts["by"] == "anna"
    assert lab.told("association.aborted")[-1].text.endswith("aborted here by anna")
    with pytest.raises(RefusedError, match="no open association"):
        called(Associations, lab, "abort", path={"number": number})
    with pytest.raises(UsageError):
        called(Associations, lab, "abort", path={"number": "x"})
    scu.echo(lab.peer, CALLER)
    until(lambda: not lab.archive.server.live)


def test_a_host_s_name_is_as_good_as_its_address(lab: Lab) -> None:
    lab.set("dicom.check_host", True)
    lab.archive.nodes.change("CT1", {"host": "localhost"})
    scu.echo(lab.peer, CALLER)
    lab.archive.nodes.change("CT1", {"host": "no.such.host.invalid"})
    with pytest.raises(RejectedError):
        scu.echo(lab.peer, CALLER)
