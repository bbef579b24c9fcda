"""Backups, restores, and the index made anew. Backups have names: no path comes over the wire."""

from __future__ import annotations

from typing import Any

from simulator.archive.api.desk import Desk, Row
from simulator.archive.continuity.jobs import Work
from simulator.archive.continuity.room import Continuity
from simulator.archive.continuity.schema_drill import facts_of
from simulator.database.schema import revision
from simulator.errors import UsageError
from simulator.progress import unseen
from simulator.web import Call

_ONE = "/api/backups/{name}"


class ContinuityDesk(Desk):
    """Handlers of the admin API; with `begin`: true long work is begun, and answered as a job."""

    @property
    def room(self) -> Continuity:
        """The archive's own continuity."""
        return self.archive.continuity

    def rows(self) -> list[Row]:
        """Return the part of the table that stands here."""
        return [
            ("GET", "/api/backups", "backup.run", self.all, "list backups, the oldest first"),
            ("POST", "/api/backups", "backup.run", self.create, "back up: name, keys"),
            ("GET", _ONE, "backup.run", self.show, "what a backup holds"),
            ("DELETE", _ONE, "backup.restore", self.remove, "delete a backup"),
            ("POST", f"{_ONE}/verify", "backup.run", self.verify, "read it all, open its index"),
            ("POST", f"{_ONE}/restore", "backup.restore", self.restore, "put back; study"),
            ("POST", "/api/restores/undo", "backup.restore", self.undo, "take a restore back"),
            ("GET", "/api/backup-jobs", "backup.run", self.jobs, "long work, begun and over"),
            ("GET", "/api/backup-jobs/{number}", "backup.run", self.job, "how far, or its result"),
            ("GET", "/api/schema", "setting.read", self.schema, "revision of the index's tables"),
            ("POST", "/api/rebuild", "backup.restore", self.rebuild, "index from files: sure"),
        ]  # fmt: skip

    def all(self, call: Call) -> Any:
        """List backups."""
        return [_row(backup.facts()) for backup in self.archive.continuity.vault.all()]

    def create(self, call: Call) -> Any:
        """Take a backup."""
        name, by, keys = _text(call, "name"), call.actor, call.yes("keys")
        return self._worked(
            call, "backup", name,
            lambda told: self.room.create(name, by, keys=keys, progress=told).facts(),
        )  # fmt: skip

    def show(self, call: Call) -> Any:
        """Show a backup's manifest."""
        return self.archive.continuity.vault.get(call.path["name"]).facts()

    def remove(self, call: Call) -> Any:
        """Delete a backup and the files only it needs."""
        return {"ok": True, "files": self.archive.continuity.remove(call.path["name"], call.actor)}

    def verify(self, call: Call) -> Any:
        """Verify a backup."""
        name, by = call.path["name"], call.actor
        return self._worked(
            call, "verify", name, lambda told: self.room.verify(name, by, progress=told).facts()
        )

    def restore(self, call: Call) -> Any:
        """Restore a backup, or one study of it."""
        name, by, study = call.path["name"], call.actor, _text(call, "study")
        keep_nodes, config = call.yes("keep_nodes"), call.yes("config")
        return self._worked(call, "restore", name, lambda told: self.room.restore(
            name, by, study=study, keep_nodes=keep_nodes, config=config, progress=told,
        ))  # fmt: skip

    def undo(self, call: Call) -> Any:
        """Take the last restore back."""
        _need_sure(call)
        by = call.actor
        return self._worked(call, "undo", "", lambda told: self.room.undo(by))

    def rebuild(self, call: Call) -> Any:
        """Make the index anew from the files."""
        _need_sure(call)
        by = call.actor
        return self._worked(call, "rebuild", "", lambda told: self.room.rebuild(by, progress=told))

    def jobs(self, call: Call) -> Any:
        """List the long work since the start, the oldest first."""
        return self.room.jobs.all()

    def job(self, call: Call) -> Any:
        """Show how far a job is, with its result once it is done; or why it failed."""
        return self.room.jobs.get(call.number())

    def schema(self, call: Call) -> Any:
        """Show which revision the tables have."""
        with self.archive.database.read() as db:
            return facts_of(revision(db))

    def _worked(self, call: Call, what: str, name: str, work: Work) -> Any:
        """Do it now and return its result, or begin it as a job and return that."""
        if call.yes("begin"):
            return self.room.jobs.begin(what, name, call.actor, work).facts()
        return work(unseen)


def _row(facts: dict[str, Any]) -> dict[str, Any]:
    """Return a backup without its long lists."""
    members, lacking = facts.pop("members"), facts.pop("lacking")
    return {**facts, "members": len(members), "lacking": len(lacking)}


def _text(call: Call, name: str) -> str:
    value = call.body.get(name, "")
    if not isinstance(value, str):
        raise UsageError(f"'{name}' is no text.", "Send a text.")
    return value


def _need_sure(call: Call) -> None:
    if not call.yes("sure"):
        raise UsageError("This replaces the index.", 'Send {"sure": true}.')
