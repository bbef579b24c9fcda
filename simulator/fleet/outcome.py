"""How an attempt on the network ended, as facts: a failure is an answer, not an HTTP error."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from simulator.errors import NetworkError


def failure(error: NetworkError) -> dict[str, Any]:
    """Say who erred, in words and numbers."""
    facts: dict[str, Any] = {
        "ok": False,
        "kind": error.kind,
        "class": type(error).__name__,
        "error": error.sentence,
        "remedy": error.remedy,
    }
    triple, status = getattr(error, "triple", None), getattr(error, "status", None)
    if triple is not None:
        facts["triple"] = "/".join(map(str, triple))
    if status is not None:
        facts["status"] = f"0x{status:04X}"
    return facts


def attempt(work: Callable[[], dict[str, Any] | None]) -> dict[str, Any]:
    """Return what `work` gives with "ok": true, or how it failed with "ok": false."""
    try:
        return {"ok": True, **(work() or {})}
    except NetworkError as error:
        return failure(error)


@dataclass(frozen=True, kw_only=True)
class Performed:
    """How an exam went: what was made, what was delivered, and what went wrong."""

    device: str
    accession: str
    study_uid: str
    pps_uid: str
    images: int
    sent: int
    bytes: int  # of the data sets sent
    queued: int
    reported: bool  # whether the RIS has both MPPS messages
    error: NetworkError | None = None

    def facts(self) -> dict[str, Any]:
        """Return the outcome as JSON holds it; `ok` says that nothing is owed any more."""
        said = {key: value for key, value in vars(self).items() if key != "error"}
        return {**said, **(failure(self.error) if self.error else {"ok": True})}
