"""The course plans: their minutes add up, and are those of lessons and exercises that exist."""

from __future__ import annotations

import itertools
import re
from typing import NamedTuple

import pytest

from exercises.engine import exercise as exercises
from tests.notebooks.test_lessons import LESSONS, prose

PLANS = (LESSONS[0].parent.parent / "docs" / "courses.md").read_text("utf-8")
ROW = re.compile(r"^\| (\d\d):(\d\d) \| (\d+) \| (.+) \|$", re.MULTILINE)
SPARE = 10  # minutes a plan may give beyond what a lesson or exercise says


class Row(NamedTuple):
    """One line of a plan: when it begins, how long it takes, what it is."""

    start: int
    minutes: int
    what: str


def plans() -> dict[str, tuple[int, list[Row]]]:
    """Return each plan's promised minutes and its rows, by title."""
    found = {}
    for part in PLANS.split("\n## ")[1:]:
        said = re.search(r"\*\*(\d+) minutes\*\*", part)
        assert said, "a plan says how long it is"
        rows = [Row(60 * int(h) + int(m), int(n), what) for h, m, n, what in ROW.findall(part)]
        found[part.splitlines()[0]] = (int(said[1]), rows)
    return found


ROWS = [row for _, rows in plans().values() for row in rows]


def own_minutes(what: str) -> int | None:
    """Return the minutes that the lesson or exercise of a row says of itself; None for neither."""
    if lesson := re.match(r"\[(\S+)\]\(\.\./notebooks/(\S+)\)", what):
        path = LESSONS[0].parent / lesson[2]
        assert lesson[1] == lesson[2] and path in LESSONS, f"there is no lesson {lesson[2]}"
        said = re.search(r"\*\*(\d+) minutes\.\*\*", prose(path))
        return int(said[1]) if said else None
    ticket = re.match(r"Ticket `(\S+)`", what)
    return exercises.load(ticket[1]).minutes if ticket else None


@pytest.mark.parametrize("title", plans())
def test_a_plan_has_no_gap_and_adds_up(title: str) -> None:
    promised, rows = plans()[title]
    assert sum(row.minutes for row in rows) == promised
    for before, after in itertools.pairwise(rows):
        assert after.start == before.start + before.minutes, after.what


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row.start}-{row.what[:30]}")
def test_a_row_gives_what_the_lesson_or_exercise_needs(row: Row) -> None:
    own = own_minutes(row.what)
    assert own is None or own <= row.minutes <= own + SPARE


def test_lessons_and_exercises_are_planned_for() -> None:
    assert sum(own_minutes(row.what) is not None for row in ROWS) > len(ROWS) // 2
