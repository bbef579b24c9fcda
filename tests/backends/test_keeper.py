"""The keeper: what it runs ends when it is told to, and when nobody is left."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from simulator import system
from simulator.backends import keeper
from tests.net import wait_for

_CHILD = "import os,sys,time; open(sys.argv[1],'w').write(str(os.getpid())); time.sleep(60)"


def _run(note: Path) -> tuple[subprocess.Popen[bytes], int]:
    words = [sys.executable, "-I", keeper.__file__, sys.executable, "-c", _CHILD, str(note)]
    process = subprocess.Popen(words, stdin=subprocess.PIPE)
    wait_for(lambda: note.exists() and note.read_text(), 20)
    return process, int(note.read_text())


@pytest.mark.parametrize("kindly", [True, False])
def test_it_ends_what_it_runs(tmp_path: Path, kindly: bool) -> None:
    process, child = _run(tmp_path / "pid")
    assert process.stdin is not None and system.is_running(child)
    if kindly:
        process.stdin.write(b"stop\n")
        process.stdin.flush()
    else:
        process.stdin.close()  # as when its parent dies
    assert process.wait(20) is not None
    wait_for(lambda: not system.is_running(child), 5)
    process.stdin.close()
