"""What an exercise tells a trainee to type exists: commands and their options, in every text."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer.main

from exercises.engine.exercise import FOLDER, ids
from simulator.cli import app

COMMAND = re.compile(r"pacslab ((?:[a-z][\w-]* ?)+)([^:;()]*)")
OPTION = re.compile(r"(?<!\S)--[a-z-]+")
ROOT = typer.main.get_command(app)


def texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list):
        for part in value.values() if isinstance(value, dict) else value:
            yield from texts(part)


def wrong(text: str) -> Iterator[str]:
    """Yield what is named in a text and does not exist."""
    for found in COMMAND.finditer(text):
        node: Any = ROOT
        for word in found[1].split():
            node = getattr(node, "commands", {}).get(word) or node
        if hasattr(node, "commands") and not node.invoke_without_command:
            yield found[0]
        known = {name for option in node.params for name in option.opts + option.secondary_opts}
        said = OPTION.findall(found[2].partition(" pacslab ")[0])
        yield from (f"{option} in {found[0]}" for option in said if option not in known)


@pytest.mark.parametrize("name", ids())
def test_every_command_in_the_texts_exists(name: str) -> None:
    folder: Path = FOLDER / name
    facts = tomllib.loads((folder / "exercise.toml").read_text("utf-8"))
    said = [*texts(facts), (folder / "debrief.md").read_text("utf-8")]
    assert [mistake for text in said for mistake in wrong(text)] == []


@pytest.mark.parametrize(
    "text",
    [
        "Say 'pacslab archive storage list' first.",
        "Say 'pacslab archive study list --colour red' first.",
        "Look (pacslab fleet)",
    ],
)
def test_a_command_that_does_not_exist_is_found(text: str) -> None:
    assert list(wrong(text))
