"""Backup and restore with real stores going on, and everything that can be wrong with a backup."""

from __future__ import annotations

import hashlib
import json
import shutil
import sqlite3
import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import delete

from simulator.archive import tables as t
from simulator.archive.continuity import restore as restoring
from simulator.archive.continuity.offline import restore_stopped
from simulator.archive.continuity.restore import Target
from simulator.archive.continuity.vault import Vault
from simulator.archive.nodes import Node
from simulator.config import load_seat_config
from simulator.errors import CannotError, RefusedError, UsageError
from tests.archive.fixup.desk import everything, reject
from tests.archive.support import Lab, image, raw_store, study, until
from tests.archive.support import lab as run_lab
from tests.postgres import Postgres


@pytest.fixture
def lab(tmp_path: Path) -> Iterator[Lab]:
    with run_lab(tmp_path / "one") as made:
        made.archive.integrity.wait()
        yield made


@pytest.fixture
def second(tmp_path: Path) -> Iterator[Lab]:
    """An archive at another site, with a study of its own."""
    with run_lab(tmp_path / "two", [Node(ae="OTHER", port=104)]) as made:
        made.archive.integrity.wait()
        yield made


def vault(lab: Lab) -> Vault:
    return lab.archive.continuity.vault


def brought(lab: Lab, to: Lab, name: str) -> str:
    """Carry a backup to another archive's vault."""
    return str(vault(to).take_over(vault(lab), name)["name"])


def rows(lab: Lab) -> dict[str, list[Any]]:
    """Return everything the index says of what is stored, once every order was looked up."""
    until(lambda: not lab.archive.index.studies([t.studies.c.order_state == "new"]))
    with lab.archive.database.read() as db:
        return {
            table.name: [
                tuple(row) for row in db.execute(table.select().order_by(*table.primary_key))
            ]
            for table in (t.patients, t.studies, t.series, t.instances)
        }


def digests(lab: Lab) -> dict[str, str]:
    """Return the digest of what is really in each file."""
    store = lab.archive.store
    return {name: hashlib.sha256(store.read(name)).hexdigest() for name in store.digests()}


def test_a_second_archive_becomes_the_first(lab: Lab, second: Lab) -> None:
    lab.store(*study(1, 3), *study(2, 2))
    second.store(*study(9))
    made = lab.archive.continuity.create("", "test")
    assert (made.counts["studies"], made.files, made.copied, made.complete) == (2, 5, 5, True)
    name = brought(lab, second, made.name)
    assert second.archive.continuity.verify(name, "test").fine
    done = second.archive.continuity.restore(name, "test")
    assert (done["studies"], done["files_brought"]) == (2, 5)
    assert rows(second) == rows(lab)
    assert digests(lab).items() <= digests(second).items()
    assert second.archive.nodes.find("OTHER") is None  # the node table came along
    assert second.find(StudyInstanceUID="") and len(second.find(StudyInstanceUID="")) == 2
    second.archive.integrity.check()
    assert second.archive.index.counts()["studies"] == 2  # what was there is aside, not filed again
    second.archive.continuity.undo("test")
    assert [row[2] for row in rows(second)["studies"]] == ["1.2.3.9"]
    assert second.archive.nodes.find("OTHER")
    assert second.get(StudyInstanceUID="1.2.3.9")[0].completed == 1


def test_nodes_may_stay_and_the_administrator_is_not_locked_out(lab: Lab, second: Lab) -> None:
    lab.archive.users.add({"name": "new.one", "role": "viewer"}, "long enough 1", "test")
    name = brought(lab, second, lab.archive.continuity.create("", "test").name)
    second.archive.users.set_password("pacsadmin", "another password 2", "test")
    token = second.archive.users.login("pacsadmin", "another password 2")
    second.archive.continuity.restore(name, "test", keep_nodes=True)
    assert second.archive.nodes.find("OTHER")
    assert second.archive.users.principal(token).name == "pacsadmin"
    assert second.archive.users.login("pacsadmin", "another password 2")
    assert second.archive.users.login("new.one", "long enough 1")


