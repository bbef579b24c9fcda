"""How far a trainee has come in each domain of the outlines that exercises are tagged with.

The names of the domains are those of public outlines; how many points an exam gives them is not
said here, because it changes: ask the board that holds the exam.
"""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from exercises.engine import exercise as exercises
from exercises.engine.exercise import Exercise
from exercises.engine.progress import Progress
from simulator.config import build, read_toml
from simulator.results import Rows, harmless

FILE = Path(__file__).parent / "domains.toml"
COLUMNS = ("domain", "title", "solved", "of", "best", "minutes", "hints", "note")
_RUNS = ("exercise", "catalogue", "seed", "started", "seconds", "score", "passed", "hints", "ended")
_NO_LAB = "no lab can train this: reading and quiz items only"


@dataclass(frozen=True, kw_only=True)
class Domain:
    """One domain of an outline."""

    id: str
    title: str
    labs: bool = True


def domains() -> list[Domain]:
    """Return the domains in the order of the outlines."""
    return [build(Domain, table, str(FILE)) for table in read_toml(FILE)["domain"]]


def by_domain(folder: Path) -> Rows:
    """Return what was achieved in each domain: exercises solved, mean of the best scores."""
    records, (known, _) = Progress(folder).all(), exercises.readable()
    return Rows([_row(domain, known, records) for domain in domains()], COLUMNS)


def _row(domain: Domain, known: list[Exercise], records: dict[str, Any]) -> dict[str, Any]:
    there = [item for item in known if domain.id in item.tags]
    done = [records[item.id] for item in there if item.id in records]
    best = round(sum(record["best"] for record in done) / len(there)) if there else 0
    return {
        "domain": domain.id,
        "title": domain.title,
        "solved": sum(record["passed"] for record in done),
        "of": len(there),
        "best": best,
        "minutes": round(sum(record["seconds"] for record in done) / 60),
        "hints": sum(record["hints"] for record in done),
        "note": "" if domain.labs else _NO_LAB,
    }


def runs(folder: Path) -> Rows:
    """Return every run that has ended, the oldest first."""
    records = Progress(folder).all()
    groups = {item.id: " ".join(item.catalogue) for item in exercises.readable()[0]}
    found = [
        {"exercise": name, "catalogue": groups.get(name, ""), **run}
        for name, record in records.items()
        for run in record["runs"]
    ]
    return Rows(sorted(found, key=lambda run: str(run["started"])), _RUNS)


def as_csv(rows: Rows) -> str:
    """Return rows as CSV with a heading, for a spreadsheet."""
    out = io.StringIO()
    writer = csv.DictWriter(out, rows.columns, extrasaction="ignore", lineterminator="\r\n")
    writer.writeheader()
    writer.writerows({key: harmless(value) for key, value in row.items()} for row in rows)
    return out.getvalue()
