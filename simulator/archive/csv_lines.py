"""CSV that people send: every line is read or reported with its number, none is guessed."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass, field

from simulator.errors import UsageError

_MOST = 20_000  # lines


@dataclass(frozen=True, kw_only=True)
class Line:
    """One line: its number in the file, its values, and what is wrong with it."""

    number: int
    values: dict[str, str] = field(default_factory=dict)
    problem: str = ""


def read_lines(text: str, required: Sequence[str], optional: Sequence[str] = ()) -> list[Line]:
    """Return every line but the heading; raises UsageError if the heading is wrong."""
    text = text.removeprefix("\ufeff")
    reader = csv.reader(io.StringIO(text), delimiter=_delimiter(text))
    heads = [head.strip().lower() for head in next(reader, [])]
    _check_heads(heads, required, optional)
    found = []
    try:
        for cells in reader:
            if any(cell.strip() for cell in cells):
                found.append(_line(reader.line_num, heads, cells, required))
            if len(found) > _MOST:
                raise UsageError(f"The list has more than {_MOST} lines.", "Split it.")
    except csv.Error as error:
        problem = f"cannot be read: {error}"
        found.append(Line(number=reader.line_num, problem=problem))
    return found


def _delimiter(text: str) -> str:
    """Return what separates the cells: spreadsheets of some countries write semicolons."""
    head = text.partition("\n")[0]
    return ";" if head.count(";") > head.count(",") else ","


def _check_heads(heads: list[str], required: Sequence[str], optional: Sequence[str]) -> None:
    known = [*required, *optional]
    missing = [name for name in required if name not in heads]
    strange = [head for head in heads if head not in known]
    if missing or strange or len(set(heads)) < len(heads):
        why = f"lacks '{missing[0]}'" if missing else f"has an unknown '{(strange or heads)[0]}'"
        raise UsageError(
            f"The list's heading {why}.", f"Columns: {', '.join(required)}; may be: "
            f"{', '.join(optional)}."
        )  # fmt: skip


def _line(number: int, heads: list[str], cells: list[str], required: Sequence[str]) -> Line:
    if len(cells) != len(heads):
        problem = f"has {len(cells)} cells, the heading {len(heads)}"
        return Line(number=number, problem=problem)
    values = {head: cell.strip() for head, cell in zip(heads, cells, strict=True)}
    empty = [name for name in required if not values[name]]
    return Line(number=number, values=values, problem=f"'{empty[0]}' is empty" if empty else "")
