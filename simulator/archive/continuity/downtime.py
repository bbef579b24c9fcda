"""Downtimes: announced, refused in words a device understands, and reconciled afterwards.

A refusal is transient and says why (PS3.8 9.3.4; 0xA700, PS3.7 C.5.8): devices keep their images
and try again. Only the listener's door and the stores are closed; administration goes on.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import func, insert, select, update

from simulator.archive.continuity.tables import downtimes
from simulator.errors import RefusedError, UsageError
from simulator.network import dimse, negotiation
from simulator.network.dimse import DimseError
from simulator.network.negotiation import Proposal, Refusal

if TYPE_CHECKING:
    from simulator.archive.archive import Archive

MODES = {
    "stores": "nothing is stored, but studies are found and read",
    "all": "every association is rejected",
}
_d = downtimes.c


class Downtime:
    """Whether the archive is down on purpose."""

    def __init__(self, archive: Archive) -> None:
        """Keep downtimes of `archive`; one that was on when it stopped is on again."""
        self.archive = archive
        self._mode = self._reason = ""
        self.reload()

    def reload(self) -> None:
        """Read the table again, as after a reset."""
        row = self.present()
        self._mode, self._reason = (row["mode"], row["reason"]) if row else ("", "")

    # --- the administrator's side ---------------------------------------------------------------

    def start(self, mode: str, reason: str, until: str, by: str) -> dict[str, Any]:
        """Begin a downtime; raises UsageError, or RefusedError if one is on."""
        if mode not in MODES:
            raise UsageError(f"'{mode[:20]}' is no mode.", f"Use {' or '.join(MODES)}.")
        if not reason.strip() or len(reason) > 200:
            raise UsageError("A downtime needs a reason.", "Give one sentence: others read it.")
        _check_time(until)
        if self.present():
            raise RefusedError("A downtime is on already.", "Stop that one first.", 409)
        with self.archive.database.write() as db:
            number = (db.execute(select(func.max(_d.number))).scalar() or 0) + 1
            db.execute(
                insert(downtimes).values(
                    number=number, mode=mode, reason=reason, started=self._now(), until=until,
                    started_by=by, ended="", ended_by="",
                )
            )  # fmt: skip
        self.reload()
        said = f"{by} announced a downtime: {reason}; {MODES[mode]}"
        self.archive.journal.write("downtime.started", said, by=by, what=mode)
        return self.get(number)

    def stop(self, by: str) -> dict[str, Any]:
        """End the downtime; raises RefusedError if none is on."""
        row = self.present()
        if row is None:
            raise RefusedError("No downtime is on.", "Nothing was done.", 404)
        with self.archive.database.write() as db:
            this = _d.number == row["number"]
            values = {"ended": self._now(), "ended_by": by}
            db.execute(update(downtimes).where(this).values(**values))
        self.reload()
        self.archive.journal.write("downtime.ended", f"{by} ended the downtime", by=by, what="")
        return self.get(row["number"])

    def present(self) -> dict[str, Any] | None:
        """Return the downtime that is on, or None."""
        return next((row for row in self.all() if not row["ended"]), None)

    def all(self) -> list[dict[str, Any]]:
        """Return every downtime, the oldest first."""
        with self.archive.database.read() as db:
            rows = db.execute(select(downtimes).order_by(_d.number)).all()
        return [dict(row._mapping) for row in rows]

    def get(self, number: int) -> dict[str, Any]:
        """Return one downtime; raises RefusedError if there is none."""
        found = next((row for row in self.all() if row["number"] == number), None)
        if found is None:
            raise RefusedError(f"There is no downtime {number}.", "List them.", 404)
        return found

    # --- the devices' side ----------------------------------------------------------------------

    def over(self, admit: Callable[[Proposal], str | None]) -> Callable[[Proposal], str | None]:
        """Return a door-keeper that lets nobody in while everything is down."""

        def keep(proposal: Proposal) -> str | None:
            if self._mode == "all":
                raise Refusal(negotiation.CONGESTION, f"downtime: {self._reason}")
            return admit(proposal)

        return keep

    def gate(self) -> None:
        """Refuse to store anything while the archive is down."""
        if self._mode:
            raise DimseError(dimse.OUT_OF_RESOURCES, f"downtime: {self._reason}"[:64])

    def _now(self) -> str:
        return self.archive.clock.now().isoformat(timespec="seconds")


def _check_time(text: str) -> None:
    try:
        if text:
            datetime.fromisoformat(text)
    except ValueError:
        raise UsageError(f"'{text[:40]}' is no time.", "Write it like 2026-03-02T09:30.") from None