def test_what_was_rejected_comes_along_and_comes_back(lab: Lab, second: Lab) -> None:
    lab.store(*study(1, 2), *study(2, 1))
    before = everything(lab)
    reject(lab, "113037")
    name = brought(lab, second, lab.archive.continuity.create("", "test").name)
    assert second.archive.continuity.verify(name, "test").fine
    second.archive.continuity.restore(name, "test")
    assert [row["study_uid"] for row in second.archive.index.studies()] == ["1.2.3.2"]
    (number,) = {row["change"] for row in second.archive.fixup.rejecting.all("1.2.3.1")}
    second.archive.fixup.undo(number, "eva")
    assert everything(second) == before


def test_only_new_files_are_copied(lab: Lab) -> None:
    lab.store(*study(1, 3))
    lab.archive.continuity.create("first", "test")
    lab.store(*study(2, 2))
    second = lab.archive.continuity.create("second", "test")
    assert (second.files, second.copied) == (5, 2)
    assert [one.name for one in vault(lab).all()] == ["first", "second"]
    assert lab.archive.continuity.remove("second", "test") == 2
    assert lab.archive.continuity.verify("first", "test").fine


def test_a_backup_can_be_checked_with_sha256sum(lab: Lab) -> None:
    lab.store(*study(1, 3))
    lab.archive.continuity.create("b", "test")
    tool = shutil.which("sha256sum")
    if tool is None:
        pytest.skip("sha256sum is not here")
    command = [tool, "--strict", "-c", "b/files.sha256"]
    subprocess.run(command, cwd=vault(lab).folder, check=True, capture_output=True, timeout=20)


def test_a_backup_while_stores_and_deletions_go_on(lab: Lab) -> None:
    """Every row of every backup has its file, whatever happens meanwhile (catalogue L1, L2)."""
    lab.store(*study(1, 4))
    ended = threading.Event()

    def work() -> None:
        number = 10
        while not ended.is_set():
            lab.store(*study(number, 3))
            if number % 2:
                lab.archive.index.delete_study(f"1.2.3.{number}")
                lab.archive.integrity.check(sizes=False)
            number += 1

    busy = threading.Thread(target=work)
    busy.start()
    try:
        for number in range(5):
            made = lab.archive.continuity.create(f"b{number}", "test")
            assert made.complete
            assert lab.archive.continuity.verify(made.name, "test").problems == []
    finally:
        ended.set()
        busy.join(20)
    assert vault(lab).all()[-1].files > vault(lab).all()[0].files


def test_a_file_that_is_gone_or_damaged_is_named(lab: Lab, second: Lab) -> None:
    lab.store(*study(1, 3))
    gone, changed, _ = lab.files()
    lab.archive.store.path(gone).unlink()
    path = lab.archive.store.path(changed)
    path.write_bytes(path.read_bytes()[:-2] + b"xx")
    made = lab.archive.continuity.create("b", "test")
    assert set(made.lacking) == {gone, changed} and not made.complete
    assert lab.archive.continuity.verify("b", "test").fine  # it is what it says
    done = second.archive.continuity.restore(brought(lab, second, "b"), "test")
    assert set(done["lacking"]) == {gone, changed}
    assert len(second.archive.integrity.check().missing) == 2


def test_a_damaged_archive_is_healed_by_its_backup(lab: Lab) -> None:
    lab.store(*study(1, 3))
    lab.archive.continuity.create("b", "test")
    (first, second, _), before = lab.files(), digests(lab)
    lab.archive.store.path(first).unlink()
    path = lab.archive.store.path(second)
    path.write_bytes(path.read_bytes()[:-2] + b"xx")
    assert lab.archive.continuity.restore("b", "test")["files_brought"] == 2
    assert digests(lab) == before and not lab.archive.integrity.check(deep=True).said


