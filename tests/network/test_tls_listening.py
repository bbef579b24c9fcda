"""A port whose TLS is a live setting: the same port, plain or TLS, for the next callers."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from simulator.authority import Authority
from simulator.errors import HandshakeError, LocalError, NetworkError, NoAnswerError
from simulator.network import scu
from simulator.network.associate import Caller, Peer
from simulator.network.serve import Server
from simulator.network.tls import Tls
from simulator.network.tls_listening import Guard, days_left, is_spoken
from tests.net import no_thread_left, wait_for
from tests.network.support import small_archive


@dataclass
class Port:
    """A listener, its mode, and what it told."""

    folder: Path
    authority: Authority
    guard: Guard = field(init=False)
    mode: str = "off"
    least: str = "1.2"

    def __post_init__(self) -> None:
        self.guard = Guard(Tls.of(self.folder / "PACSLAB"), lambda: self.least)


@pytest.fixture
def port(tmp_path: Path) -> Port:
    authority = Authority(tmp_path)
    authority.init()
    for name in ("PACSLAB", "CT1"):
        authority.issue(name)
    return Port(tmp_path, authority)


@dataclass
class Live:
    """The port while it listens."""

    port: Port
    server: Server
    told: list[tuple[str, str, dict[str, object]]]

    def echo(self, tls: Tls | None = None) -> None:
        caller = Caller(ae="CT1", tls=tls, acse_timeout=3, dimse_timeout=3)
        scu.echo(Peer(ae="PACSLAB", host="127.0.0.1", port=self.server.port), caller)

    def tls(self, *, own: bool = True) -> Tls:
        whole = Tls.of(self.port.folder / "CT1")
        return whole if own else Tls(trusted=whole.trusted)

    def reasons(self, count: int) -> list[str]:
        def found() -> list[str]:
            return [str(f["reason"]) for kind, _, f in self.told if kind == "tls.failed"]

        wait_for(lambda: len(found()) >= count)
        return found()


@pytest.fixture
def live(port: Port) -> Iterator[Live]:
    def guard() -> object:
        return port.guard.contexts(port.mode)

    with no_thread_left(), small_archive(guard=guard) as archive:
        yield Live(port, archive.server, archive.told)


def test_the_same_port_follows_its_mode(live: Live) -> None:
    live.echo()
    live.port.mode = "on"
    live.echo(live.tls())
    live.echo(live.tls(own=False))
    with pytest.raises(NoAnswerError):
        live.echo()
    live.port.mode = "mutual"
    live.echo(live.tls())
    with pytest.raises((HandshakeError, NoAnswerError)):
        live.echo(live.tls(own=False))
    live.port.mode = "off"
    live.echo()
    with pytest.raises(NoAnswerError, match="TLS"):
        live.echo(live.tls())


def test_each_trouble_has_a_reason_of_its_own_on_both_sides(live: Live) -> None:
    """Wrong authority, expired, no certificate, plain: four sentences here, four there."""
    authority, folder = live.port.authority, live.port.folder
    live.port.mode = "mutual"
    said: list[str] = []

    def fail(tls: Tls | None) -> None:
        with pytest.raises(NetworkError) as caught:
            live.echo(tls)
        said.append(caught.value.sentence)

    fail(live.tls(own=False))
    authority.renew("CT1", days=-1)
    fail(live.tls())
    stranger = Authority(folder / "elsewhere")
    stranger.init()
    stranger.issue("CT1")
    foreign = Tls.of(folder / "elsewhere" / "CT1")
    fail(Tls(trusted=live.tls().trusted, certificate=foreign.certificate, key=foreign.key))
    fail(None)
    reasons = live.reasons(4)
    assert "showed no certificate" in reasons[0]
    assert "has expired" in reasons[1]
    assert "authority we do not trust" in reasons[2]
    assert "plain" in reasons[3] or "TLS" in reasons[3]
    assert len(set(reasons)) == 4
    assert "certificate of ours" in said[0]
    assert "expired" in said[1]
    assert "trust" in said[2]
    assert len(set(said)) == 4, said


def test_the_caller_s_own_objections_are_distinct_too(live: Live) -> None:
    """An expired server certificate, and one of another authority: the caller breaks off."""
    live.port.mode = "on"
    live.port.authority.renew("PACSLAB", days=-1)
    with pytest.raises(LocalError, match="has expired"):
        live.echo(live.tls())
    assert any("expired" in reason for reason in live.reasons(1))
    live.port.authority.renew("PACSLAB")
    live.port.authority.init(replace=True)
    live.port.authority.issue("PACSLAB")
    with pytest.raises(LocalError, match="authority we do not trust"):
        live.echo(live.tls())
    assert any("authority" in reason for reason in live.reasons(2))


def test_the_least_version_is_live(live: Live) -> None:
    live.port.mode = "on"
    assert _version(live.server.port) == "TLSv1.3"
    assert _version(live.server.port, old=True) == "TLSv1.2"
    live.port.least = "1.3"
    assert _version(live.server.port, old=True) == ""
    assert _version(live.server.port) == "TLSv1.3"


def _version(port: int, *, old: bool = False) -> str:
    """Return the version that is agreed with a client that may only speak the old one."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    if old:
        context.maximum_version = ssl.TLSVersion.TLSv1_2
    try:
        with (
            socket.create_connection(("127.0.0.1", port), 3) as plain,
            context.wrap_socket(plain) as safe,
        ):
            return str(safe.version())
    except ssl.SSLError:
        return ""


def test_whether_tls_is_spoken_somewhere(live: Live) -> None:
    assert not is_spoken("127.0.0.1", live.server.port)
    for live.port.mode in ("on", "mutual"):
        assert is_spoken("127.0.0.1", live.server.port)
    with socket.create_server(("127.0.0.1", 0)) as deaf:
        assert not is_spoken("127.0.0.1", deaf.getsockname()[1], 0.3)
    assert not is_spoken("127.0.0.1", 1, 0.3)


def test_how_long_a_certificate_is_good_for_is_said(port: Port) -> None:
    assert port.guard.words("off") == "its port speaks plain DICOM"
    port.authority.issue("PACSLAB", days=30)
    assert "is good for 30 days" in port.guard.words("on")
    assert "asks every caller" in port.guard.words("mutual")
    assert port.guard.facts("on") == {"mode": "on", "days_left": pytest.approx(30, abs=0.1)}
    port.authority.issue("PACSLAB", days=-3)
    assert "expired 3 days ago" in port.guard.words("on")
    port.authority.remove("PACSLAB")
    assert "there is no certificate" in port.guard.words("on")
    assert days_left(None) is None and days_left(port.folder / "nothing") is None
