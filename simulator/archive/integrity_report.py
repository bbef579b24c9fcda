"""What a check of index and files found and repaired."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any

from simulator.archive.index import Location

MOST = 1000  # findings of a kind that a report lists


@dataclass(frozen=True, kw_only=True)
class Finding:
    """One instance that something is wrong with."""

    digest: str
    what: str
    sop_uid: str = ""
    study_uid: str = ""

    @classmethod
    def of(cls, location: Location, what: str) -> Finding:
        """Return what is wrong with a known instance."""
        return cls(
            digest=location.digest, what=what, sop_uid=location.sop_uid,
            study_uid=location.study_uid,
        )  # fmt: skip


@dataclass(kw_only=True)
class Report:
    """One check: when, of how much, and what came of it."""

    began: str  # hospital time
    crashed: bool = False  # the archive was not stopped in order before
    files: int = 0
    seconds: float = 0.0
    half_written: int = 0
    removed: int = 0
    filed_again: list[Finding] = field(default_factory=list)
    quarantined: list[Finding] = field(default_factory=list)
    missing: list[Finding] = field(default_factory=list)
    damaged: list[Finding] = field(default_factory=list)

    @property
    def repaired(self) -> bool:
        """Whether a person should know of it."""
        return bool(self.filed_again or self.quarantined or self.missing or self.damaged)

    def counts(self) -> dict[str, Any]:
        """Return how many there are of each finding."""
        return {
            "files": self.files, "half_written": self.half_written, "removed": self.removed,
            "filed_again": len(self.filed_again), "quarantined": len(self.quarantined),
            "missing": len(self.missing), "damaged": len(self.damaged),
        }  # fmt: skip

    @property
    def said(self) -> str:
        """One sentence; empty if there is nothing to say."""
        words = {
            "half_written": "half-written files removed",
            "removed": "files nobody needs removed",
            "filed_again": "files without a row filed again",
            "quarantined": "broken files put into quarantine",
            "missing": "instances without their file",
            "damaged": "instances with a damaged file",
        }
        counts = self.counts()
        return ", ".join(f"{text}: {counts[key]}" for key, text in words.items() if counts[key])

    def facts(self) -> dict[str, Any]:
        """Return it as JSON can hold it."""
        lists = ("filed_again", "quarantined", "missing", "damaged")
        findings = {key: [asdict(one) for one in getattr(self, key)[:MOST]] for key in lists}
        return {
            "began": self.began, "crashed": self.crashed, "seconds": self.seconds,
            "repaired": self.repaired, "said": self.said, "counts": self.counts(), **findings,
        }  # fmt: skip
