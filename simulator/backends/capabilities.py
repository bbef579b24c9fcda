"""What a backend has, and one line for each thing it lacks, said where a trainee meets it."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any

from simulator.errors import CannotError, UsageError

KINDS = ("embedded", "orthanc", "external")
NAMES = {
    "embedded": "PACS Lab's own archive",
    "orthanc": "Orthanc",
    "external": "the external archive",
}


@dataclass(frozen=True, kw_only=True)
class Capabilities:
    """What a backend has beyond storing, finding and sending; `needs` of an exercise name these."""

    kind: str
    nodes: bool = True  # a node table that can be read and changed from here
    delete: bool = True  # studies can be deleted from here
    reset: bool = True  # studies and nodes go back to the baseline
    dicomweb: bool = True
    commitment: bool = True  # storage commitment
    mpps: bool = True  # takes performed procedure steps
    ian: bool = True  # instance availability notification
    hl7: bool = True  # a listener for orders, patient updates and reports
    orders: bool = True  # knows whether a study belongs to an order
    users: bool = True  # accounts, roles, labels and sessions
    settings: bool = True  # typed settings that change while it runs
    audit: bool = True  # an audit trail, and the journal's entries of what it answered
    queues: bool = True  # what it owes to others, and what it keeps aside
    tls: bool = True
    storage: bool = True  # volumes, tiers, retention, holds, compression

    def missing(self) -> list[str]:
        """Return the names of what is lacking."""
        return [item.name for item in fields(self) if getattr(self, item.name) is False]

    def lacks(self, name: str) -> str:
        """Return the line about a capability that is not there."""
        return f"{NAMES[self.kind][0].upper()}{NAMES[self.kind][1:]} {_LINES[name]}"

    def unmet(self, needs: tuple[str, ...]) -> list[str]:
        """Return a line for each need that is not met; kinds of backend are alternatives."""
        kinds = [need for need in needs if need in KINDS]
        wrong = kinds and self.kind not in kinds
        lines = [f"It needs {' or '.join(NAMES[kind] for kind in kinds)}."] if wrong else []
        rest = [need for need in needs if need not in KINDS]
        return lines + [self.lacks(need) for need in rest if not getattr(self, need)]

    def need(self, name: str) -> None:
        """Raise LacksError if this is not there."""
        if not getattr(self, name):
            raise LacksError(self.lacks(name), REMEDY)


class LacksError(CannotError):
    """The backend has no such thing; another one has."""


REMEDY = "Start a seat with '--backend embedded' for that."
_LINES = {
    "nodes": "keeps its node table where we cannot reach it; use its own administration.",
    "delete": "deletes studies only in its own administration.",
    "reset": "keeps the studies it was sent: they cannot be taken back from here.",
    "dicomweb": "was not named with a DICOMweb address.",
    "commitment": "was not named as one that does storage commitment.",
    "mpps": "takes no performed procedure steps (MPPS); the RIS keeps them.",
    "ian": "sends no instance availability notices.",
    "hl7": "has no HL7 listener: orders and patient updates stay in the RIS.",
    "orders": "knows no orders, so no study is matched or unmatched there.",
    "users": "has no accounts or roles that can be administered from here.",
    "settings": "has no settings that can be changed while it runs.",
    "audit": "writes its own log, not PACS Lab's audit trail.",
    "queues": "shows no queues and no quarantine from here.",
    "tls": "listens without TLS.",
    "storage": "shows no volumes, tiers, retention rules or holds from here.",
}
# The first part of an admin API's path, and what it takes.
AREAS = {
    **dict.fromkeys(("nodes", "associations"), "nodes"),
    **dict.fromkeys(("users", "roles", "labels", "sessions", "emergencies"), "users"),
    **dict.fromkeys(("orders", "reading-list", "performed", "reports"), "orders"),
    **dict.fromkeys(("messages", "hl7", "channels", "interfaces"), "hl7"),
    **dict.fromkeys(("queues", "quarantine", "integrity", "rules", "notices"), "queues"),
    **dict.fromkeys(("volumes", "recalls", "retention", "holds", "compression"), "storage"),
    **{"settings": "settings", "audit": "audit", "directory": "users"},
}

EMBEDDED = Capabilities(kind="embedded")
ORTHANC = Capabilities(
    kind="orthanc", mpps=False, ian=False, hl7=False, orders=False, users=False, settings=False,
    audit=False, queues=False, tls=False, storage=False,
)  # fmt: skip
EXTERNAL = Capabilities(
    kind="external", nodes=False, delete=False, reset=False, dicomweb=False, commitment=False,
    mpps=False, ian=False, hl7=False, orders=False, users=False, settings=False, audit=False,
    queues=False, tls=False, storage=False,
)  # fmt: skip
_OF = {"embedded": EMBEDDED, "orthanc": ORTHANC, "external": EXTERNAL}


def check_kind(kind: str) -> str:
    """Return the kind of backend; raises UsageError if there is no such one."""
    if kind not in KINDS:
        raise UsageError(f"There is no backend '{kind}'.", f"Choose {', '.join(KINDS)}.")
    return kind


def check_need(need: str) -> bool:
    """Return whether an exercise may name this as something it needs."""
    return need in KINDS or need in _LINES


def capabilities(facts: dict[str, Any]) -> Capabilities:
    """Return what the backend of a seat has, by the facts of its seat.json."""
    made = _OF[check_kind(str(facts.get("backend", "embedded")))]
    extra = {name: True for name in facts.get("capabilities", []) if name in _LINES}
    return Capabilities(**{**vars(made), **extra})
