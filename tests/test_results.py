"""Cells of CSV files: no spreadsheet reckons with them, and what was written comes back."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from simulator.commands.migrate import _write
from simulator.results import as_written, harmless

FORMULAS = ["=1+1", "+1", "-2", "@SUM(A1)", "\t=1", "\r=1", "'=1", "''-1"]


@pytest.mark.parametrize("text", [*FORMULAS, "", "'", "'quoted'", "O'NEILL^ANN", "5-3", "a=b"])
def test_what_is_made_harmless_comes_back(text: str) -> None:
    assert as_written(harmless(text)) == text
    assert (harmless(text) != text) == (text in FORMULAS)


def test_a_number_stays_a_number() -> None:
    assert harmless(-5) == -5


def test_a_migration_report_holds_no_formula(tmp_path: Path) -> None:
    row = {"study_uid": "1.2", "state": "=cmd|' /C calc'!A0", "missing": ["1.2.3", "1.2.4"],
           "extra": []}  # fmt: skip
    _write(tmp_path / "report.csv", [row])
    with (tmp_path / "report.csv").open(newline="", encoding="utf-8") as file:
        (read,) = csv.DictReader(file)
    assert read["state"] == "'=cmd|' /C calc'!A0" and read["missing"] == "1.2.3 1.2.4"
