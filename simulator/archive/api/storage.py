"""Volumes and tiers: how full the disks are, where studies are, and moving them."""

from __future__ import annotations

from typing import Any

from simulator.archive import tables as t
from simulator.archive.api.desk import INSTRUCTOR, Desk, Row
from simulator.archive.lifecycle.amounts import size_text
from simulator.errors import RefusedError, UsageError
from simulator.web import Call

_VOLUME, _STUDY = "/api/volumes/{name}", "/api/studies/{uid}"
_SEE, _DO = "storage.read", "storage.edit"


class Storage(Desk):
    """Handlers of the admin API."""

    def rows(self) -> list[Row]:
        """Return the part of the table that stands here."""
        return [
            ("GET", "/api/volumes", _SEE, self.all, "volumes and how full they are"),
            ("POST", "/api/volumes", _DO, self.add, "add a volume"),
            ("PATCH", _VOLUME, _DO, self.change, "change a volume's size or marks"),
            ("DELETE", _VOLUME, _DO, self.remove, "take an empty volume away"),
            ("POST", f"{_VOLUME}/clear", _DO, self.clear, "clear logs, cache or temp away"),
            ("PUT", f"{_VOLUME}/other", INSTRUCTOR, self.fill, "let something fill a volume"),
            ("POST", f"{_VOLUME}/mount", _DO, self.mount, "mount a volume"),
            ("POST", f"{_VOLUME}/unmount", _DO, self.unmount, "take a volume out"),
            ("POST", f"{_VOLUME}/clean", _DO, self.clean, "free the oldest studies' disk room"),
            ("POST", f"{_VOLUME}/verify", _DO, self.verify, "compare every file with its digest"),
            ("GET", f"{_VOLUME}/forecast", _SEE, self.forecast, "when it will be full"),
            ("GET", "/api/recalls", _SEE, self.recalls, "what is on its way back online"),
            ("GET", f"{_STUDY}/copies", _SEE, self.copies, "where a study's files are"),
            ("POST", f"{_STUDY}/copy", _DO, self.copy, "copy a study to another tier"),
            ("POST", f"{_STUDY}/free", _DO, self.free, "take a study off the disks"),
            ("POST", f"{_STUDY}/recall", _DO, self.recall, "bring a study back online"),
        ]

    # --- volumes ------------------------------------------------------------------------------

    def all(self, call: Call) -> Any:
        """List the volumes."""
        return self.archive.lifecycle.volumes.all()

    def add(self, call: Call) -> Any:
        """Add a volume."""
        (name,) = call.need("name")
        made = self.archive.lifecycle.volumes.add(name, call.body)
        said = f"{made['tier']}, {size_text(made['capacity'])}"
        self.tell("volume.added", f"{call.who.name} added volume {name}: {said}", call, name)
        return made

    def change(self, call: Call) -> Any:
        """Change a volume."""
        name = call.path["name"]
        made = self.archive.lifecycle.volumes.change(name, call.body)
        said = ", ".join(f"{key} {made[key]}" for key in call.body if key in made) or "nothing"
        self.tell("volume.changed", f"{call.who.name} changed volume {name}: {said}", call, name)
        return made

    def remove(self, call: Call) -> Any:
        """Take a volume away."""
        name = call.path["name"]
        self.archive.lifecycle.volumes.remove(name)
        self.tell("volume.removed", f"{call.who.name} removed volume {name}", call, name)
        return {"ok": True}

    def clear(self, call: Call) -> Any:
        """Clear something else than images away."""
        name = call.path["name"]
        volume = self.archive.lifecycle.volumes.get(name)
        (kind,) = call.need("kind")
        freed = self.archive.lifecycle.volumes.clear(volume.name, kind)
        text = f"{call.who.name} cleared {kind} on {name}: {size_text(freed)} are free again"
        self.tell("volume.cleared", text, call, name)
        return {"ok": True, "freed": freed}

    def fill(self, call: Call) -> Any:
        """Let something else take room; for lessons and faults."""
        volume = self.archive.lifecycle.volumes.get(call.path["name"])
        kind, size = call.need("kind", "bytes")
        per_day = call.body.get("per_day", 0)
        return self.archive.lifecycle.volumes.fill(volume.name, kind, size, per_day)

    def mount(self, call: Call) -> Any:
        """Mount a volume; what waited for it goes on."""
        volume = self.archive.lifecycle.volumes.mount(call.path["name"], there=True)
        waited = self.archive.lifecycle.recalls.mounted(volume)
        text = f"{call.who.name} mounted {volume.name}: {waited} recalls waited for it"
        self.tell("volume.mounted", text, call, volume.name)
        return {"ok": True, "recalls": waited}

    def unmount(self, call: Call) -> Any:
        """Take a volume out."""
        volume = self.archive.lifecycle.volumes.mount(call.path["name"], there=False)
        text = f"{call.who.name} took out {volume.name}"
        self.tell("volume.unmounted", text, call, volume.name)
        return {"ok": True}

    def clean(self, call: Call) -> Any:
        """Free the oldest studies until the low mark."""
        return self.archive.lifecycle.tiers.clean(
            call.path["name"], call.who.name, dry=call.yes("dry_run")
        )

    def verify(self, call: Call) -> Any:
        """Compare every file of a volume with its digest."""
        name = call.path["name"]
        report = self.archive.lifecycle.tiers.verify(name, mend=call.yes("mend"))
        said = f"{report['good']} of {report['checked']} files are good"
        self.tell("volume.verified", f"{call.who.name} verified {name}: {said}", call, name)
        return report

    def forecast(self, call: Call) -> Any:
        """Look ahead: numbers, a curve, and a sentence."""
        return self.archive.lifecycle.capacity.forecast(
            call.path["name"], basis=call.query.get("basis", "received"),
            back=_days(call, "back", 90), ahead=_days(call, "ahead", 90),
        )  # fmt: skip

    # --- studies ------------------------------------------------------------------------------

    def recalls(self, call: Call) -> Any:
        """List recalls, the newest first."""
        return self.archive.lifecycle.recalls.all()

    def copies(self, call: Call) -> Any:
        """Say where each file of a study is."""
        return self.archive.lifecycle.tiers.where(self._study(call))

    def copy(self, call: Call) -> Any:
        """Copy a study to a nearline or offline volume."""
        uid = self._study(call)
        (name,) = call.need("volume")
        count = self.archive.lifecycle.tiers.copy(uid, str(name))
        self.tell("volume.copied", f"{call.who.name} copied a study to {name}", call, uid)
        return {"ok": True, "instances": count}

    def free(self, call: Call) -> Any:
        """Take a study off the disks, once another copy was compared."""
        uid = self._study(call)
        freed = self.archive.lifecycle.tiers.free(uid)
        text = f"{call.who.name} took a study off the disks: {size_text(freed)} are free again"
        self.tell("volume.freed", text, call, uid)
        return {"ok": True, "freed": freed}

    def recall(self, call: Call) -> Any:
        """Ask for a study that is not online."""
        return self.archive.lifecycle.recalls.ask(self._study(call), call.who.name)

    def _study(self, call: Call) -> str:
        wanted = [t.studies.c.study_uid == call.path["uid"], *self.archive.sight.of(call.who)]
        if not self.archive.index.studies(wanted):
            raise RefusedError("There is no such study in the archive.", "List the studies.", 404)
        return call.path["uid"]


def _days(call: Call, name: str, default: int) -> int:
    text = call.query.get(name, str(default))
    if not (text.isascii() and text.isdigit() and len(text) < 6):
        raise UsageError(f"'{text[:40]}' is no number of days.", "Give a whole number.")
    return int(text)
