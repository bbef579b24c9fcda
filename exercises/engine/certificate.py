"""A record of what was actually done on a seat: HTML to print, or PDF.

It certifies practice on simulated systems and nothing else: no board stands behind it.
"""

from __future__ import annotations

from dataclasses import dataclass
from html import escape
from pathlib import Path
from textwrap import wrap
from typing import Any

from exercises.engine import exercise as exercises
from exercises.engine.domains import by_domain
from exercises.engine.progress import Progress
from simulator.clock import real_now
from simulator.errors import RefusedError
from simulator.files import write_new
from simulator.imaging import pdf

TITLE = "PACS Lab: record of practice"
_WIDTH = 86  # characters of a line of the PDF
_STATEMENT = (
    "Each exercise was repaired on a running training PACS and marked on the repaired state. "
    "This is a record of practice, not a certification by any board."
)
_STYLE = (
    "body{font:15px/1.5 sans-serif;max-width:50em;margin:3em auto;color:#1a1a1a}"
    "table{border-collapse:collapse;width:100%}td,th{text-align:left;padding:.3em .6em;"
    "border-bottom:1px solid #bbb}h1{border-bottom:3px solid #1f5fa8}"
)


@dataclass(frozen=True, kw_only=True)
class Record:
    """What stands on the page."""

    trainee: str
    made: str  # date
    solved: tuple[dict[str, Any], ...]  # title, catalogue, best, minutes, hints, runs
    domains: tuple[dict[str, Any], ...]

    def html(self) -> str:
        """Return a page to print; every text is escaped."""
        columns = ("title", "catalogue", "best", "minutes", "hints", "runs")
        heads = ("exercise", "fault", "best score", "minutes", "hints", "attempts")
        areas = ("title", "solved", "of")
        return (
            f"<!doctype html><html lang='en'><meta charset='utf-8'><title>{TITLE}</title>"
            f"<style>{_STYLE}</style><h1>{TITLE}</h1><p><b>{escape(self.trainee)}</b>, "
            f"{self.made}</p><p>{_STATEMENT}</p>"
            f"<h2>Solved ({len(self.solved)})</h2>{_table(self.solved, columns, heads)}"
            f"<h2>By domain</h2>{_table(self.domains, areas, ('domain', 'solved', 'of'))}</html>"
        )

    def pdf(self) -> bytes:
        """Return the same as PDF, on as many pages as it takes."""
        lines = [f"{self.trainee}, {self.made}", "", *wrap(_STATEMENT, _WIDTH), ""]
        lines.append(f"Solved ({len(self.solved)}): best score, minutes, hints")
        for row in self.solved:
            marks = f"{row['best']} points, {row['minutes']} min, {row['hints']} hints"
            lines += [f"- {row['title']} ({row['catalogue']}): {marks}"[:_WIDTH]]
        lines += ["", "By domain: solved of those there are"]
        lines += [f"- {row['title']}: {row['solved']} of {row['of']}" for row in self.domains]
        return pdf.page(TITLE, lines)


def record(folder: Path, trainee: str) -> Record:
    """Return the record of a seat; raises RefusedError if nothing was solved yet."""
    records = Progress(folder).all()
    solved = tuple(
        _solved(item, records[item.id])
        for item in exercises.readable()[0]
        if records.get(item.id, {}).get("passed")
    )
    if not solved:
        raise RefusedError("Nothing was solved on this seat yet.", "Solve an exercise first.")
    domains = tuple(row for row in by_domain(folder) if row["of"])
    made = real_now().date().isoformat()
    return Record(trainee=trainee.strip() or "Trainee", made=made, solved=solved, domains=domains)


def write(folder: Path, trainee: str, to: Path) -> Path:
    """Write the record as HTML or PDF, by the name's end; a file that is there stays."""
    made = record(folder, trainee)
    if to.suffix.lower() not in (".html", ".pdf"):
        raise RefusedError(f"'{to.name}' is neither .html nor .pdf.", "Name it so.")
    data = made.pdf() if to.suffix.lower() == ".pdf" else made.html().encode()
    return write_new(to, data)


def _solved(item: exercises.Exercise, done: dict[str, Any]) -> dict[str, Any]:
    return {
        "title": item.title,
        "catalogue": " ".join(item.catalogue),
        "best": done["best"],
        "minutes": max(1, round(done["seconds"] / 60)),
        "hints": done["hints"],
        "runs": done["starts"],
    }


def _table(rows: tuple[dict[str, Any], ...], keys: tuple[str, ...], heads: tuple[str, ...]) -> str:
    head = "".join(f"<th>{name}</th>" for name in heads)
    body = "".join(
        "<tr>" + "".join(f"<td>{escape(str(row[key]))}</td>" for key in keys) + "</tr>"
        for row in rows
    )
    return f"<table><tr>{head}</tr>{body}</table>"
