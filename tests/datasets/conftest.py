"""Data sets made once a session, by the command."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from simulator.cli import run

Built = Callable[[str], Path]


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> Built:
    """Return a function that gives the folder of a data set."""
    done: dict[str, Path] = {}

    def build(name: str) -> Path:
        if name not in done:
            done[name] = tmp_path_factory.mktemp("data") / name
            assert run(["dataset", "build", name, "--out", str(done[name]), "--json"]) == 0
        return done[name]

    return build
