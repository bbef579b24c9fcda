"""The audit office: the trail, what fills it, what sends it on, and what is asked of it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from simulator.archive.audit.follow import Follower, anchors
from simulator.archive.audit.search import AccessReport
from simulator.archive.audit.studies import Studies
from simulator.archive.audit.syslog import Syslog
from simulator.archive.audit.trail import Trail
from simulator.archive.settings import Settings
from simulator.database import Database
from simulator.journal import Journal, JournalReader
from simulator.network.tls import Tls, client_context

Listed = Callable[[], Sequence[dict[str, Any]]]


class AuditOffice:
    """Everything of the archive's audit."""

    def __init__(
        self,
        path: Path,
        index: Database,
        settings: Settings,
        journal: Journal,
        tls: Tls,
        *,
        accounts: Listed,
        emergencies: Listed,
    ) -> None:
        """Keep the trail at `path`, made of `journal`."""
        self.journal = journal
        self.trail = Trail(path, f"{settings['dicom.ae_title']}")
        self.follower = Follower(self.trail, Studies(index), settings, journal)
        self.syslog = Syslog(self.trail, settings, journal, lambda: client_context(tls))
        self.follower.on_records.append(self.syslog.wake)
        self.access = AccessReport(self.trail, index, accounts, emergencies)

    def start(self) -> None:
        """Begin to follow the journal and to send."""
        self.follower.start()
        self.syslog.start()

    def stop(self) -> None:
        """Write everything down, then stop."""
        self.follower.stop()
        self.syslog.stop()
        self.trail.close()

    def now(self) -> Trail:
        """Return the trail, up to this moment."""
        self.follower.catch_up()
        return self.trail

    def settle(self) -> None:
        """Write down what open associations have done so far: the index is about to change."""
        self.follower.catch_up(everything=True)

    def verify(self) -> dict[str, Any]:
        """Return whether the chain is whole, and where it is not."""
        trail = self.now()
        reader = JournalReader(self.journal.path.parent)
        kept = reader.entries(kind="audit.anchor", source=self.journal.source)
        problems = trail.verify(anchors(kept))
        return {"whole": not problems, "records": trail.count(), "anchors": len(kept),
                "problems": problems}  # fmt: skip

    def state(self) -> dict[str, Any]:
        """Return how the trail stands."""
        number, seal = self.now().remembered("head", [0, ""])
        return {
            "records": number,
            "head": seal,
            "gaps": len(self.trail.gaps()),
            "syslog_waiting": self.syslog.waiting(),
            "syslog_trouble": self.syslog.trouble,
        }
