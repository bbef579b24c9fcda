"""What is measured when somebody looks: storage, queue, certificates, nodes, counts."""

from __future__ import annotations

import shutil
import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy import func, select, text

from simulator.archive import tables as t
from simulator.archive.monitor.certificates import days_left
from simulator.clock import real_seconds
from simulator.system import accepts

if TYPE_CHECKING:
    from simulator.archive.archive import Archive

_KEPT_SECONDS = 30.0  # a sum over all instances is not made for every scrape


@dataclass(frozen=True, kw_only=True)
class Storage:
    """How full the place of the files is, in bytes."""

    used: int
    total: int

    @property
    def percent(self) -> float:
        """The share that is used."""
        return round(100 * self.used / self.total, 1) if self.total else 0.0


class Facts:
    """Measures an archive."""

    def __init__(self, archive: Archive) -> None:
        """Measure `archive`; its volumes may say how full they are by `storage_of`."""
        self.archive = archive
        self._summed = (0.0, 0)  # when, and what it was
        self.storage_of: Callable[[], Storage] = lambda: _storage(archive)

    def storage(self) -> Storage:
        """Return how full the storage is."""
        return self.storage_of()

    def stored_bytes(self) -> int:
        """Return the bytes of all stored instances, as of half a minute ago at most."""
        now = real_seconds()
        if now - self._summed[0] > _KEPT_SECONDS:
            size = func.coalesce(func.sum(t.instances.c.size), 0)
            with self.archive.database.read() as db:
                self._summed = (now, int(db.execute(select(size)).scalar_one()))
        return self._summed[1]

    def queues(self) -> dict[str, tuple[int, float]]:
        """Return what is owed by kind: how many, and the age of the oldest that is late, minutes.

        What waits for its hours on purpose ages no alarm.
        """
        found: dict[str, tuple[int, float]] = {}
        for report in self.archive.owed.all():
            count, oldest = found.get(report.kind, (0, 0.0))
            late = 0.0 if report.window else self._minutes(report.created)
            found[report.kind] = (count + 1, max(oldest, late))
        return found

    def _minutes(self, since: str) -> float:
        """Return how long ago a moment of hospital time was, in minutes."""
        return max(
            0.0, (self.archive.clock.now() - datetime.fromisoformat(since)).total_seconds() / 60
        )

    def certificates(self) -> dict[str, float]:
        """Return the days each certificate has left."""
        return days_left(self.archive.folder.parent / "tls")

    def contacts(self) -> dict[str, float | None]:
        """Return the hours of hospital time since each node's last association."""
        last = self.archive.monitor.tally.contacts
        return {
            node.ae: round(self._minutes(last[node.ae]) / 60, 2) if node.ae in last else None
            for node in self.archive.nodes.all()
        }

    def senders(self) -> dict[str, float]:
        """Return the hours of hospital time since each known node's last image."""
        return {
            ae: round(self._minutes(at) / 60, 2)
            for ae, at in dict(self.archive.monitor.tally.senders).items()
            if self.archive.nodes.find(ae) is not None
        }

    def unmatched(self) -> int:
        """Return how many studies have no order."""
        count = select(func.count()).where(t.studies.c.order_state == "unmatched")
        with self.archive.database.read() as db:
            return int(db.execute(count).scalar_one())

    def accounts(self) -> dict[str, int]:
        """Return how many accounts are in which state."""
        found: dict[str, int] = {}
        for row in self.archive.users.all():
            found[row["state"]] = found.get(row["state"], 0) + 1
        return found

    def readiness(self) -> dict[str, str]:
        """Return what is wrong with each part that answering needs; empty where nothing is."""
        return {name: trouble for name, check in self._parts().items() if (trouble := check())}

    def _parts(self) -> dict[str, Callable[[], str]]:
        archive = self.archive
        return {
            "index": lambda: _said(lambda: _ask(archive)),
            "files": lambda: _said(lambda: _touch(archive.folder / "files")),
            "listener": lambda: _listens(archive),
            "queue": lambda: "" if _runs("owed") else "its thread has ended",
        }


def _listens(archive: Archive) -> str:
    there = accepts(archive.server.host, archive.server.port)
    return "" if there else "takes no connections"


def _runs(name: str) -> bool:
    return any(thread.name == name for thread in threading.enumerate())


def _said(act: Callable[[], Any]) -> str:
    try:
        act()
    except Exception as error:  # whatever it is, the part is not ready
        return f"{type(error).__name__}: {error}"[:200]
    return ""


def _ask(archive: Archive) -> None:
    with archive.database.read() as db:
        db.execute(text("select 1"))


def _touch(folder: Path) -> None:
    path = folder / ".ready"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"")
    path.unlink()


def _storage(archive: Archive) -> Storage:
    """Return the simulated size of the online volumes; the machine's disk where none has one."""
    found = archive.lifecycle.volumes.storage()
    return Storage(used=found[0], total=found[1]) if found else _disk(archive.folder)


def _disk(folder: Path) -> Storage:
    usage = shutil.disk_usage(folder)
    return Storage(used=usage.used, total=usage.total)
