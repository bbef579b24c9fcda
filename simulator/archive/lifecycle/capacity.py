"""The forecast of a volume, from what was received each day or from the dates of the studies."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from sqlalchemy import func, select

from simulator.archive import tables as t
from simulator.archive.lifecycle.amounts import day_of, size_text
from simulator.archive.lifecycle.forecast import forecast, ingest_by_day
from simulator.archive.lifecycle.narrowing import written_day
from simulator.archive.lifecycle.volume import ONLINE, Volume
from simulator.archive.lifecycle.volumes import Volumes
from simulator.errors import RefusedError, UsageError

BASES = ("received", "study_date")
_MOST = 3650  # days looked back or ahead


class Capacity:
    """Looks ahead."""

    def __init__(self, volumes: Volumes) -> None:
        """Look at `volumes`."""
        self.volumes, self.database, self.clock = volumes, volumes.database, volumes.clock

    def forecast(
        self, name: str, *, basis: str = "received", back: int = 90, ahead: int = 90
    ) -> dict[str, Any]:
        """Return when a volume reaches its threshold and when it is full, as numbers and words.

        Counts the ingest of the last `back` whole days; raises RefusedError for too few.
        """
        volume = self.volumes.get(name)
        _check(volume, basis, back, ahead)
        today = self.clock.now().date()
        first, ingest = ingest_by_day(self._rows(volume, basis, today, back), today)
        used = self.volumes.used(volume)
        limit = volume.capacity * volume.threshold / 100
        growth = sum(row["per_day"] for row in volume.other.values())
        ingest = [size + growth for size in ingest]
        found = forecast(used, limit, ingest, today, ahead)
        full = forecast(used, volume.capacity, ingest, today, ahead)["reached"]
        facts = {
            "volume": name, "basis": basis, "today": today.isoformat(), "used": used,
            "capacity": volume.capacity, "threshold": volume.threshold, "limit": limit,
            "first": first.isoformat(), "ingest": ingest, **found, "full": full,
        }  # fmt: skip
        return {**facts, "said": sentence(facts)}

    def _rows(self, volume: Volume, basis: str, today: date, back: int) -> list[tuple[str, int]]:
        """Return the bytes of each of the last `back` whole days, as far as a day is known."""
        size, since = func.sum(t.instances.c.size), today - timedelta(days=back)
        day: Any = func.substr(t.instances.c.received, 1, 10)
        query, low, high = select(day, size), since.isoformat(), today.isoformat()
        if basis == "study_date":
            day = written_day(t.studies.c.study_date)
            query = select(day, size).select_from(t.instances.join(t.series).join(t.studies))
            low, high = low.replace("-", ""), high.replace("-", "")
        here = t.instances.c.volume == volume.number, day >= low, day < high
        with self.database.read() as db:
            found = db.execute(query.where(*here).group_by(day)).all()
        days = [(day_of(str(text)), int(total)) for text, total in found]
        return [(at.isoformat(), total) for at, total in days if at]


def sentence(facts: dict[str, Any]) -> str:
    """Return a forecast in one sentence."""
    name, percent = facts["volume"], facts["threshold"]
    rate = f"{size_text(facts['per_day'])} a day over {facts['days']} days"
    if facts["used"] >= facts["limit"]:
        return f"{name} is above its threshold of {percent} % already; ingest is {rate}."
    likely, early, late = (facts["reached"][key] for key in ("likely", "earliest", "latest"))
    if likely is None:
        return f"{name} does not reach its threshold of {percent} % within ten years at {rate}."
    until = f"and {late}" if late else "and no end in sight"
    return (
        f"{name} reaches its threshold of {percent} % about {likely} "
        f"(90 % between {early} {until}) at {rate}."
    )


def _check(volume: Volume, basis: str, back: int, ahead: int) -> None:
    if volume.tier != ONLINE:
        raise RefusedError(f"{volume.name} is not online: it has no ingest of its own.", "", 409)
    if not volume.capacity:
        raise RefusedError(f"{volume.name} has no size of its own.", "Set its capacity first.", 409)
    if basis not in BASES:
        raise UsageError(f"'{basis[:40]}' is no basis.", f"Use {' or '.join(BASES)}.")
    if not 3 <= back <= _MOST or not 1 <= ahead <= _MOST:
        raise UsageError(
            "That is no number of days.", f"Look back 3 to {_MOST}, ahead 1 to {_MOST}."
        )
