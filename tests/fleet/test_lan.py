"""Switch and firewall: what a device's own work suffers from them, and how it is put right."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from simulator.errors import NoAnswerError, UsageError
from simulator.fleet.lan import Lan, Rule
from simulator.network import scu
from simulator.network.associate import Caller, Peer
from tests.fleet.conftest import Ward


def lan_of(ward: Ward) -> Lan:
    return ward.fleet.lan


def test_each_node_hangs_on_a_port_of_its_own(ward: Ward) -> None:
    report = lan_of(ward).report()
    assert {row["node"] for row in report} == set(ward.fleet.nodes)
    assert len({row["port"] for row in report}) == len(report)
    assert ward.fleet.modality("CT1").echo()
    (row,) = [row for row in lan_of(ward).report() if row["node"] == "CT1"]
    assert row["connections"] == 1 and row["cut"] == row["late_collisions"] == 0


def test_an_inspecting_firewall_cuts_a_transfer_and_an_exempted_flow_goes_through(
    ward: Ward,
) -> None:
    rule = Rule(name="ids", source="CT1", target="archive", action="inspect", after=60_000)
    lan_of(ward).add_rule(rule, "network.team")
    device = ward.fleet.modality("CT1")
    assert device.echo()  # an echo is too small to be noticed
    order = ward.order("CT1")
    done = device.perform(device.find_item(order.accession))
    assert done.error is not None and done.sent < done.images
    assert lan_of(ward).report()[list(ward.fleet.nodes).index("CT1")]["cut"] >= 1
    lan_of(ward).add_rule(Rule(name="ids", source="CT1", action="allow"), "network.team")
    device.send_queue()
    assert device.queue() == [] and len(ward.shelf.stored) == done.images


@pytest.mark.parametrize(
    "wrong",
    [
        lambda lan: lan.set_port("CT1", {"vlan": 20}, "fitter"),
        lambda lan: lan.set_port("CT1", {"vlan": 30}, "fitter"),
        lambda lan: lan.add_rule(Rule(name="r", source="CT1", action="reject"), "fitter"),
        lambda lan: lan.add_rule(Rule(name="r", target="archive", action="drop"), "fitter"),
    ],
)
def test_what_is_blocked_is_nobody_answered(ward: Ward, wrong: Callable[[Lan], Any]) -> None:
    device = ward.fleet.modality("CT1")
    device.change({"timeouts.connect": 0.2})
    wrong(lan_of(ward))
    with pytest.raises(NoAnswerError):
        device.echo()


def test_the_office_network_reaches_the_ris_only(ward: Ward) -> None:
    lan_of(ward).set_port("MR1", {"vlan": 20}, "fitter")
    assert ward.fleet.modality("MR1").echo("ris")


def test_a_duplex_mismatch_is_slow_and_shows_collisions(ward: Ward) -> None:
    lan_of(ward).set_port("DX1", {"duplex": "half"}, "fitter")
    device = ward.fleet.modality("DX1")
    order = ward.order("DX1")
    done = device.perform(device.find_item(order.accession))
    assert done.error is None  # DICOM itself is clean
    (row,) = [row for row in lan_of(ward).report() if row["node"] == "DX1"]
    assert row["late_collisions"] > 0 and row["cut"] == 0


def test_two_nodes_with_one_address_disturb_each_other(ward: Ward) -> None:
    taken = ward.fleet.modality("CT1").host
    lan_of(ward).set_port("US1", {"address": taken}, "fitter")
    shared = {row["node"] for row in lan_of(ward).report() if row["duplicate_address"]}
    assert shared == {"CT1", "US1"}


def test_it_is_kept_snapshotted_and_restored(ward: Ward, tmp_path: Path) -> None:
    lan, kept = lan_of(ward), tmp_path / "kept.json"
    lan.snapshot(kept)
    lan.set_port("CT1", {"vlan": 20}, "fitter")
    lan.add_rule(Rule(name="r", source="CT1"), "fitter")
    lan.load()
    assert lan.ports["CT1"].vlan == 20 and list(lan.rules) == ["r"]
    lan.restore(kept)
    assert lan.ports["CT1"].vlan == 10 and not lan.rules


@pytest.mark.parametrize(
    "bad",
    [
        lambda lan: lan.set_port("XX", {"vlan": 10}, "x"),
        lambda lan: lan.set_port("CT1", {"vlan": 11}, "x"),
        lambda lan: lan.set_port("CT1", {"duplex": "both"}, "x"),
        lambda lan: lan.set_port("CT1", {"port": "sw9"}, "x"),
        lambda lan: lan.set_port("CT1", {"address": "<script>"}, "x"),
        lambda lan: lan.add_rule(Rule(name="r", source="XX"), "x"),
        lambda lan: Rule(name="r", action="explode"),
        lambda lan: Rule(name="r", action="inspect"),
        lambda lan: lan.remove_rule("r", "x"),
    ],
)
def test_nonsense_is_refused_and_changes_nothing(ward: Ward, bad: Callable[[Lan], Any]) -> None:
    before = lan_of(ward).report()
    with pytest.raises(UsageError):
        bad(lan_of(ward))
    assert lan_of(ward).report() == before and not lan_of(ward).rules


def test_every_change_is_journalled_with_who_made_it(ward: Ward) -> None:
    lan_of(ward).set_port("CT1", {"vlan": 20}, "fitter")
    (entry,) = ward.events.entries(kind="network.port.changed")
    assert entry.facts["actor"] == "fitter" and entry.facts["node"] == "CT1"


def test_what_comes_in_passes_the_same_line(ward: Ward) -> None:
    desk = ward.fleet.workstation("WS1")
    desk.start()
    peer = Peer(ae="WS1", host=desk.host, port=desk.port)
    caller = Caller(ae="PACSLAB", acse_timeout=3, dimse_timeout=3)
    scu.echo(peer, caller)
    rule = Rule(name="ids", source="WS1", action="inspect", after=50)
    lan_of(ward).add_rule(rule, "network.team")
    with pytest.raises(NoAnswerError):
        scu.echo(peer, caller)
    lan_of(ward).remove_rule("ids", "network.team")
    lan_of(ward).set_port("WS1", {"duplex": "half"}, "network.team")
    scu.echo(peer, caller)
    told = [e for e in ward.events.entries() if e.facts.get("server") == "WS1"]
    assert {e.facts["host"] for e in told if e.facts.get("host")} == {"127.0.0.1"}
