"""The index read with SQL: SELECT and nothing else, no accounts, no endless query."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from simulator import index_sql
from simulator.errors import CannotError, UsageError


@pytest.fixture
def index(tmp_path: Path) -> Path:
    path = tmp_path / "index ?#.db"  # what a URI would take for something else
    with sqlite3.connect(path) as db:
        db.execute("CREATE TABLE studies (patient_id TEXT, modality TEXT)")
        db.executemany("INSERT INTO studies VALUES (?, 'CT')", [(f"M{n}",) for n in range(500)])
        db.execute("CREATE TABLE users (name TEXT, password TEXT)")
        db.execute("INSERT INTO users VALUES ('ana', 'secret')")
    return path


def test_a_select_is_answered(index: Path) -> None:
    rows = index_sql.query(index, "SELECT modality, count(*) AS n FROM studies GROUP BY modality")
    assert list(rows) == [{"modality": "CT", "n": 500}] and tuple(rows.columns) == ("modality", "n")
    assert len(index_sql.query(index, "SELECT * FROM studies")) == index_sql.MOST


def test_tables_are_listed_but_accounts_are_not(index: Path) -> None:
    assert [row["table"] for row in index_sql.tables(index)] == ["studies"]
    assert index_sql.tables(index)[0]["rows"] == 500


@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM studies",
        "UPDATE studies SET modality = 'MR'",
        "DROP TABLE studies",
        "PRAGMA query_only = OFF",
        "ATTACH DATABASE 'other.db' AS other",
        "SELECT password FROM users",
        "SELECT (SELECT group_concat(password) FROM users) FROM studies",
        "SELECT sql FROM sqlite_master",
        "SELECT load_extension('x')",
        "SELECT 1; DELETE FROM studies",
        "SELEKT 1",
        "",
    ],
)
def test_everything_else_is_refused(index: Path, statement: str) -> None:
    before = index.read_bytes()
    if statement:
        with pytest.raises(UsageError, match="The index says"):
            index_sql.query(index, statement)
    else:
        assert not index_sql.query(index, statement)
    assert index.read_bytes() == before and not (index.parent / "other.db").exists()


def test_an_endless_query_is_stopped(index: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(index_sql, "SECONDS", 0.2)
    endless = "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n) SELECT max(x) FROM n"
    with pytest.raises(UsageError, match="longer than"):
        index_sql.query(index, endless)


def test_without_an_index_it_says_so(tmp_path: Path) -> None:
    with pytest.raises(CannotError, match="no SQLite index"):
        index_sql.query(tmp_path / "index.db", "SELECT 1")
