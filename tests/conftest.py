"""What every test may use: peers, ports, a clock, a journal; and the list of what was missing."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from simulator.clock import ClockKeeper
from simulator.journal import Journal
from tests import peers
from tests.net import free_port as _free_port
from tests.orthanc import Orthanc
from tests.orthanc import orthanc as run_orthanc

# Programs that tests start write here instead of into the person's home.
_HOMES = {
    "XDG_CONFIG_HOME": "config",
    "XDG_CACHE_HOME": "cache",
    "MPLCONFIGDIR": "matplotlib",
    "IPYTHONDIR": "ipython",
    "JUPYTER_CONFIG_DIR": "jupyter-config",
    "JUPYTER_DATA_DIR": "jupyter-data",
    "JUPYTER_RUNTIME_DIR": "jupyter-runtime",
}


@pytest.fixture(scope="session", autouse=True)
def _nothing_in_the_home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Keep the person's home, and the seat they may be running, out of the tests."""
    folder = tmp_path_factory.mktemp("home")
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("PACSLAB_SEAT", raising=False)
        for name, part in _HOMES.items():
            patch.setenv(name, str(folder / part))
        yield


# --- peers ------------------------------------------------------------------------------------


@pytest.fixture
def peer() -> Callable[[str], Path]:
    """Return a peer's program by name; without it the test is skipped (with CI=true it fails)."""
    return peers.peer


@pytest.fixture(autouse=True)
def _needs_peer(request: pytest.FixtureRequest) -> None:
    """Do as `peer` does for each program named in a `peer` mark."""
    for mark in request.node.iter_markers("peer"):
        for name in mark.args:
            peers.peer(name)


@pytest.fixture
def orthanc(tmp_path: Path) -> Iterator[Orthanc]:
    """A running Orthanc that knows nobody yet (`register` makes a node known to it)."""
    with run_orthanc(tmp_path / "orthanc") as running:
        yield running


@pytest.fixture
def free_port() -> int:
    """Return a port nobody listens on."""
    return _free_port()


# --- the base ---------------------------------------------------------------------------------


@pytest.fixture
def clock(tmp_path: Path) -> ClockKeeper:
    """Hospital time, kept in a folder of its own."""
    return ClockKeeper(tmp_path / "clock.json")


@pytest.fixture
def journal(tmp_path: Path, clock: ClockKeeper) -> Iterator[Journal]:
    """Return an archive's journal."""
    made = Journal(tmp_path / "journal", "archive", clock)
    yield made
    made.close()


# --- the seat: fixtures that run a whole hospital go here ---------------------------------------


# --- the closing list -------------------------------------------------------------------------


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """List the peers that were missing, and how many tests each of them cost."""
    lost: dict[str, int] = {}
    for report in terminalreporter.stats.get("skipped", []):
        found = re.search(re.escape(peers.MISSING) + r"(.*?\))", str(report.longrepr))
        if found:
            lost[found[1]] = lost.get(found[1], 0) + 1
    if lost:
        terminalreporter.section("peers that were missing")
        for name, count in sorted(lost.items()):
            terminalreporter.line(f"{name}: {count} skipped")
        terminalreporter.line("On Debian or Ubuntu, 'make test' as root installs them.")


def pytest_report_header() -> str:
    """Say at the start which peers are here."""
    here = [peer.name for peer in peers.PEERS if all(map(peers.find, peer.programs))]
    strict = " (a missing one is a failure)" if os.environ.get("CI", "").lower() == "true" else ""
    return f"peers: {', '.join(here) or 'none'}{strict}"
