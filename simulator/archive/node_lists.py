"""The node table as a file: CSV, TOML or JSON, out and in; all of a list is entered, or nothing."""

from __future__ import annotations

import csv
import io
import json
import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields
from typing import Any

from simulator.archive.csv_lines import read_lines
from simulator.archive.nodes import LIMITS, Node, Nodes, make
from simulator.archive.uid_lists import names
from simulator.errors import UsageError
from simulator.results import as_written, harmless

FORMATS = {"csv": "text/csv", "toml": "application/toml", "json": "application/json"}
_REQUIRED = ("ae", "host", "port")
_ALL = tuple(field.name for field in fields(Node))
_LISTS = ("rights", *LIMITS)
_MAY_BE_EMPTY = ("description", *_LISTS)
_NEW = {"rights": ["echo"]}  # a list that says nothing of rights gives none away
_FLAGS = {"true": True, "yes": True, "false": False, "no": False}


@dataclass(frozen=True, kw_only=True)
class Read:
    """One line of a list, or one entry: where it stands, what it says or what is wrong with it."""

    number: int
    facts: dict[str, Any]
    problem: str = ""


def written(nodes: Sequence[Node], form: str) -> str:
    """Return nodes as a file; raises UsageError for an unknown form."""
    rows = [{**node.facts(), **{key: names(getattr(node, key)) for key in LIMITS}}
            for node in nodes]  # fmt: skip
    if form == "csv":
        return _as_csv(rows)
    if form == "toml":
        return "\n".join(f"[[nodes]]\n{_toml(row)}" for row in rows)
    if form == "json":
        return json.dumps({"nodes": rows}, indent=2) + "\n"
    raise UsageError(f"There is no form '{form}'.", f"There are: {', '.join(FORMATS)}.")


def load(nodes: Nodes, text: str, *, dry_run: bool) -> dict[str, Any]:
    """Enter a list's nodes, over those of the same title, or say what would become of each line.

    Returns the report, with what was `changed`: pairs of the node before (or None) and after.
    """
    report: list[dict[str, Any]] = []
    good: dict[str, Node] = {}
    seen: set[str] = set()
    for read in _entries(text):
        made, what = _checked(nodes, read, seen)
        title = str(read.facts.get("ae", ""))[:16]
        report.append({"line": read.number, "ae": title, "ok": made is not None, "what": what})
        if made is not None and made != nodes.find(made.ae):
            good[made.ae] = made
    bad = sum(not row["ok"] for row in report)
    changes = [(nodes.find(ae), node) for ae, node in good.items()]
    applied = not dry_run and not bad
    if applied and good:
        nodes.put_all(list(good.values()))
    return {"applied": applied, "good": len(report) - bad, "bad": bad, "lines": report,
            "changes": changes if applied else []}  # fmt: skip


def _checked(nodes: Nodes, read: Read, seen: set[str]) -> tuple[Node | None, str]:
    if read.problem:
        return None, read.problem
    old = nodes.find(read.facts["ae"]) if isinstance(read.facts["ae"], str) else None
    try:
        made = make({**(old.facts() if old else _NEW), **read.facts})
    except UsageError as error:
        return None, f"{error.sentence} {error.remedy}"
    if made.ae in seen:
        return None, f"'{made.ae}' stands in the list twice"
    seen.add(made.ae)
    if old is None:
        return made, "new"
    before, after = old.facts(), made.facts()
    different = [key for key in _ALL if before[key] != after[key]]
    return made, f"changed: {', '.join(different)}" if different else "as it is"


def _entries(text: str) -> Iterator[Read]:
    start = text.removeprefix("\ufeff").lstrip()
    if start and start[0] in "{[#":  # no heading of a CSV begins so
        yield from _tables(start)
        return
    for line in read_lines(text, _REQUIRED, [key for key in _ALL if key not in _REQUIRED]):
        cells = {key: cell for key, cell in line.values.items() if cell or key in _MAY_BE_EMPTY}
        facts = {key: _cell(key, as_written(cell)) for key, cell in cells.items()}
        yield Read(number=line.number, facts=facts, problem=line.problem)


def _cell(key: str, cell: str) -> Any:
    if key in _LISTS:
        return cell.replace("|", " ").split()
    return _FLAGS.get(cell.lower(), cell) if key in ("tls", "ian") else cell


def _tables(text: str) -> Iterator[Read]:
    """Read TOML or JSON: a table `nodes`, or in JSON the list alone."""
    try:
        is_json = text.startswith("{") or text[1:].lstrip().startswith("{")
        whole = json.loads(text) if is_json else tomllib.loads(text)
    except (ValueError, RecursionError) as error:
        raise UsageError(f"The list cannot be read: {error}.", "Write CSV, TOML or JSON.") from None
    rows = whole.get("nodes") if isinstance(whole, dict) else whole
    if not isinstance(rows, list) or (isinstance(whole, dict) and set(whole) != {"nodes"}):
        raise UsageError("The list has no 'nodes'.", "Export the table to see its form.")
    for number, row in enumerate(rows, 1):
        problem = "" if isinstance(row, dict) else "is no node"
        if not problem and (missing := [key for key in _REQUIRED if key not in row]):
            problem = f"lacks '{missing[0]}'"
        yield Read(number=number, facts=row if isinstance(row, dict) else {}, problem=problem)


def _as_csv(rows: Sequence[dict[str, Any]]) -> str:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(_ALL)
    for row in rows:
        writer.writerow([_written_cell(row[key]) for key in _ALL])
    return out.getvalue()


def _written_cell(value: Any) -> str:
    if isinstance(value, list):
        return str(harmless("|".join(value)))
    return str(value).lower() if isinstance(value, bool) else str(harmless(str(value)))


def _toml(row: dict[str, Any]) -> str:
    # JSON's texts, numbers, truth values and lists of texts are TOML's, too.
    return "".join(f"{key} = {json.dumps(row[key])}\n" for key in _ALL)
