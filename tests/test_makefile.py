"""The Makefile: installs once, works offline then, and tells an old Python in one sentence."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
MAKE = shutil.which("make")
pytestmark = pytest.mark.skipif(MAKE is None, reason="there is no make here")


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A checkout whose Python only writes down how it was called."""
    for name in ("Makefile", "pyproject.toml", "requirements.lock"):
        shutil.copy(ROOT / name, tmp_path / name)
    (tmp_path / ".venv" / "bin").mkdir(parents=True)
    for name in ("python", "pacslab", "ruff", "mypy"):
        script = tmp_path / ".venv" / "bin" / name
        script.write_text(f'#!/bin/sh\necho "{name} $*" >> "{tmp_path}/calls"\n')
        script.chmod(0o755)
    return tmp_path


def make(folder: Path, *arguments: str) -> tuple[int, str, list[str]]:
    """Run make there; return its status, its output, and the calls it made meanwhile."""
    calls = folder / "calls"
    calls.unlink(missing_ok=True)
    kept = {key: value for key, value in os.environ.items() if not key.startswith("MAKE")}
    assert MAKE is not None
    done = subprocess.run(
        [MAKE, f"PYTHON={sys.executable}", *arguments],  # the last setting wins
        cwd=folder,
        env={**kept, "MFLAGS": ""},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=30,
        check=False,
    )
    return done.returncode, done.stdout, calls.read_text().splitlines() if calls.exists() else []


def test_it_installs_once_and_again_only_when_something_changed(checkout: Path) -> None:
    code, output, calls = make(checkout, "lab")
    assert code == 0, output
    first, second, up = calls
    assert "install --require-hashes -r requirements.lock" in first
    assert "install --no-deps --no-build-isolation --editable ." in second
    assert up == "pacslab up"
    os.utime(checkout / "requirements.lock")  # as git does when it changes branches
    assert make(checkout, "lab")[2] == ["pacslab up"]
    with (checkout / "requirements.lock").open("a") as lock:
        lock.write("# changed\n")
    assert len(make(checkout, "lab")[2]) == 3


def test_a_failed_install_is_tried_again(checkout: Path) -> None:
    python = checkout / ".venv" / "bin" / "python"
    good = python.read_text()
    python.write_text("#!/bin/sh\nexit 1\n")
    assert make(checkout, "lab")[0] != 0
    python.write_text(good)
    assert len(make(checkout, "lab")[2]) == 3


def test_test_checks_the_code_gets_the_peers_and_runs_the_tests(checkout: Path) -> None:
    make(checkout, "install")
    _, _, calls = make(checkout, "test")
    assert calls == [
        "python -m tests.peers",
        "ruff format --check .",
        "ruff check .",
        "mypy ",
        "python -m pytest -n 2 --dist worksteal",
    ]
    everything = "python -m pytest -n 2 --dist worksteal -m slow or not slow"
    assert make(checkout, "test-all")[2][-1] == everything
    assert make(checkout, "bench")[2] == ["python -m benchmarks"]
    assert make(checkout, "screenshots")[2][-1] == "python -m docs.make_screenshots"


def test_bare_make_lists_the_commands_and_does_nothing(checkout: Path) -> None:
    code, output, calls = make(checkout)
    assert (code, calls) == (0, [])
    for name in ("lab", "test", "test-all", "check", "bench", "screenshots", "lock", "clean"):
        assert f"make {name} " in output


def test_an_old_python_is_one_sentence(checkout: Path) -> None:
    old = checkout / "old-python"
    old.write_text("#!/bin/sh\nexit 1\n")
    old.chmod(0o755)
    code, output, calls = make(checkout, "lab", f"PYTHON={old}")
    assert code != 0
    assert "PACS Lab needs Python 3.11 or newer" in output
    assert "Traceback" not in output
    assert calls == []


def test_an_old_python_is_one_sentence_without_make() -> None:
    code = (
        "import runpy, sys\n"
        "sys.version_info, sys.version = (3, 9, 1, 'final', 0), '3.9.1 (main)'\n"
        "runpy.run_module('simulator', run_name='__main__')\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, timeout=30
    )
    assert done.returncode != 0
    assert done.stderr.strip() == "PACS Lab needs Python 3.11 or newer; this is Python 3.9.1."
