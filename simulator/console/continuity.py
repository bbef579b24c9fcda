"""`continuity()`: the backups of the archive, and the switch of a downtime."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import ipywidgets as w

from simulator.client import Client
from simulator.clients.downtime import reconcile
from simulator.console import look
from simulator.progress import Progress

_BACKUPS = {
    "name": "backup", "taken": "taken", "by": "by", "files": "files", "copied": "new files",
    "lacking": "lacking",
}  # fmt: skip
_EXAMS = {
    "accession": "order", "station": "station", "said": "images", "arrived": "arrived",
    "state": "state", "remedy": "what to do",
}  # fmt: skip


def continuity(seat: Client | None = None) -> look.Widget:
    """Show backups and downtimes, with what an administrator does about both."""
    return _Panel(look.client(seat)).widget


class _Panel:
    def __init__(self, seat: Client) -> None:
        self.seat, self.message = seat, look.Message()
        self.backups = look.mark(w.HTML(), "backups")
        self.down, self.exams = look.mark(w.HTML(), "down"), look.mark(w.HTML(), "exams")
        self.progress = look.mark(w.IntProgress(description="files"), "progress")
        self.progress.layout.display = "none"
        self.name = look.text("backup", "name", hint="empty: the newest")
        self.reason = look.text("reason", "reason", width="340px", hint="devices log it")
        self.widget = self._laid_out()
        self.message.guard(self.show)

    def _laid_out(self) -> look.Widget:
        make, message = look.button, self.message
        saved = look.row(
            make("Back up now", self.create, message, "create", style="primary"), self.name,
            make("Verify", self.verify, message, "verify"),
            make("Restore", self.restore, message, "restore", style="danger"),
            make("Undo the restore", self.undo, message, "undo"),
        )  # fmt: skip
        switch = look.row(
            self.reason, make("Refuse images", self.start, message, "start", style="warning"),
            make("End the downtime", self.stop, message, "stop"),
            make("What was done meanwhile?", self.reconcile, message, "reconcile"),
        )  # fmt: skip
        return look.panel(
            "Continuity", message, saved, self.progress, self.backups, self.down, switch,
            self.exams, name="continuity",
            hint="A backup that was never verified is a hope. A restore keeps what was before. "
            "It holds the archive; the RIS (orders it schedules, worklist) has its own database.",
        )  # fmt: skip

    def show(self) -> str:
        """Show backups and whether the archive is down."""
        rows = self.seat.backups.list()
        self.backups.value = look.scroll(look.table(rows, _BACKUPS, empty="no backup yet"))
        state = self.seat.downtime.status()
        self.down.value = f"<p>{look.shown_html(state['said'])}</p>"
        return f"Last backup: {look.moment(rows[-1]['taken'])}." if rows else "No backup yet."

    def create(self) -> str:
        """Take a backup."""
        with self._shown() as progress:
            made = self.seat.backups.create(progress=progress)
        self.show()
        return f"Backup {made['name']}: {look.count(made['files'], 'file')}, {made['copied']} new."

    def verify(self) -> str:
        """Read the backup, and open its index on trial."""
        with self._shown() as progress:
            found = self.seat.backups.verify(self._chosen(), progress=progress)
        if found["ok"]:
            return f"The backup {found['name']} can be restored."
        first = found["problems"][0]
        said = f"{look.shown(first['what'], 40)}: {look.shown(first['why'])}"
        return f"{look.count(found['count'], 'problem')}: {said}"

    def restore(self) -> str:
        """Put the backup back."""
        with self._shown() as progress:
            done = self.seat.backups.restore(self._chosen(), progress=progress)
        studies = look.count(done["studies"], "study")
        return f"{done['name']} is back: {studies}, {look.count(done['instances'], 'instance')}."

    def undo(self) -> str:
        """Take the restore back."""
        self.seat.backups.undo_restore()
        return "The archive is as it was before the restore."

    def start(self) -> str:
        """Begin a downtime of stores."""
        self.seat.downtime.start(self.reason.value)
        self.show()
        return "Images are refused: devices keep them and try again."

    def stop(self) -> str:
        """End the downtime."""
        self.seat.downtime.stop()
        self.show()
        return "The archive works as always."

    def reconcile(self) -> str:
        """Show what became of the exams of the last downtime."""
        rows = reconcile(self.seat)
        self.exams.value = look.scroll(look.table(rows, _EXAMS, empty="no exam was done"))
        left = sum(row["state"] != "arrived" for row in rows)
        return f"{look.count(len(rows), 'exam')}, {left} to look at."

    @contextmanager
    def _shown(self) -> Iterator[Progress]:
        """Show a bar while the block works; gives what it tells its progress to."""
        bar = self.progress
        bar.value, bar.layout.display = 0, ""

        def told(done: int, of: int) -> None:
            bar.max, bar.value = max(1, of), done
            bar.description = f"{done} of {of}"

        try:
            yield told
        finally:
            bar.layout.display = "none"

    def _chosen(self) -> str:
        rows = self.seat.backups.list()
        name = self.name.value.strip()
        return name or (str(rows[-1]["name"]) if rows else "none")
