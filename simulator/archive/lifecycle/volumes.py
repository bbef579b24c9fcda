"""The volumes: where new files go, how full each is, and what else lies on them.

All online volumes share one folder of files; each instance's row says whose room it takes. The
size of a volume is simulated, so that one can fill in a lesson without filling the machine's disk.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, delete, func, insert, select, update

from simulator.archive import tables as t
from simulator.archive.lifecycle.amounts import size_of
from simulator.archive.lifecycle.tables import copies, volumes
from simulator.archive.lifecycle.volume import (
    KINDS,
    NEEDED,
    OFFLINE,
    ONLINE,
    Volume,
    checked,
    kind_of,
)
from simulator.clock import Clock, real_seconds
from simulator.database import Database
from simulator.errors import RefusedError
from simulator.network import dimse
from simulator.network.dimse import DimseError

FIRST = 1  # the volume every instance is on where nothing else is said
_SUM_SECONDS = 1.0  # a sum over all instances is not made for every file
_NEW: tuple[tuple[int, str, dict[str, Any]], ...] = (  # what every archive begins with
    (FIRST, "ONLINE1", {"tier": "online", "description": "The disks of the archive."}),
    (2, "NEAR1", {"tier": "nearline", "description": "The tape library."}),
    (3, "VAULT1", {"tier": "offline", "description": "Tapes on a shelf, mounted by hand."}),
)


class Volumes:
    """The volumes of an archive."""

    def __init__(self, database: Database, clock: Clock) -> None:
        """Work on `database`; `clock` says how much has grown."""
        self.database, self.clock = database, clock
        self._rows: list[Volume] = []
        self._sums: dict[int, tuple[float, int]] = {}  # when, and the bytes used then
        self._lock = threading.Lock()
        self.reload()

    def reload(self) -> None:
        """Read the table again, as after a reset; an archive without volumes gets the first."""
        with self.database.write() as db:
            if not db.execute(select(func.count()).select_from(volumes)).scalar_one():
                for number, name, facts in _NEW:
                    values = {**checked(name, facts, {}), "mounted": facts["tier"] != OFFLINE}
                    self._enter(db, number, values)
        self._read()

    def _read(self) -> None:
        with self.database.read() as db:
            rows = db.execute(select(volumes).order_by(volumes.c.number)).all()
        with self._lock:
            self._rows = [Volume(**row._mapping) for row in rows]
            self._sums.clear()

    def _enter(self, db: Connection, number: int, values: Mapping[str, Any]) -> None:
        now = self.clock.now().isoformat(timespec="seconds")
        db.execute(insert(volumes).values(**values, number=number, other={}, since=now))

    # --- looking --------------------------------------------------------------------------------

    def rows(self) -> list[Volume]:
        """Return every volume, in order."""
        with self._lock:
            return list(self._rows)

    def get(self, name: str) -> Volume:
        """Return one; raises RefusedError if there is none."""
        for volume in self.rows():
            if volume.name == name:
                return volume
        raise RefusedError(f"There is no volume '{name[:40]}'.", "List the volumes.", 404)

    def all(self) -> list[dict[str, Any]]:
        """Return every volume with what is on it."""
        return [self.facts(volume) for volume in self.rows()]

    def facts(self, volume: Volume) -> dict[str, Any]:
        """Return one volume with what is on it, in bytes and percent."""
        other = volume.other_bytes(self.clock.now())
        files, images = self._images(volume)
        used = images + sum(other.values())
        share = volume.share(used)
        return {
            **{key: value for key, value in vars(volume).items() if key != "since"},
            "other": other, "growth": {kind: row["per_day"] for kind, row in volume.other.items()},
            "files": files, "images": images, "used": used, "percent": share,
            "free": max(0, volume.capacity - used) if volume.capacity else None,
            "state": self._state(volume, share),
        }  # fmt: skip

    def _state(self, volume: Volume, share: float) -> str:
        if not volume.mounted:
            return "not mounted"
        if volume.capacity and share >= 100:
            return "full"
        if volume.capacity and share >= volume.threshold:
            return "above its threshold"
        return "fine" if volume.writable else "read only"

    def used(self, volume: Volume) -> int:
        """Return the bytes in use on a volume, images and all else."""
        return self._images(volume)[1] + sum(volume.other_bytes(self.clock.now()).values())

    def _images(self, volume: Volume) -> tuple[int, int]:
        """Return how many files of instances are on a volume, and their bytes."""
        i = t.instances.c
        sums = select(func.count(), func.coalesce(func.sum(i.size), 0))
        if volume.tier == ONLINE:
            sums = sums.where(i.volume == volume.number)
        else:
            sums = sums.select_from(t.instances.join(copies, copies.c.digest == i.digest))
            sums = sums.where(copies.c.volume == volume.number)
        with self.database.read() as db:
            count, size = db.execute(sums).one()
        return int(count), int(size)

    def storage(self) -> tuple[int, int] | None:
        """Return the bytes used and there are online; None where the machine's disk counts."""
        online = [volume for volume in self.rows() if volume.tier == ONLINE and volume.capacity]
        if not online:
            return None
        return sum(map(self.used, online)), sum(volume.capacity for volume in online)

    # --- room -----------------------------------------------------------------------------------

    def room(self, size: int) -> int:
        """Return the online volume that takes `size` bytes; raises DimseError (0xA700)."""
        online = [v for v in self.rows() if v.tier == ONLINE and v.mounted]
        for volume in online:
            if volume.writable and self._takes(volume, size):
                return volume.number
        said = ", ".join(
            f"{v.name} {v.share(self.used(v)):g} %" + " read only" * (not v.writable)
            for v in online
        )
        raise DimseError(
            dimse.OUT_OF_RESOURCES, f"no room for {size} bytes: {said or 'no volume is online'}"
        )

    def _takes(self, volume: Volume, size: int) -> bool:
        """Return whether a volume takes a file; the sum is made once a second, or before a no."""
        if not volume.capacity:
            return True
        with self._lock:
            at, used = self._sums.get(volume.number, (0.0, 0))
            if real_seconds() - at < _SUM_SECONDS and used + size <= volume.capacity:
                self._sums[volume.number] = (at, used + size)
                return True
        used = self.used(volume)
        fits = used + size <= volume.capacity
        with self._lock:
            self._sums[volume.number] = (real_seconds(), used + size * fits)
        return fits

    def has_room(self, volume: Volume, size: int) -> bool:
        """Return whether `size` bytes more fit on a volume."""
        return not volume.capacity or self.used(volume) + size <= volume.capacity

    # --- changing -------------------------------------------------------------------------------

    def add(self, name: Any, given: Mapping[str, Any]) -> dict[str, Any]:
        """Add a volume; raises UsageError for values that make no sense."""
        values = checked(name, given, {})
        if any(volume.name == name for volume in self.rows()):
            raise RefusedError(f"There is a volume {name} already.", "Change it instead.", 409)
        with self.database.write() as db:
            most = db.execute(select(func.max(volumes.c.number))).scalar_one()
            self._enter(db, most + 1, {**values, "mounted": True})
        self._read()
        return self.facts(self.get(name))

    def change(self, name: str, given: Mapping[str, Any]) -> dict[str, Any]:
        """Change a volume's size, marks or description; its name and tier stay."""
        old = self.get(name)
        values = checked(name, given, vars(old))
        if values["tier"] != old.tier or given.get("name", name) != name:
            raise RefusedError(
                f"Name and tier of {name} stay: its files are there.", "Add another.", 409
            )
        self._set(old, **values)
        return self.facts(self.get(name))

    def remove(self, name: str) -> None:
        """Take an empty volume away; the last online one stays."""
        volume = self.get(name)
        count = self._images(volume)[0]
        if count:
            raise RefusedError(
                f"{name} holds {count} files of images.", "Move them elsewhere first.", 409
            )
        if [v.name for v in self.rows() if v.tier == ONLINE] == [name]:
            raise RefusedError(f"{name} is the last online volume.", "Add another first.", 409)
        with self.database.write() as db:
            db.execute(delete(volumes).where(volumes.c.number == volume.number))
        self._read()

    def mount(self, name: str, *, there: bool) -> Volume:
        """Mount a volume, or take it out; online volumes are always there."""
        volume = self.get(name)
        if volume.tier == ONLINE:
            raise RefusedError(f"{name} is online: it is always mounted.", "", 409)
        self._set(volume, mounted=there)
        return self.get(name)

    def fill(self, name: str, kind: Any, size: Any, per_day: Any = 0) -> dict[str, Any]:
        """Let something else take room on a volume, and grow each day of hospital time."""
        volume, row = self.get(name), kind_of(kind)
        amount = {"bytes": size_of(size, row), "per_day": size_of(per_day, f"growth of {row}")}
        self._set_other(volume, {row: amount})
        return self.facts(self.get(name))

    def clear(self, name: str, kind: Any) -> int:
        """Clear away what is not images; returns the bytes that are free again."""
        volume, row = self.get(name), kind_of(kind)
        if row in NEEDED:
            raise RefusedError(
                f"The {row} on {name} is needed: without it nothing can be found.",
                f"Clear one of {', '.join(one for one in KINDS if one not in NEEDED)}.",
                409,
            )
        there = volume.other_bytes(self.clock.now()).get(row, 0)
        growth = volume.other.get(row, {}).get("per_day", 0)
        self._set_other(volume, {row: {"bytes": 0, "per_day": growth}})
        return there

    def _set_other(self, volume: Volume, changes: Mapping[str, Mapping[str, int]]) -> None:
        now = self.clock.now()
        grown = {
            kind: {"bytes": size, "per_day": volume.other[kind]["per_day"]}
            for kind, size in volume.other_bytes(now).items()
        }
        self._set(volume, other={**grown, **changes}, since=now.isoformat(timespec="seconds"))

    def _set(self, volume: Volume, **values: Any) -> None:
        with self.database.write() as db:
            db.execute(update(volumes).where(volumes.c.number == volume.number).values(**values))
        self._read()

    def cleanable(self) -> Sequence[Volume]:
        """Return the online volumes above their threshold."""
        return [
            volume for volume in self.rows()
            if volume.tier == ONLINE and volume.share(self.used(volume)) >= volume.threshold
            and volume.capacity
        ]  # fmt: skip
