"""The result of a check, in the shape of contracts.md, able to show itself."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from typing import Any

from exercises.engine.checks import Verdict

_GREEN, _RED = "#1a7f37", "#b42318"


class Marks(dict[str, Any]):
    """id, seed, passed, score, parts and checks; prints as a list of goals."""

    def __str__(self) -> str:
        """A plain list for a terminal."""
        lines = [self._line(row) for row in self["checks"]]
        return "\n".join([*lines, self._summary()])

    __repr__ = __str__

    def _repr_html_(self) -> str:
        rows = "".join(
            f"<li style='color:{_GREEN if row['passed'] else _RED}'>{escape(self._line(row))}</li>"
            for row in self["checks"]
        )
        colour = _GREEN if self["passed"] else _RED
        summary = f"<p style='border-left:4px solid {colour};padding-left:.6em'>"
        return f"<ul style='list-style:none'>{rows}</ul>{summary}{escape(self._summary())}</p>"

    def _summary(self) -> str:
        parts = ", ".join(f"{name} {value}" for name, value in self["parts"].items())
        word = "Solved" if self["passed"] else "Not solved yet"
        return f"{word}: {self['score']} of 100 points ({parts})."

    @staticmethod
    def _line(row: dict[str, Any]) -> str:
        sign = "✔" if row["passed"] else "✘"
        if not row["message"]:
            return f"{sign} {row['goal']}"
        return f"{sign} {row['goal'].rstrip('.')}: {row['message']}"


def shared(total: int, shares: Sequence[int]) -> list[int]:
    """Share out whole points so that they add up to `total`."""
    whole = sum(shares) or 1
    made, given = [], 0
    for n in range(len(shares)):
        upto = round(total * sum(shares[: n + 1]) / whole)
        made.append(upto - given)
        given = upto
    return made


def rows(verdicts: Sequence[Verdict], total: int) -> list[dict[str, Any]]:
    """Return one row for each check, with its points."""
    points = shared(total, [verdict.share for verdict in verdicts])
    return [
        {"goal": v.goal, "points": worth, "passed": v.passed, "message": v.message}
        for v, worth in zip(verdicts, points, strict=True)
    ]