@pytest.mark.parametrize(
    ("harm", "why"),
    [
        ("file gone", "it is missing"),
        ("file changed", "its content has changed"),
        ("index changed", "it has changed"),
        ("list changed", "it has changed"),
        ("config gone", "it is missing"),
    ],
)
def test_a_backup_that_is_not_whole_is_refused(lab: Lab, second: Lab, harm: str, why: str) -> None:
    (lab.archive.folder.parent / "config.toml").write_text("seed = 1\n", "utf-8")
    lab.store(*study(1, 3))
    second.store(*study(9))
    made = lab.archive.continuity.create("b", "test")
    brought(lab, second, "b")
    place, files = vault(second).place("b"), vault(second).digests("b")
    path = {
        "file": vault(second).file(files[1]), "index": place / made.index,
        "list": place / "files.sha256", "config": place / "config.toml",
    }[harm.split()[0]]  # fmt: skip
    if harm.endswith("gone"):
        path.unlink()
    else:
        data = path.read_bytes()
        path.write_bytes(data[:-3] + bytes(3))
    before, kept = rows(second), digests(second)
    found = second.archive.continuity.verify("b", "test")
    assert [problem.why for problem in found.problems] == [why]
    with pytest.raises(RefusedError, match="not whole"):
        second.archive.continuity.restore("b", "test")
    assert (rows(second), digests(second)) == (before, kept)


def change(place: Path, **values: Any) -> None:
    """Change what a manifest says."""
    facts = json.loads((place / "manifest.json").read_text("utf-8"))
    (place / "manifest.json").write_text(json.dumps({**facts, **values}), "utf-8")


def test_a_newer_schema_is_refused_and_nothing_touched(lab: Lab) -> None:
    lab.store(*study(1))
    lab.archive.continuity.create("b", "test")
    change(vault(lab).place("b"), revision="9999")
    before = rows(lab)
    with pytest.raises(RefusedError, match="newer PACS Lab wrote it"):
        lab.archive.continuity.restore("b", "test")
    assert rows(lab) == before


def test_an_index_that_lies_about_its_schema_is_found_on_trial(lab: Lab) -> None:
    lab.store(*study(1))
    made = lab.archive.continuity.create("b", "test")
    place = vault(lab).place("b")
    with sqlite3.connect(place / made.index) as db:
        db.execute("UPDATE alembic_version SET version_num = '9999'")
    db.close()
    digest = hashlib.sha256((place / made.index).read_bytes()).hexdigest()
    change(place, members={**made.members, made.index: digest})
    before = rows(lab)
    with pytest.raises(RefusedError, match="written by a newer PACS Lab"):
        lab.archive.continuity.restore("b", "test")
    assert rows(lab) == before


@pytest.mark.parametrize(
    "values",
    [
        {"members": {"../../config.toml": "0" * 64}},
        {"members": {"/etc/passwd": "0" * 64}},
        {"members": {"..\\x": "0" * 64}},
        {"members": {"c:x": "0" * 64}},
        {"members": 5},
        {"format": 2},
        {"format": None},
    ],
)
def test_manifests_that_are_none(lab: Lab, values: dict[str, Any]) -> None:
    lab.archive.continuity.create("b", "test")
    change(vault(lab).place("b"), **values)
    with pytest.raises(RefusedError):
        lab.archive.continuity.verify("b", "test")
    assert vault(lab).all() == []


@pytest.mark.parametrize("name", ["../x", "files", "", ".", "A", "x" * 41, "b/..", ".b.part"])
def test_names_that_are_none(lab: Lab, name: str) -> None:
    if name:
        with pytest.raises(UsageError, match="not a backup's name"):
            lab.archive.continuity.create(name, "test")
    with pytest.raises(RefusedError):
        vault(lab).get(name)


