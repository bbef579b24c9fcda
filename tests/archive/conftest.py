"""A running archive for each test that asks for one, and the databases its index may be in."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.archive.support import Lab
from tests.archive.support import lab as run_lab
from tests.postgres import Postgres
from tests.postgres import postgres as run_postgres

# What says something about SQL runs on both kinds of database; the others run on SQLite.
BOTH = {
    *("test_index", "test_store", "test_reconcile", "test_mpps", "test_users"),
    *("test_nodes", "test_orders", "test_owed", "test_postgres", "test_migrations"),
    *("test_tiers", "test_narrowing"),
}


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Let a test that needs a place for an index run once for each kind there is."""
    if "place" in metafunc.fixturenames:
        kinds = ["sqlite"]
        if metafunc.module.__name__.rpartition(".")[2] in BOTH:
            kinds.append("postgresql")
        metafunc.parametrize("place", kinds, indirect=True)


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """Run one PostgreSQL for all tests of a session."""
    with run_postgres() as server:
        yield server


@pytest.fixture
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Path | str:
    """Give where an index can be: a file's path or the URL of an empty database."""
    if request.param == "sqlite":
        return tmp_path / "index.db"
    server: Postgres = request.getfixturevalue("postgres")
    return server.emptied()


@pytest.fixture
def lab(tmp_path: Path, place: Path | str) -> Iterator[Lab]:
    """Run an empty archive that knows CT1 and WS1."""
    with run_lab(tmp_path, database=place if isinstance(place, str) else "") as made:
        made.archive.integrity.wait()  # it would clear away what a test wants to count
        yield made
