"""Audit messages on their way to a repository: RFC 5424 by UDP and TLS, and what waits."""

from __future__ import annotations

import re
import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from lxml import etree

from simulator.authority import Authority
from simulator.network.tls import Tls, server_context
from tests.archive.support import Lab, until
from tests.archive.test_audit_trail import SCHEMA
from tests.net import free_port

# HEADER SP STRUCTURED-DATA SP BOM MSG (RFC 5424 6)
LINE = re.compile(
    rb"<85>1 (\S+) (\S+) (\S+) (\d+) DICOM\+RFC3881 - \xef\xbb\xbf(<AuditMessage.*)", re.S
)


def checked(line: bytes) -> bytes:
    found = LINE.fullmatch(line)
    assert found, line[:200]
    assert re.fullmatch(rb"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}(Z|[+-]\d\d:\d\d)", found[1])
    assert SCHEMA.validate(etree.fromstring(found[5]))
    return found[5]


def something(lab: Lab, name: str) -> None:
    lab.archive.users.add({"name": name}, "", "test")


def test_every_record_goes_out_once_by_udp(lab: Lab) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as receiver:
        receiver.bind(("127.0.0.1", 0))
        receiver.settimeout(5)
        something(lab, "before")
        lab.archive.audit.now()
        lab.set("audit.syslog", f"udp://127.0.0.1:{receiver.getsockname()[1]}")
        until(lambda: lab.archive.audit.trail.remembered("sent", None) is not None)
        for number in range(5):
            something(lab, f"u{number}")
        lines = [checked(receiver.recv(65536)) for _ in range(5)]
    assert [b"account u%d" % n in line for n, line in enumerate(lines)] == [True] * 5
    until(lambda: lab.archive.audit.syslog.waiting() == 0)


class Repository:
    """A TLS receiver that cuts its stream into messages by their length (RFC 5425 4.3)."""

    def __init__(self, port: int, context: ssl.SSLContext) -> None:
        self.lines: list[bytes] = []
        self.listener = socket.create_server(("127.0.0.1", port))
        self.context = context
        self.thread = threading.Thread(target=self._run, daemon=True)
        self.thread.start()

    def _run(self) -> None:
        try:
            sock, _ = self.listener.accept()
            with self.context.wrap_socket(sock, server_side=True) as safe:
                stream = safe.makefile("rb")
                while length := _number(stream):
                    self.lines.append(stream.read(length))
        except OSError:
            return


def _number(stream: object) -> int:
    digits = b""
    while (digit := stream.read(1)).isdigit():  # type: ignore[attr-defined]
        digits += digit
    return int(digits or b"0")


@contextmanager
def repository(port: int, folder: Path) -> Iterator[Repository]:
    made = Repository(port, server_context(Tls.of(folder / "tls" / "REPOSITORY"), mutual=True))
    try:
        yield made
    finally:
        made.listener.close()
        made.thread.join(3)


@pytest.fixture
def trusted(lab: Lab, tmp_path: Path) -> Lab:
    authority = Authority(tmp_path / "tls")
    authority.init()
    for name in ("PACSLAB", "REPOSITORY"):
        authority.issue(name)
    return lab


def test_what_cannot_be_sent_waits_and_goes_out_by_tls(trusted: Lab, tmp_path: Path) -> None:
    lab, port = trusted, free_port()
    lab.set("audit.syslog", f"tls://127.0.0.1:{port}")
    until(lambda: lab.archive.audit.trail.remembered("sent", None) is not None)
    for number in range(3):
        something(lab, f"u{number}")
    until(lambda: lab.told("audit.syslog"))  # nobody there: said once
    assert lab.archive.audit.state()["syslog_waiting"] >= 3
    with repository(port, tmp_path) as there:
        until(lambda: len(there.lines) >= 3, seconds=20)
        assert all(checked(line) for line in there.lines)
        assert any(b"account u2" in line for line in there.lines)
        until(lambda: "again" in lab.told("audit.syslog")[-1].text)


@pytest.mark.parametrize(
    "to", ["udp://127.0.0.1", "http://127.0.0.1:514", "tls://a b:6514", "udp://x:y", ""]
)
def test_addresses_that_are_none(lab: Lab, to: str) -> None:
    with pytest.raises(Exception, match="is no value"):
        lab.set("audit.syslog", to)
