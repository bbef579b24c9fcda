"""What the journal's new entries add up to: fed by the audit's follower, entry by entry."""

from __future__ import annotations

import threading
from collections import deque
from datetime import datetime, timedelta

from prometheus_client import CollectorRegistry, Counter

from simulator.journal import Entry

_FAILED = {
    "association.rejected": "rejected",
    "association.aborted": "aborted",
    "association.timeout": "timed out",
    "association.malformed": "malformed",
    "tls.failed": "TLS handshake",
}
_KEPT = 10_000  # moments of each kind


class Tally:
    """Counters, and the last moments of what alarms look at."""

    def __init__(self, registry: CollectorRegistry) -> None:
        """Count in `registry`."""
        self._lock = threading.Lock()
        self.contacts: dict[str, str] = {}  # AE title → hospital time of the last association
        self.senders: dict[str, str] = {}  # the same of the last instance
        self._moments: dict[str, deque[datetime]] = {}
        self.associations = Counter(
            "pacslab_associations",
            "Associations, by how they began or ended.",
            ("result",),
            registry=registry,
        )
        self.failures = Counter(
            "pacslab_association_failures",
            "Associations that were not accepted or did not end by release, by reason.",
            ("result", "reason"),
            registry=registry,
        )
        self.logins = Counter("pacslab_logins", "Log-ins, by result.", ("result",),
                              registry=registry)  # fmt: skip
        self.web = Counter("pacslab_dicomweb_requests", "DICOMweb requests, by action and status.",
                           ("action", "status"), registry=registry)  # fmt: skip
        self.messages = Counter("pacslab_hl7_messages", "HL7 messages received, by answer.",
                                ("code",), registry=registry)  # fmt: skip
        self.events = Counter("pacslab_journal_entries", "Entries of the journal, by family.",
                              ("family",), registry=registry)  # fmt: skip

    def count(self, entry: Entry) -> None:
        """Add one entry."""
        kind, facts = entry.kind, entry.facts
        self.events.labels(kind.partition(".")[0]).inc()
        if kind.startswith("association.") or kind == "tls.failed":
            self._association(entry)
        elif kind == "c-store":
            with self._lock:
                self.senders[str(facts.get("calling", ""))] = entry.hospital
        elif kind in ("login", "login.failed", "login.refused"):
            result = kind.partition(".")[2] or "success"
            self.logins.labels(result).inc()
            self._note(kind, entry)
        elif kind.startswith("dicomweb."):
            self.web.labels(kind.partition(".")[2], str(facts.get("status", ""))).inc()
        elif kind == "hl7.received":
            self.messages.labels(str(facts.get("code", ""))[:2]).inc()

    def _association(self, entry: Entry) -> None:
        kind, facts = entry.kind, entry.facts
        if kind == "association.accepted":
            self.associations.labels("accepted").inc()
            with self._lock:
                self.contacts[str(facts["calling"])] = entry.hospital
        elif kind == "association.released":
            self.associations.labels("released").inc()
        elif kind in _FAILED:
            self.associations.labels(_FAILED[kind]).inc()
            reason = str(facts.get("triple") or facts.get("objects") or "")
            self.failures.labels(_FAILED[kind], reason).inc()
            self._note(kind, entry)

    def _note(self, kind: str, entry: Entry) -> None:
        with self._lock:
            kept = self._moments.setdefault(kind, deque(maxlen=_KEPT))
            kept.append(datetime.fromisoformat(entry.hospital))

    def within(self, kind: str, now: datetime, hours: float = 1.0) -> int:
        """Return how many entries of a kind the last hours of hospital time have seen."""
        since = now - timedelta(hours=hours)
        with self._lock:
            return sum(since <= at <= now for at in self._moments.get(kind, ()))
