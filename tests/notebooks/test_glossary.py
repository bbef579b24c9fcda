"""The glossary: sorted, true of the lessons it names, and within reach of each of them."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.notebooks.test_lessons import LESSONS, each, prose

GLOSSARY = LESSONS[0].parent / "glossary.md"
ENTRY = re.compile(r"- \*\*(.+?)\*\*: (.+) \(\[(\d\d)\]\((\S+\.ipynb)\)\)")
LINES = [line for line in GLOSSARY.read_text("utf-8").splitlines() if line.startswith("- ")]


def test_entries_are_sorted_and_each_is_there_once() -> None:
    terms = [line.split("**")[1].casefold() for line in LINES]
    assert len(terms) > 50 and terms == sorted(set(terms))


@pytest.mark.parametrize("line", LINES, ids=lambda line: line.split("**")[1])
def test_the_named_lesson_has_the_term(line: str) -> None:
    entry = ENTRY.fullmatch(line)
    assert entry, "a term, its meaning, one lesson"
    term, _, number, name = entry.groups()
    assert name.startswith(f"{number}-") and (GLOSSARY.parent / name).is_file()
    found = re.search(rf"(?<!\w){re.escape(term)}s?(?!\w)", prose(GLOSSARY.parent / name), re.I)
    assert found, f"lesson {number} does not say '{term}'"


@each
def test_a_lesson_links_to_the_glossary(path: Path) -> None:
    assert prose(path).count("[glossary](glossary.md)") == 1
