"""What became of the instances of a STOW-RS request (PS3.18 10.5.3, Annex I)."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from simulator.archive.dicomweb.call import WebCall
from simulator.archive.filing import Incoming
from simulator.network import dimse

_OUT_OF_RESOURCES = 0xA7


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What became of one instance: its DIMSE status, and what it was if that is known."""

    status: int
    comment: str = ""
    sop_class: str = ""
    sop_instance: str = ""
    study: str = ""
    series: str = ""

    @classmethod
    def of(cls, incoming: Incoming | None, status: int, **more: str) -> Outcome:
        """Return the outcome of an instance, or of what could not be read as one."""
        if incoming is None:
            return cls(status=status, **more)
        return cls(
            status=status,
            sop_class=incoming.sop_class,
            sop_instance=incoming.sop_instance,
            **more,
        )

    @property
    def failed(self) -> bool:
        """Whether the instance was not stored."""
        return dimse.is_failure(self.status)


@dataclass(kw_only=True)
class Results:
    """The outcomes of a whole request."""

    call: WebCall
    study: str  # of the path; '' if it names none
    outcomes: list[Outcome] = field(default_factory=list)

    def add(self, outcome: Outcome) -> None:
        """Note one outcome."""
        self.outcomes.append(outcome)

    @property
    def http_status(self) -> int:
        """The status of the whole (Table 10.5.3-1): all stored, some, or none."""
        failed = [outcome for outcome in self.outcomes if outcome.failed]
        if len(failed) < len(self.outcomes):
            return 202 if failed or self.warned else 200
        full = all(outcome.status >> 8 == _OUT_OF_RESOURCES for outcome in failed)
        return 507 if full else 409  # RFC 4918 11.5: Insufficient Storage

    @property
    def warned(self) -> bool:
        """Whether something was stored with a warning."""
        return any(outcome.status >> 12 == 0xB for outcome in self.outcomes)

    def counts(self) -> dict[str, int]:
        """Return how many were stored and how many were not."""
        failed = sum(outcome.failed for outcome in self.outcomes)
        return {"stored": len(self.outcomes) - failed, "failed": failed}

    def warning(self) -> str:
        """Return why instances were refused, as a Warning header can say it."""
        reasons = {o.comment: dimse.meaning(o.status) for o in self.outcomes if o.failed}
        said = [f"{status}: {comment}" for comment, status in list(reasons.items())[:3]]
        plain = "; ".join(said).encode("ascii", "replace").decode()
        plain = "".join(c if c.isprintable() else "?" for c in plain)
        return f"299 {self.call.base}: {plain[:400]}" if said else ""

    def facts(self) -> dict[str, Any]:
        """Return the Store Instances Response module in the DICOM JSON model (Table I.2-1)."""
        stored = [self._stored(outcome) for outcome in self.outcomes if not outcome.failed]
        failed = [_failed(o) for o in self.outcomes if o.failed and o.sop_instance]
        other = [_reason(o) for o in self.outcomes if o.failed and not o.sop_instance]
        found: dict[str, Any] = {}
        if studies := {o.study for o in self.outcomes if o.study}:
            found["00081190"] = _text("UR", f"{self.call.base}/studies/{sorted(studies)[0]}")
        for tag, items in (("00081198", failed), ("00081199", stored), ("0008119A", other)):
            if items:
                found[tag] = {"vr": "SQ", "Value": items}
        return found

    def _stored(self, outcome: Outcome) -> dict[str, Any]:
        place = f"studies/{outcome.study}/series/{outcome.series}/instances/{outcome.sop_instance}"
        item = {**_what(outcome), "00081190": _text("UR", f"{self.call.base}/{place}")}
        if outcome.status != dimse.SUCCESS:
            item["00081196"] = {"vr": "US", "Value": [outcome.status]}
        return item


def _what(outcome: Outcome) -> dict[str, Any]:
    return {
        "00081150": _text("UI", outcome.sop_class),
        "00081155": _text("UI", outcome.sop_instance),
    }


def _failed(outcome: Outcome) -> dict[str, Any]:
    return {**_what(outcome), **_reason(outcome)}


def _reason(outcome: Outcome) -> dict[str, Any]:
    return {"00081197": {"vr": "US", "Value": [outcome.status]}}


def _text(vr: str, value: str) -> dict[str, Any]:
    return {"vr": vr, "Value": [value]}
