"""Alarms: what is compared with which threshold, and what to do about it.

Green, amber and red never stand alone: a sign and a word go with each, and a reason.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from simulator.archive.archive import Archive
    from simulator.archive.monitor.office import Monitor

GREEN, AMBER, RED = "green", "amber", "red"
SIGNS = {GREEN: "✔ fine", AMBER: "! look", RED: "✘ act"}


@dataclass(frozen=True, kw_only=True)
class Finding:
    """One thing that was looked at."""

    name: str
    level: str
    value: str
    reason: str = ""
    remedy: str = ""

    def facts(self) -> dict[str, Any]:
        """Return it as JSON holds it, with a sign that needs no colour."""
        return {**asdict(self), "sign": SIGNS[self.level]}


class Alarms:
    """Looks at everything that has a threshold."""

    def __init__(self, archive: Archive, monitor: Monitor) -> None:
        """Look at `archive`."""
        self.archive, self.monitor = archive, monitor
        self._raised: dict[str, str] = {}

    def all(self) -> list[Finding]:
        """Return one finding for each threshold."""
        return [finding for look in self._looks() for finding in look()]

    def watch(self) -> None:
        """Tell the journal what was raised and what has gone since the last look."""
        now = {x.name: x for x in self.all() if x.level != GREEN}
        for name, finding in now.items():
            if self._raised.get(name) != finding.level:
                text = f"{finding.level} alarm: {name}, {finding.value}: {finding.reason}"
                self.archive.journal.write("alarm.raised", text, alarm=name, level=finding.level)
        for name in self._raised.keys() - now.keys():
            self.archive.journal.write("alarm.cleared", f"the alarm {name} is over", alarm=name)
        self._raised = {name: finding.level for name, finding in now.items()}

    def _looks(self) -> tuple[Callable[[], Iterator[Finding]], ...]:
        return (
            self._storage, self._queue, self._certificates, self._silence, self._rejections,
            self._logins, self._failures, self._unmatched, self._audit,
        )  # fmt: skip

    def _set(self, key: str) -> float:
        return float(self.archive.settings[f"alarm.{key}"])

    # --- one by one ---------------------------------------------------------------------------

    def _storage(self) -> Iterator[Finding]:
        percent = self.monitor.facts.storage().percent
        amber, red = self._set("storage_percent"), self._set("storage_full_percent")
        level = RED if percent >= red else AMBER if percent >= amber else GREEN
        yield Finding(
            name="storage", level=level, value=f"{percent:g} % used",
            reason=f"amber from {amber:g} %, red from {red:g} %" * (level != GREEN),
            remedy="Free space or add a volume; a full archive refuses images (0xA700).",
        )  # fmt: skip

    def _queue(self) -> Iterator[Finding]:
        queues = self.monitor.facts.queues()
        depth = sum(count for count, _ in queues.values())
        oldest = max((age for _, age in queues.values()), default=0.0)
        level, reason = GREEN, ""
        if oldest >= self._set("queue_minutes"):
            level, reason = RED, f"the oldest has waited for {oldest:.0f} min"
        elif depth >= self._set("queue_depth"):
            level, reason = AMBER, f"{self._set('queue_depth'):g} or more wait"
        yield Finding(
            name="queue", level=level, value=f"{depth} waiting, the oldest {oldest:.0f} min",
            reason=reason, remedy="'pacslab archive queue list' names who does not answer.",
        )  # fmt: skip

    def _certificates(self) -> Iterator[Finding]:
        found = self.monitor.facts.certificates()
        limit = self._set("certificate_days")
        late = {name: days for name, days in found.items() if days < limit}
        level = RED if any(d < 0 for d in late.values()) else AMBER if late else GREEN
        least = min(found.values(), default=None)
        yield Finding(
            name="certificates", level=level,
            value="none" if least is None else f"{len(found)}, the first ends in {least:.0f} days",
            reason=", ".join(f"{name}: {days:.0f} days" for name, days in sorted(late.items())),
            remedy="'pacslab tls renew NAME', before the handshakes fail.",
        )  # fmt: skip

    def _silence(self) -> Iterator[Finding]:
        limit = self._set("silent_hours")
        silent = {ae: h for ae, h in self.monitor.facts.senders().items() if h >= limit}
        yield Finding(
            name="silent devices", level=AMBER if silent else GREEN, value=f"{len(silent)} silent",
            reason=", ".join(f"{ae}: {hours:.0f} h" for ae, hours in sorted(silent.items())),
            remedy="Echo the device and ask the department before it asks you.",
        )  # fmt: skip

    def _rejections(self) -> Iterator[Finding]:
        yield self._hourly(
            "rejected associations", "association.rejected", "rejections",
            "'pacslab archive audit list --kind association.rejected' says whom, and why.",
        )  # fmt: skip

    def _logins(self) -> Iterator[Finding]:
        yield self._hourly(
            "failed log-ins", "login.failed", "failed_logins",
            "One account: unlock it and find the stale password. Many: somebody is trying.",
        )  # fmt: skip

    def _hourly(self, name: str, kind: str, key: str, remedy: str) -> Finding:
        count = self.monitor.tally.within(kind, self.archive.clock.now())
        limit = self._set(key)
        level = AMBER if count >= limit else GREEN
        reason = f"{limit:g} or more within an hour" * (level != GREEN)
        return Finding(
            name=name, level=level, value=f"{count} within an hour", reason=reason, remedy=remedy
        )

    def _failures(self) -> Iterator[Finding]:
        counts = self.monitor.watch.counts()
        total = sum(counts.values())
        failed = sum(value for (_, ended), value in counts.items() if ended == "failure")
        percent = 100 * failed / total if total else 0.0
        level = AMBER if percent >= self._set("failed_percent") and failed >= 3 else GREEN
        worst = max(
            ((v, m) for (m, ended), v in counts.items() if ended == "failure"), default=(0, "")
        )
        yield Finding(
            name="failed messages", level=level, value=f"{percent:.1f} % of {total:.0f}",
            reason=f"{worst[0]:.0f} of them {worst[1]}" * (level != GREEN),
            remedy="The journal names the status of each; a status is half of the diagnosis.",
        )  # fmt: skip

    def _unmatched(self) -> Iterator[Finding]:
        count, limit = self.monitor.facts.unmatched(), self._set("unmatched")
        yield Finding(
            name="unmatched studies", level=AMBER if count >= limit else GREEN,
            value=f"{count} without an order", reason=f"{limit:g} or more" * (count >= limit),
            remedy="'pacslab archive study list --unmatched', then link each to its order.",
        )  # fmt: skip

    def _audit(self) -> Iterator[Finding]:
        office = self.archive.audit
        gaps, waiting = office.trail.gaps(), office.syslog.waiting()
        off = [
            key for key in ("audit.off", "audit.off_nodes") if self.archive.settings[key] != "none"
        ]
        trouble = office.syslog.trouble
        level = RED if off else AMBER if trouble else GREEN
        reason = f"{off[0]} is not 'none': something is not recorded" if off else trouble
        yield Finding(
            name="audit", level=level, value=f"{len(gaps)} gaps, {waiting} not sent yet",
            reason=reason, remedy="'pacslab archive audit gaps' says what is missing.",
        )  # fmt: skip