def test_a_restore_that_fails_leaves_what_was(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    lab.store(*study(1))
    lab.archive.continuity.create("b", "test")
    lab.store(*study(2))
    before = rows(lab)

    def broken(db: Any, kept: Any) -> None:
        db.execute(delete(t.users))
        raise OSError("the disk is full")

    monkeypatch.setattr(restoring, "_keep", broken)
    with pytest.raises(CannotError, match=r"the disk is full.* as it was before"):
        lab.archive.continuity.restore("b", "test")
    assert rows(lab) == before
    assert lab.archive.users.login("pacsadmin", "correct horse battery")


def test_a_backup_that_broke_off_is_no_backup(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    lab.store(*study(1, 2))

    def full(self: Vault, digest: str, source: Path) -> bool:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Vault, "add", full)
    with pytest.raises(CannotError, match="No space left"):
        lab.archive.continuity.create("b", "test")
    monkeypatch.undo()
    assert vault(lab).all() == [] and not list(vault(lab).folder.glob(".*"))


def test_one_study_comes_back(lab: Lab) -> None:
    lab.store(*study(1, 3), *study(2))
    lab.archive.continuity.create("b", "test")
    whole = rows(lab)["instances"]
    lab.archive.index.delete_study("1.2.3.1")
    lab.archive.integrity.check()
    assert len(lab.files()) == 1
    lab.store(*study(3))
    done = lab.archive.continuity.restore("b", "test", study="1.2.3.1")
    assert (done["instances"], done["there"]) == (3, 0)
    assert lab.get(StudyInstanceUID="1.2.3.1")[0].completed == 3
    assert lab.archive.index.counts()["studies"] == 3
    assert {row[2] for row in whole} <= {row[2] for row in rows(lab)["instances"]}
    assert lab.archive.continuity.restore("b", "test", study="1.2.3.1")["there"] == 3
    with pytest.raises(RefusedError, match="no study"):
        lab.archive.continuity.restore("b", "test", study="1.2.9")


def test_configuration_comes_along_and_private_keys_only_when_asked(lab: Lab) -> None:
    seat = lab.archive.folder.parent
    (seat / "config.toml").write_text("seed = 1\n", "utf-8")
    (seat / "tls" / "PACSLAB").mkdir(parents=True, exist_ok=True)
    for name in ("certificate.pem", "key.pem"):
        (seat / "tls" / "PACSLAB" / name).write_text(name, "utf-8")
    with lab.open() as association:
        raw_store(association, image(), b"no data set")
    held = lab.archive.quarantine.all()
    made = lab.archive.continuity.create("plain", "test")
    assert {"config.toml", "tls/PACSLAB/certificate.pem"} <= set(made.members)
    assert not [name for name in made.members if name.endswith("key.pem")]
    assert len([name for name in made.members if name.startswith("quarantine/")]) == 2 * len(held)
    assert "tls/PACSLAB/key.pem" in lab.archive.continuity.create("k", "test", keys=True).members


def test_the_configuration_is_put_back_when_asked(lab: Lab) -> None:
    seat = lab.archive.folder.parent
    (seat / "config.toml").write_text("seed = 5\n", "utf-8")
    lab.archive.continuity.create("c", "test")
    (seat / "config.toml").write_text("seed = 6\n", "utf-8")
    assert "config" not in lab.archive.continuity.restore("c", "test")
    assert load_seat_config(seat / "config.toml").seed == 6
    assert lab.archive.continuity.restore("c", "test", config=True)["config"] == ["config.toml"]
    assert load_seat_config(seat / "config.toml").seed == 5
    assert load_seat_config(seat / "config.toml.before-restore").seed == 6
    assert lab.archive.continuity.restore("c", "test", config=True)["config"] == []


def test_a_configuration_nobody_can_read_is_refused(lab: Lab) -> None:
    seat = lab.archive.folder.parent
    (seat / "config.toml").write_text("[nonsense]\nx = 1\n", "utf-8")
    lab.archive.continuity.create("c", "test")
    (seat / "config.toml").write_text("seed = 6\n", "utf-8")
    with pytest.raises(RefusedError, match="cannot be used"):
        lab.archive.continuity.restore("c", "test", config=True)
    assert load_seat_config(seat / "config.toml").seed == 6


def test_a_reset_after_a_restore_is_exact(lab: Lab) -> None:
    lab.store(*study(1, 2))
    lab.archive.continuity.create("b", "test")
    lab.store(*study(2))
    lab.archive.save_baseline()
    lab.archive.continuity.restore("b", "test")
    assert lab.archive.index.counts()["studies"] == 1
    lab.archive.reset()
    assert lab.archive.index.counts()["studies"] == 2 and len(lab.files()) == 3
    with pytest.raises(RefusedError, match="Nothing was restored"):
        lab.archive.continuity.undo("test")


def test_another_kind_of_database_is_refused(lab: Lab, tmp_path: Path) -> None:
    lab.store(*study(1))
    lab.archive.continuity.create("b", "test")

    class Other:
        class kind:
            suffix = ".zip"

    target = Target(database=Other(), store=lab.archive.store, folder=tmp_path)  # type: ignore[arg-type]
    with pytest.raises(RefusedError, match="another kind of database"):
        restoring.restore(target, vault(lab), "b")


def test_a_stopped_archive_whose_index_is_no_database_comes_back(lab: Lab, tmp_path: Path) -> None:
    """As after a hot copy of a live SQLite file (catalogue L2)."""
    lab.store(*study(1, 3))
    lab.archive.continuity.create("b", "test")
    before = rows(lab)
    folder = tmp_path / "three" / "archive"
    folder.mkdir(parents=True)
    (folder / "index.db").write_bytes(b"half of a database")
    done = restore_stopped(folder, "", vault(lab), "b", admin=("pacsadmin", "of the other seat"))
    assert (done["instances"], done["moved_aside"]) == (3, "broken-index-1")
    assert (folder / "broken-index-1" / "index.db").read_bytes() == b"half of a database"
    with run_lab(tmp_path / "three") as third:
        assert third.archive.users.login("pacsadmin", "of the other seat")
        assert rows(third) == before and digests(third) == digests(lab)


def test_what_lies_on_tape_only_is_saved_and_restored(lab: Lab, second: Lab) -> None:
    lab.store(*study(1, 2), *study(2))
    lab.archive.lifecycle.tiers.copy("1.2.3.1", "NEAR1")
    lab.archive.lifecycle.tiers.free("1.2.3.1")
    assert len(lab.files()) == 1
    made = lab.archive.continuity.create("b", "test")
    assert (made.files, made.lacking) == (3, {})
    second.archive.continuity.restore(brought(lab, second, "b"), "test")
    assert second.get(StudyInstanceUID="1.2.3.1")[0].completed == 2
    lab.archive.continuity.restore("b", "test")
    assert len(lab.files()) == 1  # at home it is on its tape, as before


def test_an_index_on_postgresql_is_saved_and_put_back(tmp_path: Path, postgres: Postgres) -> None:
    with run_lab(tmp_path, database=postgres.emptied()) as lab:
        lab.archive.integrity.wait()
        lab.store(*study(1, 2), *study(2))
        before = rows(lab)
        made = lab.archive.continuity.create("b", "test")
        assert made.index == "index.zip" and lab.archive.continuity.verify("b", "test").fine
        lab.archive.index.delete_study("1.2.3.1")
        lab.store(*study(3))
        lab.archive.continuity.restore("b", "test")
        assert rows(lab) == before
        assert lab.get(StudyInstanceUID="1.2.3.1")[0].completed == 2
        lab.archive.continuity.undo("test")
        assert [row[2] for row in rows(lab)["studies"]] == ["1.2.3.2", "1.2.3.3"]
        assert lab.archive.continuity.rebuild("test")["after"]["studies"] == 2
        with pytest.raises(RefusedError, match="cannot be taken out"):
            lab.archive.continuity.restore("b", "test", study="1.2.3.1")
