"""One owner of a database: works that share a commit, and what happens where one of them fails."""

from __future__ import annotations

import sqlite3
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Column, Connection, Integer, MetaData, String, Table, event, select

from simulator.database import Database
from simulator.errors import CannotError, UsageError

metadata = MetaData()
words = Table(
    "words",
    metadata,
    Column("pk", Integer, primary_key=True),
    Column("word", String, nullable=False, unique=True),
)


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    made = Database(tmp_path / "words.db", metadata)
    yield made
    made.close()


def enter(word: str, db: Connection) -> str:
    db.execute(words.insert().values(word=word))
    return word


def written(database: Database) -> list[str]:
    with database.read() as db:
        return list(db.execute(select(words.c.word).order_by(words.c.pk)).scalars())


def commits(database: Database) -> list[str]:
    """Count from now on: one entry for each commit."""
    found: list[str] = []
    event.listen(database._engine, "commit", lambda connection: found.append("commit"))
    return found


def at_once(database: Database, works: list[Any]) -> list[Any]:
    """Let the works come while somebody writes, so that they wait together; return what came."""
    came: list[Any] = [None] * len(works)

    def come(number: int) -> None:
        try:
            came[number] = database.together(works[number])
        except Exception as error:
            came[number] = error

    threads = [threading.Thread(target=come, args=[number]) for number in range(len(works))]
    with database.write():
        for thread in threads:
            thread.start()
        deadline = time.monotonic() + 5
        while len(database._works) < len(works) and time.monotonic() < deadline:
            time.sleep(0.001)
    for thread in threads:
        thread.join(10)
    return came


def test_a_single_work_is_durable_when_it_returns(database: Database, tmp_path: Path) -> None:
    assert database.together(lambda db: enter("one", db)) == "one"
    with sqlite3.connect(tmp_path / "words.db") as other:
        assert other.execute("SELECT word FROM words").fetchall() == [("one",)]
    other.close()


def test_works_that_wait_share_one_commit(database: Database) -> None:
    found = commits(database)
    names = [f"w{number}" for number in range(8)]
    came = at_once(database, [lambda db, name=name: enter(name, db) for name in names])
    assert came == names
    assert sorted(written(database)) == names
    assert len(found) == 2  # whom they waited for, and all of them


def test_nobody_hears_of_it_before_the_commit(database: Database) -> None:
    heard: list[str] = []
    event.listen(database._engine, "commit", lambda connection: heard.append("commit"))
    came = at_once(database, [lambda db: enter("a", db), lambda db: enter("b", db)])
    heard.extend(came)
    assert heard == ["commit", "commit", "a", "b"]


def test_one_that_fails_spoils_nobody_elses(database: Database) -> None:
    database.together(lambda db: enter("there", db))
    works = [lambda db, name=name: enter(name, db) for name in ("a", "there", "b")]
    came = at_once(database, works)
    assert [came[0], came[2]] == ["a", "b"]
    assert "UNIQUE" in str(came[1])
    assert written(database) == ["there", "a", "b"]


def test_a_work_inside_a_block_is_part_of_it(database: Database) -> None:
    with pytest.raises(RuntimeError, match="not yet"), database.write():
        database.together(lambda db: enter("one", db))
        raise RuntimeError("not yet")
    assert written(database) == []
    assert database.together(lambda db: enter("two", db)) == "two"


def test_blocks_of_many_threads_do_not_meet(database: Database) -> None:
    def work(number: int) -> None:
        for count in range(20):
            with database.write() as db:
                enter(f"{number}-{count}", db)
            database.together(lambda db, count=count: enter(f"{number}+{count}", db))  # type: ignore[misc]

    threads = [threading.Thread(target=work, args=[number]) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(written(database)) == 240


def test_a_change_of_tables_can_be_taken_back(database: Database) -> None:
    """Python's own sqlite3 would not begin a transaction for it."""
    with pytest.raises(RuntimeError), database.write() as db:
        db.exec_driver_sql("CREATE TABLE more (pk INTEGER)")
        raise RuntimeError
    with database.read() as db:
        assert not db.exec_driver_sql("SELECT * FROM sqlite_master WHERE name = 'more'").all()


def test_saved_and_restored(database: Database, tmp_path: Path) -> None:
    database.together(lambda db: enter("one", db))
    database.backup(tmp_path / "saved.db")
    database.together(lambda db: enter("two", db))
    assert database.saved_values(tmp_path / "saved.db", words.c.word) == {"one"}
    database.restore(tmp_path / "saved.db")
    assert written(database) == ["one"]
    assert database.together(lambda db: enter("two", db)) == "two"


def test_columns_are_added_where_there_is_no_history(tmp_path: Path) -> None:
    path = tmp_path / "old.db"
    with sqlite3.connect(path) as old:
        old.execute("CREATE TABLE words (pk INTEGER PRIMARY KEY)")
    old.close()
    newer = MetaData()
    word = Column("word", String, nullable=False, server_default="none")
    Table("words", newer, Column("pk", Integer, primary_key=True), word)
    database = Database(path, newer)
    with database.write() as db:
        db.exec_driver_sql("INSERT INTO words (pk) VALUES (1)")
    assert written(database) == ["none"]
    database.close()


def test_what_is_no_database_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "words.db").write_text("this is a letter to my aunt, not a database" * 100)
    with pytest.raises(CannotError, match=r"words.db cannot be opened: .*not a database"):
        Database(tmp_path / "words.db", metadata)
    (tmp_path / "file").touch()
    with pytest.raises(CannotError, match="cannot be opened"):
        Database(tmp_path / "file" / "words.db", metadata)


def test_a_url_of_another_make_is_refused() -> None:
    with pytest.raises(UsageError, match="no PostgreSQL URL"):
        Database("mysql://host/name", metadata)
