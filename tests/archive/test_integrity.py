"""What a crash or a hand in the folder left: found, repaired where it can be, listed."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import delete, select, update

from simulator.archive import tables as t
from simulator.archive.integrity_report import Report
from simulator.archive.removed_table import removed_files
from simulator.network import scu
from tests.archive.support import CALLER, Lab, image, study
from tests.archive.support import lab as run


def report(lab: Lab) -> dict[str, Any]:
    """Return what the check of the start found."""
    lab.archive.integrity.wait()
    found: dict[str, Any] = json.loads(lab.archive.integrity.path.read_text("utf-8"))
    return found


@contextmanager
def run_lab(folder: Path) -> Iterator[Lab]:
    """Run an archive whose check of the start is over."""
    with run(folder) as lab:
        lab.archive.integrity.wait()
        yield lab


@pytest.fixture
def lab(tmp_path: Path) -> Iterator[Lab]:
    with run_lab(tmp_path) as made:
        yield made


def lose_rows(lab: Lab) -> None:
    """Lose the rows as an older index put back would: nobody took them out on purpose."""
    with lab.archive.database.write() as db:
        for table in (t.instances, t.series, t.studies, t.patients, removed_files):
            db.execute(delete(table))


def test_nothing_to_say_after_an_orderly_stop(tmp_path: Path) -> None:
    with run_lab(tmp_path) as lab:
        lab.store(*study(1, 3))
        assert not lab.archive.integrity.crashed
    with run_lab(tmp_path) as again:
        found = report(again)
        assert not again.archive.integrity.crashed
    assert (found["crashed"], found["repaired"], found["said"]) == (False, False, "")
    assert found["counts"]["files"] == 3


def test_a_file_without_a_row_is_filed_again(tmp_path: Path) -> None:
    with run_lab(tmp_path) as lab:
        lab.store(*study(1, 3), *study(2))
        lose_rows(lab)
        files = lab.files()
    with run_lab(tmp_path) as again:
        found = report(again)
        assert again.files() == files
        assert again.archive.index.digests() == set(files)
        (retrieved, got) = again.get(StudyInstanceUID="1.2.3.1")
        assert retrieved.completed == 3
        assert sorted(got, key=lambda ds: ds.InstanceNumber or 0) == study(1, 3)
        assert again.archive.index.tree("1.2.3.1")[0]["instances"][0]["source"] == "CT1"
        assert again.told("integrity.repaired")[0].text == "files without a row filed again: 4"
    assert found["repaired"] and len(found["filed_again"]) == 4


def test_what_was_deleted_stays_deleted(tmp_path: Path) -> None:
    with run_lab(tmp_path) as lab:
        lab.store(*study(1, 2), *study(2))
        lab.archive.index.delete_study("1.2.3.1")
        assert len(lab.files()) == 3
    with run_lab(tmp_path) as again:
        found = report(again)
        assert again.archive.index.counts()["instances"] == len(again.files()) == 1
        with again.archive.database.read() as db:
            assert db.execute(select(removed_files)).all() == []
    assert (found["counts"]["removed"], found["repaired"]) == (2, False)


def test_what_was_replaced_stays_replaced(tmp_path: Path) -> None:
    with run_lab(tmp_path) as lab:
        lab.set("store.duplicates", "replace")
        lab.store(image(SOPInstanceUID="1.2"), image(SOPInstanceUID="1.2", InstanceNumber=9))
    with run_lab(tmp_path) as again:
        report(again)
        assert len(again.files()) == 1
        assert again.get(StudyInstanceUID="1.2.3.1")[1][0].InstanceNumber == 9


def test_what_was_deleted_and_sent_again_is_wanted_again(tmp_path: Path) -> None:
    with run_lab(tmp_path) as lab:
        lab.store(*study(1))
        lab.archive.index.delete_study("1.2.3.1")
        lab.store(*study(1))
        lab.archive._sweep()
        lose_rows(lab)
    with run_lab(tmp_path) as again:
        assert len(report(again)["filed_again"]) == 1


def test_a_second_copy_without_a_row_is_not_wanted(tmp_path: Path) -> None:
    """As a correction leaves it that was killed before its index."""
    with run_lab(tmp_path) as lab:
        lab.store(image(SOPInstanceUID="1.2"))
        lab.set("store.duplicates", "replace")
        lab.store(image(SOPInstanceUID="1.2", InstanceNumber=9))
        with lab.archive.database.write() as db:
            db.execute(delete(removed_files))
        kept = lab.archive.index.digests()
    with run_lab(tmp_path) as again:
        assert report(again)["counts"]["removed"] == 1
        assert set(again.files()) == again.archive.index.digests() == kept


@pytest.mark.parametrize("what", ["no DICOM", "cut"])
def test_a_broken_file_without_a_row_goes_into_quarantine(tmp_path: Path, what: str) -> None:
    with run_lab(tmp_path) as lab:
        if what == "cut":
            lab.store(image())
            (digest,) = lab.files()
            path = lab.archive.store.path(digest)
            path.write_bytes(path.read_bytes()[:500])
            lose_rows(lab)
        else:
            with lab.archive.store.put([b"no image at all"]):
                pass
    with run_lab(tmp_path) as again:
        (found,) = report(again)["quarantined"]
        assert again.files() == []
        (entry,) = again.archive.quarantine.all()
        assert entry["number"] in found["what"] and entry["source"] == "the store"
        assert again.archive.index.counts()["instances"] == 0


def test_a_row_without_a_file_is_listed_and_healed_by_sending_again(tmp_path: Path) -> None:
    with run_lab(tmp_path) as lab:
        lab.store(*study(1, 2))
        found = lab.archive.index.find_instance("1.2.3.1.1.1")
        assert found is not None
        lab.archive.store.path(found.digest).unlink()
    with run_lab(tmp_path) as again:
        (missing,) = report(again)["missing"]
        assert (missing["sop_uid"], missing["study_uid"]) == ("1.2.3.1.1.1", "1.2.3.1")
        assert again.archive.index.counts()["instances"] == 2  # kept: a backup may bring it back
        assert again.store(*study(1, 2)) == [0, 0]
        assert again.archive.integrity.check().facts()["missing"] == []
        assert again.get(StudyInstanceUID="1.2.3.1")[0].completed == 2


def test_damage_is_found_by_size_and_by_content(lab: Lab) -> None:
    lab.store(*study(1, 3))
    cut, changed, _ = lab.files()
    path = lab.archive.store.path(cut)
    path.write_bytes(path.read_bytes()[:-2])
    path = lab.archive.store.path(changed)
    path.write_bytes(path.read_bytes()[:-2] + b"xx")
    by_size = lab.archive.integrity.check()
    assert [one.digest for one in by_size.damaged] == [cut]
    deep = lab.archive.integrity.check(deep=True)
    assert {one.digest: one.what for one in deep.damaged} == {
        cut: "its file is cut short or too long",
        changed: "its content has changed",
    }
    assert lab.told("integrity.repaired")[-1].facts["damaged"] == 2


def test_after_a_crash_sizes_are_looked_at_too(tmp_path: Path) -> None:
    with run_lab(tmp_path) as lab:
        lab.store(image())
        (digest,) = lab.files()
    path = lab.archive.store.path(digest)
    path.write_bytes(path.read_bytes()[:-2])
    (tmp_path / "archive" / "running").touch()  # as a kill leaves it
    with run_lab(tmp_path) as again:
        found = report(again)
    assert found["crashed"] and [one["digest"] for one in found["damaged"]] == [digest]


def test_half_written_files_are_counted(tmp_path: Path) -> None:
    incoming = tmp_path / "archive" / "files" / "incoming"
    incoming.mkdir(parents=True)
    (incoming / "123-0").write_bytes(b"half of an ima")
    with run_lab(tmp_path) as lab:
        found = report(lab)
    assert found["said"] == "half-written files removed: 1" and not found["repaired"]


def test_what_is_just_being_filed_is_left_to_its_sender(lab: Lab) -> None:
    """A file has its name before its row: that is no orphan."""
    data = lab.archive.store
    lab.store(image(SOPInstanceUID="1.2"))
    (digest,) = lab.files()
    whole = data.read(digest)
    lose_rows(lab)
    with data.put([whole]):
        assert not lab.archive.integrity.check().said
        assert lab.archive.index.counts()["instances"] == 0
    assert len(lab.archive.integrity.check().filed_again) == 1


def test_a_reset_files_nothing_again(lab: Lab) -> None:
    lab.store(*study(1))
    lab.archive.save_baseline()
    lab.store(*study(2, 3))
    lab.archive.reset()
    lab.archive._sweep()
    assert lab.archive.index.counts()["instances"] == len(lab.files()) == 1


def test_the_archive_answers_while_it_looks(tmp_path: Path) -> None:
    """The check of the start is held up here: an echo is answered all the same."""
    lab = Lab(tmp_path, _clock(tmp_path))
    with lab.archive.integrity.alone():
        began = time.monotonic()
        lab.archive.start()
        scu.echo(lab.peer, CALLER)
        assert time.monotonic() - began < 5
    lab.archive.stop()
    lab.journal.close()


def _clock(folder: Path) -> Any:
    from simulator.clock import ClockKeeper

    return ClockKeeper(folder / "clock.json")


def test_the_check_is_one_statement_a_folder(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    """A million instances are looked at 4000 at a time, and not one by one."""
    lab.store(*study(1, 5))
    asked: list[str] = []
    integrity = lab.archive.integrity
    integrity.wait()
    rows = integrity._rows
    monkeypatch.setattr(integrity, "_rows", lambda prefix: asked.append(prefix) or rows(prefix))
    monkeypatch.setattr(integrity, "_located", lambda digest: pytest.fail("looked at one by one"))
    assert not integrity.check(sizes=False).said
    assert len(asked) == 256


def test_a_file_whose_row_waits_for_a_commit_is_not_removed(lab: Lab) -> None:
    """As when a merge rewrites a study in the transaction of its message."""
    lab.store(*study(1))
    lab.archive.integrity.wait()
    (location,) = lab.archive.index.locate([])
    ended = threading.Event()

    def look() -> None:  # as a check does that is under way already
        report = Report(began="")
        where = stored.digest[:2]
        lab.archive.integrity._folder(where, report, sizes=False, deep=False, again=True)
        ended.set()

    with lab.archive.database.write() as db:
        rewritten = lab.archive.store.read(location.digest) + bytes(2)
        with lab.archive.store.put([rewritten]) as stored:
            row = t.instances.c.sop_uid == location.sop_uid
            changes = {"digest": stored.digest, "size": stored.size}
            db.execute(update(t.instances).where(row).values(**changes))
        checking = threading.Thread(target=look)
        checking.start()
        assert not ended.wait(0.5)  # it waits for the commit before it removes anything
    checking.join(10)
    assert ended.is_set() and lab.archive.store.is_whole(stored.digest, stored.size)
