"""The peers' machinery: a missing one is skipped and listed, or, with CI=true, a failure."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests import peers

ROOT = Path(__file__).parent.parent
CONFTEST = """
from tests import peers

pytest_plugins = ["tests.conftest"]
missing = peers.Peer(name="Nobody's PACS", programs=("no-such-scu",), packages=("nobody",))
peers.PEERS = (*peers.PEERS, missing)
"""
TESTS = """
import pytest
from tests.peers import peer

def test_by_call():
    peer("no-such-scu")

@pytest.mark.peer("no-such-scu")
def test_by_mark():
    pass

def test_without():
    pass
"""


@pytest.mark.timeout(180)
@pytest.mark.parametrize("workers", ["0", "2"])
@pytest.mark.parametrize("ci", ["", "true"])
def test_a_missing_peer(tmp_path: Path, workers: str, ci: str) -> None:
    (tmp_path / "conftest.py").write_text(CONFTEST)
    (tmp_path / "test_it.py").write_text(TESTS)
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-q",
        "-n",
        workers,
        "-c",
        str(ROOT / "pyproject.toml"),
    ]
    base = ("--basetemp", str(tmp_path / "base"))  # else it would tidy up after other runs first
    done = subprocess.run(
        [*command, "--rootdir", str(tmp_path), "-p", "no:cacheprovider", *base, str(tmp_path)],
        cwd=ROOT,
        env={**os.environ, "CI": ci},
        capture_output=True,
        text=True,
        timeout=150,
        check=False,
    )
    assert "1 passed" in done.stdout, done.stdout + done.stderr
    if ci:
        assert done.returncode == 1
        assert "peer missing: no-such-scu" in done.stdout
        assert "skipped" not in done.stdout
    else:
        assert done.returncode == 0
        assert "no-such-scu (Nobody's PACS; Debian: nobody): 2 skipped" in done.stdout


def test_every_program_belongs_to_one_peer() -> None:
    programs = [program for peer in peers.PEERS for program in peer.programs]
    assert len(set(programs)) == len(programs)


@pytest.mark.skipif(os.name == "nt", reason="needs a POSIX shell")
def test_a_server_is_ended_with_all_it_started(tmp_path: Path) -> None:
    script = tmp_path / "server"
    script.write_text("#!/bin/sh\ntrap '' TERM\nsleep 60 &\necho $! > child\nwait\nsleep 60\n")
    script.chmod(0o755)
    with peers.background(script, cwd=tmp_path) as process:
        while not (tmp_path / "child").exists() or not (tmp_path / "child").read_text():
            time.sleep(0.01)
        child = int((tmp_path / "child").read_text())
        peers.end(process, grace=0.2)
    assert process.poll() is not None
    deadline = time.monotonic() + 3
    while _runs(child) and time.monotonic() < deadline:
        time.sleep(0.02)
    assert not _runs(child)


def _runs(pid: int) -> bool:
    state = Path(f"/proc/{pid}/stat")
    if state.parent.parent.exists():
        return state.exists() and state.read_text().rpartition(")")[2].split()[0] != "Z"
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True
