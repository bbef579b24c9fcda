"""TLS between RIS, devices and workstations: each listener by a setting of its own, live, told."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from simulator.authority import Authority
from simulator.errors import LocalError, NetworkError, NoAnswerError, UsageError
from simulator.network import scu
from simulator.network.associate import Caller, Peer
from simulator.network.tls import Tls
from tests.fleet.conftest import Ward
from tests.net import wait_for

NAMES = ("RISLAB", "CT1", "WS1", "PACSLAB")


@pytest.fixture
def safe(ward: Ward) -> Iterator[Ward]:
    """The ward, with certificates for everybody."""
    authority = Authority(ward.folder / "tls")
    authority.init()
    for name in NAMES:
        hosts = ["127.0.0.1", "localhost"]
        if name in ward.fleet.nodes:
            hosts.append(ward.fleet.nodes[name].host)
        authority.issue(name, hosts)
    ward.fleet.start_listeners()
    yield ward


def caller(ward: Ward, *, own: bool = True) -> Caller:
    whole = Tls.of(ward.folder / "tls" / "PACSLAB")
    tls = whole if own else Tls(trusted=whole.trusted)
    return Caller(ae="PACSLAB", tls=tls, acse_timeout=3, dimse_timeout=3)


def address(ward: Ward, name: str) -> Peer:
    node = ward.fleet.nodes[name]
    return Peer(ae=node.settings.ae_title, host=node.host, port=node.port)


@pytest.mark.parametrize("name", ["CT1", "WS1"])
def test_the_listener_of_a_device_or_workstation(safe: Ward, name: str) -> None:
    node, peer = safe.fleet.nodes[name], address(safe, name)
    plain = Caller(ae="PACSLAB", acse_timeout=3)
    scu.echo(peer, plain)
    node.change({"listener.tls": "on"}, "anna")
    scu.echo(peer, caller(safe))
    with pytest.raises(NoAnswerError):
        scu.echo(peer, plain)
    node.change({"listener.tls": "mutual"}, "anna")
    scu.echo(peer, caller(safe))
    with pytest.raises(NetworkError):
        scu.echo(peer, caller(safe, own=False))
    node.change({"listener.tls": "off"}, "anna")
    scu.echo(peer, plain)
    changed = safe.events.entries("device.setting.changed")
    assert [e.facts["new"] for e in changed] == ["on", "mutual", "off"]
    (opened, _) = safe.events.entries("tls.opened")
    assert opened.facts["days_left"] > 390 and "is good for 397 days" in opened.text
    wait_for(lambda: len(safe.events.entries("tls.failed")) >= 2)
    reasons = [e.facts["reason"] for e in safe.events.entries("tls.failed")]
    assert len(set(reasons)) == 2 and "showed no certificate" in reasons[1]


def test_what_is_no_mode_is_refused(safe: Ward) -> None:
    with pytest.raises(UsageError, match=r"listener\.tls"):
        safe.fleet.nodes["CT1"].change({"listener.tls": "maybe"})
    facts = safe.fleet.nodes["WS1"].facts()
    assert facts["settings"]["listener.tls"] == "off"
    assert facts["tls"]["mode"] == "off" and facts["tls"]["days_left"] > 390


def test_worklist_and_mpps_go_by_tls(safe: Ward) -> None:
    order = safe.order("CT1")
    ct1 = safe.fleet.modality("CT1")
    safe.ris.settings.set("access.tls", "mutual")
    safe.ris.say_tls()
    with pytest.raises(NoAnswerError):
        ct1.query_worklist()
    ct1.change({"ris.tls": True})
    (item,) = ct1.query_worklist()
    ct1.perform(item)
    assert safe.ris.book.get(order.accession).status == "completed"
    (told,) = safe.events.entries("tls.opened")
    assert told.facts["server"] == "RISLAB" and told.facts["mode"] == "mutual"


def test_a_device_whose_certificate_has_expired_is_told_on_both_sides(safe: Ward) -> None:
    ct1 = safe.fleet.modality("CT1")
    safe.ris.settings.set("access.tls", "mutual")
    ct1.change({"ris.tls": True})
    Authority(safe.folder / "tls").renew("CT1", days=-1)
    with pytest.raises(NetworkError) as caught:
        ct1.query_worklist()
    assert "expired" in caught.value.sentence
    wait_for(lambda: safe.events.entries("tls.failed"))  # the alert goes out before it is told
    failed = safe.events.entries("tls.failed")[-1]
    assert "has expired" in failed.facts["reason"] and failed.facts["server"] == "RISLAB"
    assert safe.events.entries("device.worklist.failed")[-1].facts["peer"].startswith("RISLAB")


def test_a_ris_of_another_authority_is_not_trusted(safe: Ward, tmp_path: Path) -> None:
    ct1 = safe.fleet.modality("CT1")
    safe.ris.settings.set("access.tls", "on")
    ct1.change({"ris.tls": True})
    authority = Authority(safe.folder / "tls")
    authority.init(replace=True)
    authority.issue("RISLAB")
    with pytest.raises(LocalError, match="authority we do not trust"):
        ct1.query_worklist()
    authority.trust("CT1")
    assert ct1.query_worklist() == []
