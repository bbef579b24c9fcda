"""The archive's TLS port: opened and closed by a setting, and calls by TLS to other nodes."""

from __future__ import annotations

from pathlib import Path

import pytest

from simulator.archive.nodes import Node
from simulator.authority import Authority
from simulator.errors import HandshakeError, NetworkError, NoAnswerError, RejectedError
from simulator.network import scu
from simulator.network.associate import Caller, Peer, associate, plain_context
from simulator.network.tls import Tls
from tests import peers
from tests.archive.support import CALLER, Lab, lab, query, study, until
from tests.net import free_port, wait_for_port

CT = "1.2.840.10008.5.1.4.1.1.2"


@pytest.fixture
def safe(lab: Lab, tmp_path: Path) -> Lab:
    """An archive with certificates for itself and for CT1."""
    authority = Authority(tmp_path / "tls")
    authority.init()
    for name in ("PACSLAB", "CT1"):
        authority.issue(name)
    return lab


def caller(folder: Path, *, own: bool = True) -> Caller:
    tls = Tls.of(folder / "tls" / "CT1")
    return Caller(ae="CT1", tls=tls if own else Tls(trusted=tls.trusted), acse_timeout=3)


def tls_peer(safe: Lab) -> Peer:
    return Peer(ae="PACSLAB", host="127.0.0.1", port=safe.archive.listeners.tls_port)


def test_the_setting_opens_and_closes_the_port(safe: Lab, tmp_path: Path) -> None:
    safe.set("dicom.tls", "on")
    peer = tls_peer(safe)
    scu.echo(peer, caller(tmp_path))
    scu.echo(peer, caller(tmp_path, own=False))
    scu.echo(safe.peer, CALLER)
    safe.set("dicom.tls", "mutual")
    assert tls_peer(safe) == peer
    scu.echo(peer, caller(tmp_path))
    with pytest.raises((HandshakeError, NoAnswerError)):
        scu.echo(peer, caller(tmp_path, own=False))
    until(lambda: safe.told("tls.failed"))
    safe.set("dicom.tls", "off")
    with pytest.raises(NoAnswerError, match="connection refused"):
        scu.echo(peer, caller(tmp_path))
    safe.set("dicom.tls", "on")
    scu.echo(peer, caller(tmp_path))


def test_both_ports_share_limits_and_numbers(safe: Lab, tmp_path: Path) -> None:
    safe.set("dicom.tls", "on")
    safe.set("dicom.max_associations", 2)
    with (
        associate(safe.peer, [plain_context(CT)], CALLER),
        associate(tls_peer(safe), [plain_context(CT)], caller(tmp_path)),
    ):
        assert len(safe.archive.server.live) == 2
        with pytest.raises(RejectedError):
            scu.echo(safe.peer, CALLER)
    numbers = [e.facts["association"] for e in safe.told("association.accepted")]
    assert len(set(numbers)) == 2


def test_closing_the_tls_port_leaves_the_plain_one_alone(safe: Lab, tmp_path: Path) -> None:
    safe.set("dicom.tls", "on")
    with associate(safe.peer, [plain_context("1.2.840.10008.1.1")], CALLER) as association:
        safe.set("dicom.tls", "off")
        context = association.accepted("1.2.840.10008.1.1")
        assert context is not None
        command = {"CommandField": 0x0030, "AffectedSOPClassUID": "1.2.840.10008.1.1"}
        (answer,) = association.request(context, command)
        assert answer.command["Status"] == 0


def test_without_a_certificate_the_journal_says_what_to_do(lab: Lab) -> None:
    lab.set("dicom.tls", "on")
    with pytest.raises(NetworkError):
        scu.echo(tls_peer(lab), Caller(ae="CT1", acse_timeout=3))
    until(lambda: lab.told("tls.failed"))
    assert "pacslab tls issue" in lab.told("tls.failed")[0].text


def test_a_reset_closes_the_port_again(safe: Lab, tmp_path: Path) -> None:
    safe.archive.save_baseline()
    safe.set("dicom.tls", "on")
    peer = tls_peer(safe)
    safe.archive.reset()
    with pytest.raises(NoAnswerError, match="connection refused"):
        scu.echo(peer, caller(tmp_path))


def test_a_restart_opens_it_where_it_was_set(tmp_path: Path) -> None:
    authority = Authority(tmp_path / "tls")
    authority.init()
    for name in ("PACSLAB", "CT1"):
        authority.issue(name)
    with lab(tmp_path) as before:
        before.set("dicom.tls", "mutual")
    with lab(tmp_path) as after:
        scu.echo(tls_peer(after), caller(tmp_path))


@pytest.mark.peer("storescp")
def test_a_study_is_moved_to_dcmtk_over_tls(tmp_path: Path) -> None:
    authority, port = Authority(tmp_path / "tls"), free_port()
    authority.init()
    for name in ("PACSLAB", "STORE"):
        authority.issue(name)
    folder, received = tmp_path / "tls" / "STORE", tmp_path / "received"
    received.mkdir()
    files = [folder / f for f in ("key.pem", "certificate.pem", "trusted.pem")]
    words = ["+tls", *files[:2], "+cf", files[2], "-aet", "STORE", "-od", received, port]
    with (
        lab(tmp_path, [Node(ae="STORE", port=port, tls=True)]) as archive,
        peers.background(peers.peer("storescp"), *words),
    ):
        wait_for_port(port, seconds=15)
        archive.store(*study(1, 3))
        moved = scu.move(archive.peer, query("STUDY", StudyInstanceUID="1.2.3.1"), "STORE", CALLER)
        assert (moved.completed, moved.failed) == (3, 0)
    assert len(list(received.iterdir())) == 3
