"""Back to an older schema and forward again: the same answers, and the index saved each time."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest
from alembic import command

from simulator.archive.continuity import schema_drill
from simulator.database import schema
from simulator.errors import CannotError, RefusedError, UsageError
from tests.archive.support import lab as run_lab
from tests.archive.support import study


@pytest.fixture
def index(tmp_path: Path) -> Path:
    """The index of an archive that was stopped."""
    with run_lab(tmp_path) as lab:
        lab.archive.integrity.wait()
        lab.store(*study(1, 3), *study(2))
    return tmp_path / "archive" / "index.db"


def test_back_and_forward_again_says_the_same(index: Path, tmp_path: Path) -> None:
    newest = schema_drill.shown(index)
    assert newest["current"] and newest["revision"] == newest["known"][-1]
    back = schema_drill.move(index, schema.FIRST, tmp_path / "aside")
    assert (back["moved"], back["same"], back["to"]) == (True, True, schema.FIRST)
    assert schema_drill.shown(index)["revision"] == schema.FIRST
    with sqlite3.connect(back["saved"]) as saved:
        (count,) = saved.execute("SELECT count(*) FROM instances").fetchone()
        (revision,) = saved.execute("SELECT version_num FROM alembic_version").fetchone()
    saved.close()
    assert (count, revision) == (4, newest["revision"])
    assert schema_drill.move(index, "", tmp_path / "aside")["same"]
    with run_lab(tmp_path) as lab:
        lab.archive.integrity.wait()
        assert lab.archive.index.counts()["instances"] == 4
        assert len(lab.find(StudyInstanceUID="")) == 2
        assert lab.get(StudyInstanceUID="1.2.3.1")[0].completed == 3


def test_an_archive_that_starts_goes_forward_by_itself(index: Path, tmp_path: Path) -> None:
    schema_drill.move(index, schema.FIRST, tmp_path / "aside")
    with run_lab(tmp_path) as lab:
        assert lab.archive.index.counts()["instances"] == 4
    assert schema_drill.shown(index)["current"]


def test_nothing_to_move(index: Path, tmp_path: Path) -> None:
    assert not schema_drill.move(index, "", tmp_path / "aside")["moved"]
    assert not (tmp_path / "aside").exists()


def test_a_move_that_fails_leaves_the_index(
    index: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*given: object) -> None:
        raise OSError("the disk is full")

    monkeypatch.setattr(command, "downgrade", broken)
    with pytest.raises(CannotError, match="the disk is full"):
        schema_drill.move(index, schema.FIRST, tmp_path / "aside")
    assert schema_drill.shown(index)["current"]


def test_what_cannot_be_moved(index: Path, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no revision '0099'"):
        schema_drill.move(index, "0099", tmp_path)
    with pytest.raises(CannotError, match="no index"):
        schema_drill.shown(tmp_path / "no.db")
    (tmp_path / "text.db").write_text("no database at all" * 100, "utf-8")
    with pytest.raises(CannotError, match="cannot be opened"):
        schema_drill.shown(tmp_path / "text.db")
    sqlite3.connect(tmp_path / "empty.db").close()
    with pytest.raises(CannotError, match="its tables are missing"):
        schema_drill.shown(tmp_path / "empty.db")
    db = sqlite3.connect(index)
    db.execute("UPDATE alembic_version SET version_num = '9999'")
    db.commit()
    db.close()
    with pytest.raises(RefusedError, match="newer than this PACS Lab knows"):
        schema_drill.move(index, schema.FIRST, tmp_path)
