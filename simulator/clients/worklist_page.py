"""The worklist on paper, for a downtime: one page a station, with room for what is done by hand."""

from __future__ import annotations

from collections.abc import Callable
from html import escape
from itertools import groupby
from pathlib import Path
from typing import Any

from simulator.errors import CannotError, UsageError
from simulator.files import write_atomically
from simulator.imaging import pdf

Form = Callable[[list[dict[str, Any]], str], str | bytes]
_COLUMNS = {
    "scheduled": "time", "patient_name": "patient", "patient_id": "patient ID",
    "birth_date": "born", "sex": "sex", "accession": "accession number",
    "description": "procedure", "priority": "priority", "indication": "indication",
}  # fmt: skip
_BY_HAND = ("begun", "ended", "images", "by")
_STYLE = (
    "body{font:11px sans-serif} table{border-collapse:collapse;width:100%} "
    "td,th{border:1px solid #444;padding:3px 5px;text-align:left;height:22px} "
    "section{page-break-after:always} h2{margin:6px 0}"
)


def write(path: Path, rows: list[dict[str, Any]], at: str) -> int:
    """Write the worklist as it stood at hospital time `at`; returns how many entries it has.

    The name says the form: .html, .pdf or .txt. Raises UsageError and CannotError.
    """
    forms: dict[str, Form] = {".html": html, ".txt": text, ".pdf": document}
    form = forms.get(path.suffix.lower())
    if form is None:
        raise UsageError(f"{path.name} is no page.", "Name it .html, .pdf or .txt.")
    ordered = sorted(rows, key=lambda row: (row["station_ae"], row["scheduled"]))
    made = form(ordered, at)
    try:
        write_atomically(path, made.encode() if isinstance(made, str) else made)
    except OSError as error:
        raise CannotError(f"{path} cannot be written: {error}.") from error
    return len(ordered)


def html(rows: list[dict[str, Any]], at: str) -> str:
    """Return a page that a browser prints."""
    head = "".join(f"<th>{name}</th>" for name in (*_COLUMNS.values(), *_BY_HAND))
    parts = []
    for station, entries in groupby(rows, lambda row: row["station_ae"]):
        lines = "".join(f"<tr>{_cells(row)}</tr>" for row in entries)
        parts.append(
            f"<section><h2>Worklist of {escape(station)}, as of {escape(_moment(at))}</h2>"
            f"<table><tr>{head}</tr>{lines}</table></section>"
        )
    body = "".join(parts) or f"<p>The worklist was empty at {escape(_moment(at))}.</p>"
    title = "Downtime worklist"
    return (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{title}</title>'
        f"<style>{_STYLE}</style></head><body>{body}"
        "<p>Training only: all patients are invented.</p></body></html>\n"
    )


def text(rows: list[dict[str, Any]], at: str) -> str:
    """Return a plain text."""
    parts = [f"Downtime worklist, as of {_moment(at)}\n"]
    for station, entries in groupby(rows, lambda row: row["station_ae"]):
        parts.append(f"\n{station}\n")
        for row in entries:
            parts.append("  " + " | ".join(_value(row, key) for key in _COLUMNS) + "\n")
            parts.append("  " + "   ".join(f"{name} ________" for name in _BY_HAND) + "\n")
    return "".join(parts)


def document(rows: list[dict[str, Any]], at: str) -> bytes:
    """Return a PDF; letters outside Latin-1 become '?'."""
    title, *lines = text(rows, at).splitlines()
    return pdf.page(title, [line[:95] for line in lines])


def _cells(row: dict[str, Any]) -> str:
    cells = "".join(f"<td>{escape(_value(row, key))}</td>" for key in _COLUMNS)
    return cells + "<td></td>" * len(_BY_HAND)


def _value(row: dict[str, Any], key: str) -> str:
    value = str(row.get(key) or "")
    if key == "scheduled":
        value = _moment(value)
    if key == "patient_name":
        value = value.replace("^", " ").strip()
    return "".join(one if one.isprintable() else " " for one in value)


def _moment(at: str) -> str:
    return at[:16].replace("T", " ")
