"""The morning check: one page that says what is fine, what to look at, and what to act on."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from simulator.archive.monitor.alarms import AMBER, GREEN, RED, SIGNS, Finding
from simulator.errors import NetworkError
from simulator.network import scu

if TYPE_CHECKING:
    from simulator.archive.archive import Archive
    from simulator.archive.monitor.office import Monitor

_SOON = 7  # days of hospital time
_ORDER = (RED, AMBER, GREEN)


class Morning:
    """Goes through what an administrator looks at first."""

    def __init__(self, archive: Archive, monitor: Monitor) -> None:
        """Look at `archive`."""
        self.archive, self.monitor = archive, monitor
        # What later parts of the archive want to be looked at, too.
        self.more: list[Callable[[], Finding]] = []

    def report(self, *, echo: bool) -> dict[str, Any]:
        """Return the page; with `echo` every node is called, which takes a moment."""
        found = [self._ready(), *self.monitor.alarms.all(), self._accounts(), self._emergencies(),
                 self._chain(), *(look() for look in self.more)]  # fmt: skip
        if echo:
            found.append(self._echoes())
        worst = next(level for level in _ORDER if level in {x.level for x in found} | {GREEN})
        return {
            "at": self.archive.clock.now().isoformat(timespec="seconds"),
            "level": worst,
            "sign": SIGNS[worst],
            "counts": self.archive.index.counts(),
            "findings": [x.facts() for x in sorted(found, key=lambda x: _ORDER.index(x.level))],
        }

    def _ready(self) -> Finding:
        trouble = self.monitor.facts.readiness()
        return Finding(
            name="services", level=RED if trouble else GREEN,
            value="ready" if not trouble else "not ready",
            reason="; ".join(f"{part}: {why}" for part, why in trouble.items()),
            remedy="'pacslab doctor', then 'pacslab service restart archive'.",
        )  # fmt: skip

    def _accounts(self) -> Finding:
        counts = self.monitor.facts.accounts()
        bad = [f"{counts[state]} {state}" for state in ("locked", "expired") if counts.get(state)]
        if soon := self._ending():
            bad.append(f"ending within {_SOON} days: {', '.join(soon[:5])}")
        return Finding(
            name="accounts", level=AMBER if bad else GREEN,
            value=f"{counts.get('active', 0)} active", reason=", ".join(bad),
            remedy="'pacslab archive user list' names them.",
        )  # fmt: skip

    def _ending(self) -> list[str]:
        until = (self.archive.clock.now() + timedelta(days=_SOON)).isoformat()
        rows = [row for row in self.archive.users.all() if row["state"] == "active"]
        return [row["name"] for row in rows if row["expires"] and row["expires"] <= until]

    def _emergencies(self) -> Finding:
        waiting = self.archive.emergencies.all(waiting=True)
        return Finding(
            name="emergency access", level=AMBER if waiting else GREEN,
            value=f"{len(waiting)} to be reviewed",
            reason=", ".join(f"{row['user']} for {row['patient_id']}" for row in waiting[:3]),
            remedy="'pacslab archive emergency review', by somebody else than the one who did it.",
        )  # fmt: skip

    def _chain(self) -> Finding:
        done = self.archive.audit.verify()
        first = done["problems"][0] if done["problems"] else {}
        return Finding(
            name="audit trail", level=GREEN if done["whole"] else RED,
            value=f"{done['records']} records",
            reason=f"record {first['number']}: {first['what']}" if first else "",
            remedy="Keep the file as evidence and report it; never repair a trail.",
        )  # fmt: skip

    def _echoes(self) -> Finding:
        silent = []
        nodes = [node for node in self.archive.nodes.all() if node.port]
        for node in nodes:
            try:
                scu.echo(node.peer, self.archive.calling.caller(node, dimse_timeout=3))
            except NetworkError as error:
                silent.append(f"{node.ae}: {error.kind}")
        return Finding(
            name="echo", level=AMBER if silent else GREEN,
            value=f"{len(nodes) - len(silent)} of {len(nodes)} nodes answer",
            reason=", ".join(silent), remedy="'pacslab archive node echo AE' says what is wrong.",
        )  # fmt: skip
