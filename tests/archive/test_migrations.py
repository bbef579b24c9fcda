"""The history of the index's tables: it leads to what the code has, forwards and back, from any."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata, produce_migrations, render_python_code
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, inspect, text

import simulator.archive.archive  # noqa: F401  (every table of the index is known then)
from simulator.archive import tables as t
from simulator.archive.index import Index
from simulator.archive.migrations import FOLDER
from simulator.database import Database, history, schema
from simulator.database.kinds import kind_of
from simulator.errors import CannotError
from tests.archive.support import study
from tests.archive.test_index import file

REVISIONS = schema.revisions(FOLDER)


@contextmanager
def moved(place: Path | str, to: str, since: str) -> Iterator[None]:
    """Take a database to a revision, as alembic alone does it."""
    engine = kind_of(place).engine(t.metadata)
    with engine.connect().execution_options(writing=True) as db:
        schema.move(db, t.metadata, FOLDER, to, since=since)
    engine.dispose()
    yield


def at_first(place: Path | str) -> None:
    """Make the tables of the first release, which marked no revision, with something in them."""
    with moved(place, schema.FIRST, since=""):
        engine = kind_of(place).engine(t.metadata)
    with engine.connect().execution_options(writing=True) as db, db.begin():
        db.execute(text("DROP TABLE alembic_version"))
        db.execute(text("INSERT INTO roles VALUES ('reader', 'reads', '[]')"))
        db.execute(
            text(
                "INSERT INTO users (name, full_name, department, role, status, password, failures,"
                " created, last_login, note, must_change) VALUES"
                " ('anna', 'Anna', 'CT', 'reader', 'active', '', 0, '', '', '', :no)"
            ),
            {"no": False},
        )
    engine.dispose()


def opened(place: Path | str) -> Database:
    return Database(place, t.metadata, FOLDER)


def rows(database: Database, statement: str) -> list[Any]:
    with database.read() as db:
        return [tuple(row) for row in db.execute(text(statement))]


def differences(db: Connection) -> str:
    """Return what a revision would have to do so that the tables are those of the code."""
    context = MigrationContext.configure(db, opts={"compare_type": True})
    if not compare_metadata(context, t.metadata):
        return ""
    return render_python_code(produce_migrations(context, t.metadata).upgrade_ops)  # type: ignore[arg-type]


def test_the_files_are_the_revisions_alembic_sees() -> None:
    found = [script.revision for script in ScriptDirectory(str(FOLDER)).walk_revisions()]
    assert found[::-1] == REVISIONS and REVISIONS[0] == schema.FIRST


def test_the_history_leads_to_the_tables_of_the_code(place: Path | str) -> None:
    with moved(place, REVISIONS[-1], since=""):
        database = opened(place)
    with database.read() as db:
        assert differences(db) == "", "write a revision that does this"
    database.close()


def test_a_new_database_is_what_the_history_leads_to(place: Path | str) -> None:
    database = opened(place)
    assert database.is_new
    with database.read() as db:
        assert schema.revision(db) == REVISIONS[-1]
        assert differences(db) == ""
    database.close()


def test_an_old_database_is_upgraded_and_keeps_what_it_has(place: Path | str) -> None:
    at_first(place)
    database = opened(place)
    assert not database.is_new
    found = rows(database, "SELECT name, role, kind, origin FROM users")
    assert found == [("anna", "reader", "person", "local")]
    file(Index(database), study(1)[0])
    database.close()


def test_back_to_the_first_and_forward_again(place: Path | str) -> None:
    database = opened(place)
    file(Index(database), study(1)[0])
    database.close()
    with moved(place, schema.FIRST, since=REVISIONS[-1]), moved(place, REVISIONS[-1], schema.FIRST):
        database = opened(place)
    with database.read() as db:
        assert differences(db) == ""
    assert Index(database).counts()["instances"] == 1
    database.close()


def test_a_newer_database_is_refused_and_left_alone(place: Path | str) -> None:
    opened(place).close()
    engine = kind_of(place).engine(t.metadata)
    with engine.connect().execution_options(writing=True) as db, db.begin():
        schema.mark(db, "9999")
        before = inspect(db).get_table_names()
    with pytest.raises(CannotError, match=r"newer PACS Lab: .* '9999'.* up to '\d{4}'"):
        opened(place)
    with engine.connect() as db:
        assert schema.revision(db) == "9999"
        assert inspect(db).get_table_names() == before
    engine.dispose()


def test_an_upgrade_that_fails_leaves_the_old_database(
    place: Path | str, monkeypatch: pytest.MonkeyPatch
) -> None:
    at_first(place)
    run = history.run

    def broken(*given: Any) -> None:
        run(*given)
        raise OSError("the disk is full")

    monkeypatch.setattr(history, "run", broken)
    with pytest.raises(CannotError, match="the disk is full"):
        opened(place)
    monkeypatch.undo()
    engine = kind_of(place).engine(t.metadata)
    with engine.connect() as db:
        assert not schema.is_marked(db)
        assert "labels" not in inspect(db).get_table_names()
    engine.dispose()
    opened(place).close()


def test_an_old_backup_is_upgraded_when_it_comes_back(place: Path | str, tmp_path: Path) -> None:
    at_first(place)
    saved = tmp_path / "saved"
    kind = kind_of(place)
    engine = kind.engine(t.metadata)
    database = opened(place)
    database.close()
    with moved(place, schema.FIRST, since=REVISIONS[-1]):
        old = t.metadata.__class__()
        old.reflect(engine)
        old.remove(old.tables["alembic_version"])
        kind.save(engine, old, saved)
    engine.dispose()
    database = opened(place)
    file(Index(database), study(1)[0])
    database.restore(saved)
    assert Index(database).counts()["instances"] == 0
    assert rows(database, "SELECT name, kind FROM users") == [("anna", "person")]
    with database.read() as db:
        assert differences(db) == ""
    database.close()


def test_a_current_database_is_opened_without_alembic(tmp_path: Path) -> None:
    """It would take longer than the rest of the start."""
    import subprocess
    import sys

    opened(tmp_path / "index.db").close()
    code = (
        "import sys; from pathlib import Path; import simulator.archive.archive as a;"
        "from simulator.archive.migrations import FOLDER;"
        f"a.Database(Path({str(tmp_path / 'index.db')!r}), a.metadata, FOLDER);"
        f"a.Database(Path({str(tmp_path / 'new.db')!r}), a.metadata, FOLDER);"
        "sys.exit('alembic' in sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True, timeout=30)


@pytest.mark.timeout(120)
def test_the_wheel_holds_the_history(tmp_path: Path) -> None:
    from hatchling.builders.wheel import WheelBuilder

    root = Path(__file__).parent.parent.parent
    wheel = next(WheelBuilder(str(root)).build(directory=str(tmp_path), versions=["standard"]))
    names = zipfile.ZipFile(wheel).namelist()
    for path in (FOLDER / "env.py", *(FOLDER / "versions").glob("r*.py")):
        assert path.relative_to(root).as_posix() in names
