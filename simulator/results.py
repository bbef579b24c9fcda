"""What calls give back, able to show itself: a table of rows, the outcome of an action.

Every value is escaped before it becomes HTML: names and descriptions come over the wire.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from html import escape
from typing import Any

_STYLE = "text-align:left;overflow-wrap:anywhere;min-width:4em"  # long UIDs leave room
_CELL = 60  # characters of a value shown in a table
_FORMULA = re.compile(r"'*[=+\-@\t\r]")  # how a cell begins that spreadsheets reckon with


class Rows(list[dict[str, Any]]):
    """A list of records that prints as a table."""

    def __init__(self, rows: Iterable[dict[str, Any]], columns: Sequence[str] = ()) -> None:
        """Show `columns`, in that order; all of the first record's keys by default."""
        super().__init__(rows)
        self.columns = list(columns) or (list(self[0]) if self else [])

    def __str__(self) -> str:
        """A plain table for a terminal."""
        if not self:
            return "(nothing)"
        cells = [self.columns, *([_short(row.get(c)) for c in self.columns] for row in self)]
        widths = [max(len(line[at]) for line in cells) for at in range(len(self.columns))]
        lines = ["  ".join(c.ljust(w) for c, w in zip(line, widths, strict=True)) for line in cells]
        return "\n".join(line.rstrip() for line in lines)

    __repr__ = __str__

    def _repr_html_(self) -> str:
        if not self:
            return "<p><i>nothing</i></p>"
        head = "".join(f"<th style='text-align:left'>{escape(c)}</th>" for c in self.columns)
        body = "".join(
            "<tr>"
            + "".join(
                f"<td style='{_STYLE}'>{escape(_short(row.get(c)))}</td>" for c in self.columns
            )
            + "</tr>"
            for row in self
        )
        table = f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"
        return f"<div style='max-height:420px;overflow:auto'>{table}</div>"

    def one(self, **wanted: Any) -> dict[str, Any]:
        """Return the one record with these values; raises LookupError if there is not just one."""
        found = [row for row in self if all(row.get(k) == v for k, v in wanted.items())]
        if len(found) != 1:
            raise LookupError(f"{len(found)} records have {wanted}, not one")
        return found[0]


class Lacking(Rows):
    """No rows, because the archive has nothing of the kind: it shows the line that says so."""

    def __init__(self, line: str) -> None:
        """Show `line` instead of a table."""
        super().__init__([])
        self.line = line

    def __str__(self) -> str:
        """The line."""
        return self.line

    __repr__ = __str__

    def _repr_html_(self) -> str:
        return f"<p><i>{escape(self.line)}</i></p>"


def _short(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, (list, tuple)):
        value = ", ".join(map(str, value))
    text = "".join(c if c.isprintable() else "�" for c in str(value))
    return text if len(text) <= _CELL else text[: _CELL - 1] + "…"


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """How an action ended: `ok`, or who is to blame and why."""

    ok: bool
    what: str = ""
    kind: str = ""  # we erred | the peer refused | nobody answered
    error: str = ""
    remedy: str = ""
    facts: dict[str, Any] = field(default_factory=dict)

    @classmethod
    def of(cls, what: str, answer: dict[str, Any]) -> Outcome:
        """Make an outcome of a service's answer."""
        known = {key: answer.get(key) or "" for key in ("kind", "error", "remedy")}
        rest = {k: v for k, v in answer.items() if k not in ("ok", *known)}
        return cls(ok=bool(answer["ok"]), what=what, facts=rest, **known)

    def __bool__(self) -> bool:
        """Whether it worked."""
        return self.ok

    def __str__(self) -> str:
        """One line: what was done, what came back, what to do."""
        if self.ok:
            return f"✔ {self.what}"
        return f"✘ {self.what}: {self.kind}. {self.error} {self.remedy}".rstrip()

    def _repr_html_(self) -> str:
        colour = "#1a7f37" if self.ok else "#b42318"
        return (
            f"<p style='border-left:4px solid {colour};padding-left:.6em'>{escape(str(self))}</p>"
        )


def harmless(value: Any) -> Any:
    """Return a value for a cell of a CSV file that no spreadsheet takes for a formula."""
    return f"'{value}" if isinstance(value, str) and _FORMULA.match(value) else value


def as_written(cell: str) -> str:
    """Return what `harmless` was given."""
    return cell[1:] if cell.startswith("'") and _FORMULA.match(cell) else cell
