"""The real programs of others that we test against: where they are, and how they are run.

    peer("storescu")           its path; without it the test is skipped, with CI=true it fails
    run(peer("echoscu"), ...)  run it to its end, with a time limit
    background(...)            run it for the length of a block; the whole process group is killed
    python -m tests.peers      install what is missing, where apt and root are at hand

The closing list of what was not there is printed by conftest.py.
"""

from __future__ import annotations

import glob
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

MISSING = "peer missing: "  # how a skip's reason begins; the closing list looks for it
_PLACES = ("/usr/local/sbin", "/usr/sbin", "/sbin")  # servers are not on everybody's PATH
POLICY = Path("/usr/sbin/policy-rc.d")  # Debian asks it whether a new service may start


@dataclass(frozen=True, kw_only=True)
class Peer:
    """What others made: the programs (or files) we use, and the Debian packages they come in."""

    name: str
    programs: tuple[str, ...]
    packages: tuple[str, ...]
    patterns: tuple[str, ...] = ()  # where else its programs may be
    module: str = ""  # `python -m module` installs it, where Debian has no package


PEERS = (
    Peer(
        name="DCMTK",
        programs=(
            *("echoscu", "findscu", "movescu", "getscu", "storescu", "storescp", "wlmscpfs"),
            *("dcmqrscp", "dcmqridx", "dcmdump", "dump2dcm", "dcmconv", "dcmodify", "dcmmkdir"),
            *("dsrdump", "dcm2pdf", "termscu"),
        ),
        packages=("dcmtk",),
    ),
    Peer(name="Orthanc", programs=("Orthanc",), packages=("orthanc",)),
    Peer(
        name="Orthanc's DICOMweb plug-in",
        programs=("libOrthancDicomWeb.so",),
        packages=("orthanc-dicomweb",),
        patterns=("/usr/share/orthanc/plugins/{}", "/usr/lib/orthanc/{}*"),
    ),
    Peer(name="Chromium", programs=("chromium",), packages=("chromium", "fonts-liberation")),
    Peer(
        name="PostgreSQL",
        programs=("initdb", "postgres", "pg_ctl", "psql"),
        packages=("postgresql",),
        patterns=("/usr/lib/postgresql/*/bin/{}",),
    ),
    Peer(name="Wireshark", programs=("tshark",), packages=("tshark",)),
    Peer(
        name="OHIF",
        programs=("ohif",),
        packages=(),
        patterns=(f"{sys.prefix}/share/pacslab/viewer/index.html",),
        module="simulator.viewer",
    ),
)


def of(program: str) -> Peer:
    """Return the peer this program belongs to; a program nobody listed is a mistake in a test."""
    return next(peer for peer in PEERS if program in peer.programs)


def find(program: str) -> Path | None:
    """Return where a peer's program is, or None."""
    path = os.pathsep.join([os.environ.get("PATH", os.defpath), *_PLACES])
    found = shutil.which(program, path=path)
    if found:
        return Path(found)
    hits = [hit for pattern in of(program).patterns for hit in glob.glob(pattern.format(program))]
    return Path(sorted(hits)[-1]) if hits else None


def peer(program: str) -> Path:
    """Return where a peer's program is; skip the test if it is missing, or fail when CI=true."""
    import pytest

    path = find(program)
    if path is not None:
        return path
    maker = of(program)
    how = f"Debian: {' '.join(maker.packages)}" if maker.packages else f"-m {maker.module}"
    reason = f"{MISSING}{program} ({maker.name}; {how})"
    if os.environ.get("CI", "").lower() == "true":
        pytest.fail(reason, pytrace=False)
    pytest.skip(reason)


def run(
    program: Path, *arguments: object, timeout: float = 20, cwd: Path | None = None
) -> subprocess.CompletedProcess[str]:
    """Run a peer's tool to its end (at most `timeout` seconds); output and errors go to stdout."""
    return subprocess.run(
        [str(program), *map(str, arguments)],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        timeout=timeout,
        cwd=cwd,
        check=False,
    )


@contextmanager
def background(
    program: Path,
    *arguments: object,
    log: Path | None = None,
    cwd: Path | None = None,
    grace: float = 3,
) -> Iterator[subprocess.Popen[bytes]]:
    """Run a peer's server for the length of a block, then end it and whatever it started.

    It is asked first and has `grace` seconds; with 0 it is killed at once.
    """
    with (log or Path(os.devnull)).open("wb") as output:
        process = subprocess.Popen(
            [str(program), *map(str, arguments)],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            cwd=cwd,
            start_new_session=True,
        )
        try:
            yield process
        finally:
            end(process, grace)


def end(process: subprocess.Popen[bytes], grace: float = 3) -> None:
    """End a process started with `background`, kindly first if there are `grace` seconds."""
    if grace:
        process.terminate()
        with suppress(subprocess.TimeoutExpired):
            process.wait(grace)
    if hasattr(os, "killpg"):
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
    process.kill()
    process.wait(5)


# --- installing -------------------------------------------------------------------------------


def missing() -> list[Peer]:
    """Return the peers of which a program is not there."""
    return [peer for peer in PEERS if not all(map(find, peer.programs))]


def install(peers: Sequence[Peer]) -> bool:
    """Install these peers with apt; their services are not started. Returns whether it went well.

    Only the programs are wanted: each test starts its own, on its own port and folder.
    """
    packages = [package for peer in peers for package in peer.packages]
    print(f"Installing what the tests compare us with: {' '.join(packages)}", flush=True)
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive", "LC_ALL": "C"}
    apt = ["apt-get", "-q", "-y"]
    commands = [
        [*apt, "update"],
        [*apt, "--no-install-recommends", "install", *packages],
    ]
    with _services_held_back(), tempfile.TemporaryFile("w+") as log:
        for command in commands:
            done = subprocess.run(
                command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, env=environment
            )
            if done.returncode and command[3:] != ["update"]:
                log.seek(0)
                print(log.read()[-2000:], file=sys.stderr)
                return False
    return True


@contextmanager
def _services_held_back() -> Iterator[None]:
    """Tell Debian to start no service meanwhile; a policy that is already there stays."""
    if POLICY.exists():
        yield
        return
    POLICY.write_text("#!/bin/sh\nexit 101\n")
    POLICY.chmod(0o755)
    try:
        yield
    finally:
        POLICY.unlink()


def main() -> int:
    """Install the missing peers if this machine lets us; say nothing when all are there."""
    lacking = missing()
    can = shutil.which("apt-get") and hasattr(os, "geteuid") and os.geteuid() == 0
    packaged = [peer for peer in lacking if peer.packages]
    if packaged and can:
        install(packaged)
    for peer in lacking:
        if peer.module:
            subprocess.run([sys.executable, "-m", peer.module], stdin=subprocess.DEVNULL)
    lacking = missing() if lacking else []
    if lacking:
        print(f"Not here: {', '.join(peer.name for peer in lacking)}. Their tests are not run.")
    return 1 if lacking and os.environ.get("CI", "").lower() == "true" else 0


if __name__ == "__main__":
    sys.exit(main())
