"""Every lesson: its frame, its thin cells, and that it runs on a hospital in any state."""

from __future__ import annotations

import ast
import re
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbclient import NotebookClient

from exercises.engine import exercise as exercises
from simulator import console
from simulator.client import Client

LESSONS = sorted((Path(__file__).parent.parent.parent / "notebooks").glob("*.ipynb"))
MAY_IMPORT = {"simulator", "exercises", "matplotlib"}
MOST_LINES = 10
SECTIONS = ("Exercises", "Try it from a terminal", "Quiz", "Key points")
TITLE = re.compile(r"# \d\d \S.*\n\n\*\*\d+ minutes\.\*\*")
each = pytest.mark.parametrize("path", LESSONS, ids=lambda path: path.stem)


def read(path: Path) -> Any:
    return nbformat.read(path, as_version=4)


def code(path: Path) -> list[str]:
    return [cell.source for cell in read(path).cells if cell.cell_type == "code"]


def prose(path: Path) -> str:
    return "\n\n".join(cell.source for cell in read(path).cells if cell.cell_type == "markdown")


def calls(path: Path, name: str) -> list[ast.Call]:
    """Return the calls of `console.NAME` in a lesson."""
    trees = [ast.parse(source) for source in code(path)]
    found = [node for tree in trees for node in ast.walk(tree) if isinstance(node, ast.Call)]
    return [node for node in found if ast.unparse(node.func) == f"console.{name}"]


def too_thick(source: str) -> list[str]:
    """Return what a code cell must not hold."""
    tree = ast.parse(source)
    found = ["too many lines"] if len(source.splitlines()) > MOST_LINES else []
    for node in ast.walk(tree):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Lambda)):
            found.append(f"defines something in line {node.lineno}")
        names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
        names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
        found += [f"imports {name}" for name in names if name.split(".")[0] not in MAY_IMPORT]
    return found


def test_there_are_lessons() -> None:
    assert "00-start-here" in [path.stem for path in LESSONS]


@each
def test_a_lesson_is_kept_clean(path: Path) -> None:
    lesson = read(path)
    nbformat.validate(lesson)
    assert lesson.metadata.kernelspec.name == "python3"
    assert "widgets" not in lesson.metadata
    for cell in lesson.cells:
        assert not cell.get("outputs") and not cell.get("execution_count")


@each
def test_code_cells_are_thin(path: Path) -> None:
    found = {source: too_thick(source) for source in code(path)}
    assert not {source: why for source, why in found.items() if why}
    assert "seat = connect()" in code(path)[0]


@pytest.mark.parametrize(
    "source", ["import socket", "def f():\n    pass", "x = 1\n" * 11, "from os import path"]
)
def test_a_thick_cell_is_found(source: str) -> None:
    assert too_thick(source)


@each
def test_a_lesson_has_its_frame(path: Path) -> None:
    text = prose(path)
    assert TITLE.match(text), "title, empty line, minutes"
    assert "**Questions**" in text and "**Objectives:**" in text
    headings = re.findall(r"^## (.+)$", text, re.MULTILINE)
    assert [name for name in SECTIONS if name in headings] == list(SECTIONS)
    assert 3 <= text.count("<details><summary>Answer</summary>") <= 5
    assert text.index("## Key points") > text.index("## Quiz")


@each
def test_a_lesson_has_exercises_that_exist_and_real_commands(path: Path) -> None:
    names = [ast.literal_eval(call.args[0]) for call in calls(path, "ticket")]
    assert names, "a lesson has at least one ticket"
    assert set(names) <= set(exercises.ids())
    lines = [ast.literal_eval(a) for call in calls(path, "terminal") for a in call.args]
    assert any(line.startswith("pacslab ") for line in lines)


@each
def test_the_commands_of_a_lesson_exist(path: Path) -> None:
    """Every `pacslab …` line of a lesson is understood: its verb, arguments and options."""
    import click
    from typer.main import get_command

    from simulator.cli import app

    lines = [ast.literal_eval(a) for call in calls(path, "terminal") for a in call.args]
    quoted = [*lines, *re.findall(r"`(pacslab [^`]+)`", prose(path))]
    for line in quoted:
        if line.startswith("pacslab "):
            understood(get_command(app), line, click.Context)


def understood(command: Any, line: str, context_class: Any) -> None:
    import shlex

    words = shlex.split(line)[1:]
    while hasattr(command, "commands"):
        if command.invoke_without_command and (not words or words[0].startswith("-")):
            break
        assert words and words[0] in command.commands, f"there is no '{line}'"
        command, words = command.commands[words[0]], words[1:]
    known = {name for parameter in command.params for name in parameter.opts}
    unknown = [word for word in words if word.startswith("--") and word not in known]
    assert not unknown, f"'{line}': no option {unknown}"


@each
@pytest.mark.timeout(300)
def test_a_lesson_runs(path: Path, running: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    """One after the other on one hospital, never reset: each must cope with what it finds."""
    monkeypatch.setenv("PACSLAB_SEAT", str(running.seat.folder))
    lesson = read(path)
    NotebookClient(lesson, timeout=120, kernel_name="python3").execute()
    state = lesson.metadata.widgets["application/vnd.jupyter.widget-state+json"]["state"]
    shown = [str(widget["state"].get("value", "")) for widget in state.values()]
    assert not [text for text in shown if "pl-say pl-bad" in text]
    assert any("pl-panel" in widget["state"].get("_dom_classes", []) for widget in state.values())


def test_every_panel_is_one_call() -> None:
    assert all(callable(getattr(console, name)) for name in console.__all__)


def test_every_exercise_is_offered_by_a_lesson() -> None:
    """With its complaint, level and minutes as they are now, where it stands in a table."""
    sources = [source for path in LESSONS for source in (*code(path), prose(path))]
    rows = {line for source in sources for line in source.splitlines() if line.startswith("| ")}
    for made in exercises.all():
        assert any(made.id in source for source in sources), f"no lesson offers {made.id}"
        row = f"| {made.title} | `{made.id}` | {made.level} | {made.minutes} |"
        assert row in rows or not any(f"`{made.id}` |" in line for line in rows), row
