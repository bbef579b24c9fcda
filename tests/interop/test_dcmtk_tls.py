"""DCMTK's clients over TLS, with certificates of the lab's authority on both sides.

movescu, getscu, dcmqrscp, wlmscpfs and termscu of DCMTK 3.6.7 have no TLS options; a later version
that has them makes the last test fail, and then belongs into the first one.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from pydicom import dcmread

from simulator.archive.nodes import Node
from simulator.authority import Authority
from simulator.network import scu
from tests import peers
from tests.archive.support import CALLER, Lab, query, save, study
from tests.archive.support import lab as run_lab
from tests.net import free_port, wait_for_port

KEYS = ("-k", "QueryRetrieveLevel=STUDY", "-k", "StudyInstanceUID=1.2.3.1")
pytestmark = pytest.mark.peer("echoscu", "storescu", "findscu", "storescp")


@pytest.fixture
def safe(tmp_path: Path) -> Iterator[Lab]:
    """An archive whose TLS port asks for certificates, and that calls STORE by TLS, too."""
    authority, port = Authority(tmp_path / "lab" / "tls"), free_port()
    authority.init()
    for name in ("PACSLAB", "CT1", "STORE"):
        authority.issue(name)
    with run_lab(tmp_path / "lab", [Node(ae="STORE", port=port, tls=True)]) as made:
        made.set("dicom.tls", "mutual")
        yield made


def keys(folder: Path) -> list[object]:
    """Return DCMTK's options for the node whose certificates these are."""
    files = [folder / name for name in ("key.pem", "certificate.pem", "trusted.pem")]
    return ["+tls", files[0], files[1], "+cf", files[2]]


def call(tool: str, safe: Lab, tmp_path: Path, *options: object) -> str:
    """Run a client against the TLS port; it must succeed."""
    mine = keys(tmp_path / "lab" / "tls" / "CT1")
    files = [item for item in options if isinstance(item, Path)]
    words = [item for item in options if not isinstance(item, Path)]
    port = safe.archive.listeners.tls_port
    titles = ("-aet", "CT1", "-aec", "PACSLAB", "-v")
    program = peers.peer(tool)
    done = peers.run(program, *mine, *titles, *words, "127.0.0.1", port, *files, timeout=30)
    assert done.returncode == 0, done.stdout
    return done.stdout


def test_echo_store_find_and_be_sent_to(safe: Lab, tmp_path: Path) -> None:
    assert "Success" in call("echoscu", safe, tmp_path)
    paths = [save(ds, tmp_path / f"{n}.dcm") for n, ds in enumerate(study(1, 2))]
    assert call("storescu", safe, tmp_path, *paths).count("(Success)") == 2
    assert "1.2.3.1" in call("findscu", safe, tmp_path, "-S", *KEYS, "-k", "PatientName")
    port, received = safe.archive.nodes.get("STORE").port, tmp_path / "received"
    received.mkdir()
    options = [*keys(tmp_path / "lab" / "tls" / "STORE"), "-aet", "STORE", "-od", received]
    with peers.background(peers.peer("storescp"), *options, port):
        wait_for_port(port, seconds=15)
        wanted = query("STUDY", StudyInstanceUID="1.2.3.1")
        moved = scu.move(safe.peer, wanted, "STORE", CALLER)
    assert (moved.completed, moved.failed) == (2, 0)
    assert sorted(dcmread(path).InstanceNumber for path in received.iterdir()) == [1, 2]


@pytest.mark.peer("movescu", "getscu", "dcmqrscp", "wlmscpfs", "termscu")
@pytest.mark.parametrize("tool", ["movescu", "getscu", "dcmqrscp", "wlmscpfs", "termscu"])
def test_these_speak_no_tls(tool: str) -> None:
    assert "+tls" not in peers.run(peers.peer(tool), "--help").stdout
