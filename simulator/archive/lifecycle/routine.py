"""What the archive does by itself, if settings say so: copy to another tier, clean full disks."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from functools import partial

from sqlalchemy import func, select

from simulator.archive import tables as t
from simulator.archive.lifecycle.tables import copies
from simulator.archive.lifecycle.tiers import Tiers
from simulator.archive.lifecycle.volume import Volume
from simulator.archive.settings import Settings
from simulator.clock import Clock
from simulator.errors import PacsLabError, RefusedError

_AT_ONCE = 20  # studies a round, so that recalls need not wait


class Routine:
    """Looks after tiers in the background."""

    def __init__(self, tiers: Tiers, settings: Settings, clock: Clock) -> None:
        """Move with `tiers` as `settings` say at the time."""
        self.tiers, self.settings, self.clock = tiers, settings, clock
        self._told: set[str] = set()  # troubles that were told already

    def __call__(self) -> None:
        """Do what is due now."""
        if self.settings["tier.copy_to"] != "none":
            self._copy(str(self.settings["tier.copy_to"]))
        if self.settings["tier.clean"] == "threshold":
            for volume in self.tiers.volumes.cleanable():
                self._try(volume.name, partial(self._clean, volume.name))

    def _copy(self, name: str) -> None:
        try:
            volume = self.tiers.volumes.get(name)
        except RefusedError as error:
            self._tell(name, error)
            return
        for study_uid in self.waiting(volume):
            self._try(study_uid, partial(self.tiers.copy, study_uid, name))

    def waiting(self, volume: Volume) -> list[str]:
        """Return studies that have no copy there yet and are quiet, the oldest first."""
        i = t.instances.c
        quiet = self.clock.now() - timedelta(minutes=float(self.settings["tier.copy_minutes"]))
        there = select(copies.c.digest).where(copies.c.volume == volume.number)
        query = (
            select(t.studies.c.study_uid)
            .select_from(t.instances.join(t.series).join(t.studies))
            .where(i.volume > 0, i.digest.not_in(there))
            .group_by(t.studies.c.study_uid)
            .having(func.max(i.received) <= quiet.isoformat(timespec="milliseconds"))
            .order_by(func.max(i.received))
        )
        with self.tiers.database.read() as db:
            found = list(db.execute(query).scalars())
        return [uid for uid in found if uid not in self._told][:_AT_ONCE]

    def _clean(self, name: str) -> None:
        if not self.tiers.clean(name, "the archive", dry=True)["studies"]:
            raise RefusedError(f"{name} is above its threshold and nothing on it can be freed.")
        self.tiers.clean(name, "the archive", dry=False)

    def _try(self, what: str, act: Callable[[], object]) -> None:
        try:
            act()
            self._told.discard(what)
        except PacsLabError as error:
            self._tell(what, error)

    def _tell(self, what: str, error: PacsLabError) -> None:
        """Tell of a trouble once, not every few seconds."""
        if what not in self._told:
            self._told.add(what)
            self.tiers.journal.write("volume.failed", f"{error.sentence}", subject=what)
