"""What differs between operating systems: locks, processes, loopback addresses.

The one module that may call what only POSIX or only Windows has.
"""

from __future__ import annotations

import ipaddress
import os
import signal
import socket
import subprocess
import sys
import time
from functools import lru_cache
from pathlib import Path
from typing import IO

# For glibc (others ignore it): few heaps for many threads, and what is large goes back when freed.
SPARING = {"MALLOC_ARENA_MAX": "4", "MALLOC_MMAP_THRESHOLD_": "262144"}
# For a helper that draws: its temporaries of a megabyte are used again, not fetched and zeroed
# each time, which would triple its work. It goes away as a whole.
DRAWING = {
    "MALLOC_ARENA_MAX": "1",
    "MALLOC_MMAP_THRESHOLD_": "4194304",
    "MALLOC_TRIM_THRESHOLD_": "8388608",
}
_children: dict[int, subprocess.Popen[bytes]] = {}  # what this process has spawned


class Lock:
    """A file lock held by a running process; the system frees it when the process dies."""

    def __init__(self, path: Path) -> None:
        """Lock `path`, once taken."""
        self.path = path
        self._handle: IO[bytes] | None = None

    def take(self) -> bool:
        """Take the lock; False if another process holds it."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        handle = self.path.open("a+b")
        try:
            _lock(handle)
        except OSError:
            handle.close()
            return False
        self._handle = handle
        return True

    def free(self) -> None:
        """Give the lock back."""
        if self._handle is not None:
            self._handle.close()
            self._handle = None

    def is_held(self) -> bool:
        """Return whether some process holds the lock."""
        if not self.path.exists():
            return False
        if not self.take():
            return True
        self.free()
        return False


def _lock(handle: IO[bytes]) -> None:
    if sys.platform == "win32":
        import msvcrt

        handle.seek(0)
        msvcrt.locking(handle.fileno(), msvcrt.LK_NBLCK, 1)
    else:
        import fcntl

        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)


def spawn(arguments: list[str], log: Path, environment: dict[str, str] | None = None) -> int:
    """Start a process of its own session whose output goes to `log`; returns its pid."""
    log.parent.mkdir(parents=True, exist_ok=True)
    options: dict[str, object] = {"start_new_session": True}
    if sys.platform == "win32":
        options = {"creationflags": subprocess.CREATE_NEW_PROCESS_GROUP | 0x08000000}  # no window
    with log.open("ab") as output:
        process = subprocess.Popen(
            arguments,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            env={**os.environ, **(environment or {})},
            **options,  # type: ignore[call-overload]
        )
    _children[process.pid] = process
    return int(process.pid)


def is_running(pid: int) -> bool:
    """Return whether a process lives; a child of ours that has ended is collected."""
    if pid in _children:
        return _children[pid].poll() is None
    if sys.platform == "win32":
        listed = subprocess.run(
            ["tasklist", "/FI", f"PID eq {pid}", "/NH"], capture_output=True, text=True, check=False
        )
        return str(pid) in listed.stdout
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def stop(pid: int, seconds: float = 8.0) -> None:
    """Ask a process to end, and end it if it has not within `seconds`."""
    for number in (signal.SIGTERM, getattr(signal, "SIGKILL", signal.SIGTERM)):
        if not is_running(pid):
            return
        try:
            os.kill(pid, number)
        except OSError:
            return
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            if not is_running(pid):
                return
            time.sleep(0.03)


def interrupt_on_termination() -> None:
    """Treat SIGTERM and a closed terminal as Ctrl-C, which works in the background too."""

    def interrupt(number: int, frame: object) -> None:
        raise KeyboardInterrupt

    for name in ("SIGINT", "SIGTERM", "SIGHUP", "SIGBREAK"):
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), interrupt)


@lru_cache(maxsize=1)
def has_loopback_network() -> bool:
    """Return whether 127.0.1.N can be used as well as 127.0.0.1 (not so on macOS)."""
    try:
        with socket.create_server(("127.0.1.1", 0)):
            return True
    except OSError:
        return False


def is_loopback(host: str) -> bool:
    """Return whether a host is this machine, seen from itself; other names are not looked up."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def loopback(number: int) -> str:
    """Return device number N's own address, 127.0.1.N, or 127.0.0.1 where there is no other."""
    return f"127.0.1.{number}" if has_loopback_network() else "127.0.0.1"


def is_free(host: str, port: int) -> bool:
    """Return whether a port can be listened on."""
    try:
        with socket.create_server((host, port)):
            return True
    except OSError:
        return False


def accepts(host: str, port: int) -> bool:
    """Return whether something takes connections there."""
    try:
        socket.create_connection((host, port), 1).close()
    except OSError:
        return False
    return True


def has_screen() -> bool:
    """Return whether a graphical browser could be opened here."""
    if sys.platform in ("win32", "darwin"):
        return True
    return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))
