"""What differs on PostgreSQL: order of text, characters it cannot hold, saving, a lost server."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from sqlalchemy import insert, select, text

from simulator.archive import tables as t
from simulator.archive.index import Index
from simulator.archive.migrations import FOLDER
from simulator.database import Database
from simulator.errors import CannotError, StatusError
from tests.archive.support import Lab, image, study
from tests.archive.test_index import file
from tests.net import free_port
from tests.postgres import Postgres

NAMES = ["Zoe", "anna", "Ärger", "_x", "SMITH^A", "SMITH-B", "smith", "[", "éa", "山田"]


@pytest.fixture
def database(place: Path | str) -> Iterator[Database]:
    made = Database(place, t.metadata, FOLDER)
    yield made
    made.close()


def test_text_sorts_by_its_code_points_whatever_the_servers_language(database: Database) -> None:
    with database.write() as db:
        for name in NAMES:
            db.execute(
                insert(t.patients).values(patient_id=name, issuer="", name=name, attributes=b"")
            )
        ordered = select(t.patients.c.name).order_by(t.patients.c.name)
        assert list(db.execute(ordered).scalars()) == sorted(NAMES)
        within = ordered.where(t.patients.c.name >= "SMITH", t.patients.c.name < "SMITI")
        assert list(db.execute(within).scalars()) == ["SMITH-B", "SMITH^A"]


def test_every_text_column_is_compared_so(database: Database, place: Path | str) -> None:
    if isinstance(place, Path):
        pytest.skip("SQLite has no other way")
    with database.read() as db:
        other = db.execute(
            text(
                "SELECT table_name, column_name FROM information_schema.columns WHERE table_schema"
                " = 'public' AND data_type = 'character varying' AND collation_name IS DISTINCT"
                " FROM 'C' AND table_name <> 'alembic_version'"
            )
        ).all()
    assert other == []


def test_a_nul_in_a_text_is_filed_all_the_same(database: Database) -> None:
    index = Index(database)
    file(index, image(PatientName="A\0B", PatientID="1\0", StudyDate=None, AccessionNumber="\0X"))
    assert index.counts()["instances"] == 1


def test_saved_and_restored_with_its_numbers(database: Database, tmp_path: Path) -> None:
    index = Index(database)
    for ds in study(1, 2, PatientName="Tab\\^\tline"):
        file(index, ds)
    before = index.tree("1.2.3.1")
    saved = tmp_path / f"saved{database.kind.suffix}"
    database.backup(saved)
    assert database.saved_values(saved, t.instances.c.digest) == {"d"}
    file(index, study(2)[0])
    index.delete_study("1.2.3.1")
    database.restore(saved)
    assert index.tree("1.2.3.1") == before
    assert [row["study_uid"] for row in index.studies()] == ["1.2.3.1"]
    file(index, study(3)[0])  # a row's number that was given away again must be free
    with database.read() as db:
        assert db.execute(select(t.studies.c.pk).order_by(t.studies.c.pk)).scalars().all() == [1, 2]


def test_a_reset_while_somebody_reads(database: Database, tmp_path: Path) -> None:
    file(Index(database), study(1)[0])
    saved = tmp_path / f"saved{database.kind.suffix}"
    database.backup(saved)
    with database.read() as db:
        rows = db.execute(select(t.instances.c.sop_uid))
        rows.fetchone()
        database.restore(saved)
    assert Index(database).counts()["instances"] == 1


def test_a_connection_that_is_lost_is_opened_again(
    postgres: Postgres, lab: Lab, place: Path | str
) -> None:
    if isinstance(place, Path):
        pytest.skip("SQLite has no server")
    assert lab.store(*study(1)) == [0]
    postgres.run(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
        "WHERE datname = current_database() AND pid <> pg_backend_pid()"
    )
    with suppress(StatusError):  # the first may meet the dead connection: out of resources
        lab.store(*study(2))
    assert lab.store(*study(3)) == [0]
    assert lab.archive.index.counts()["instances"] >= 2


def test_a_server_that_is_not_there_is_one_sentence_without_the_password() -> None:
    url = f"postgresql://anna:secret@127.0.0.1:{free_port()}/archive"
    with pytest.raises(CannotError) as caught:
        Database(url, t.metadata, FOLDER)
    assert "anna:***@" in caught.value.sentence and "secret" not in str(caught.value)
