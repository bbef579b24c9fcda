"""The index made anew from the files: the same answers but for what only the index knew."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from simulator.archive import tables as t
from simulator.archive.continuity import rebuild as module
from simulator.archive.lifecycle.tables import copies
from simulator.archive.removed_table import removed_files
from tests.archive.support import Lab, image, study, until
from tests.archive.support import lab as run_lab


@pytest.fixture
def lab(tmp_path: Path) -> Any:
    with run_lab(tmp_path) as made:
        made.archive.integrity.wait()
        yield made


def told(lab: Lab) -> dict[str, list[tuple[Any, ...]]]:
    """Return what the index says, without its own numbers, once every order was looked up."""
    until(lambda: not lab.archive.index.studies([t.studies.c.order_state == "new"]))
    with lab.archive.database.read() as db:
        return {
            table.name: sorted(
                tuple(value for key, value in row._mapping.items() if not key.endswith("pk"))
                for row in db.execute(table.select())
            )
            for table in (t.patients, t.studies, t.series, t.instances)
        }


def test_a_rebuilt_index_says_the_same(lab: Lab) -> None:
    lab.store(*study(1, 3), *study(2, 2, PatientID="T1"), *study(3))
    lab.archive.index.set_order_state("1.2.3.1", "matched", "by hand")
    before = told(lab)
    found = lab.archive.continuity.rebuild("test")
    assert told(lab) == before
    assert (found["files"], found["entered"], found["ok"]) == (6, 6, True)
    assert found["before"] == found["after"]
    assert not lab.archive.integrity.check(deep=True).said


def test_a_lost_index_comes_back_from_the_files(tmp_path: Path) -> None:
    with run_lab(tmp_path) as lab:
        lab.archive.integrity.wait()
        lab.store(*study(1, 3), *study(2, 2))
        lab.archive.users.add({"name": "ann", "role": "viewer"}, "", "test")
        before = told(lab)
    for path in (tmp_path / "archive").glob("index.db*"):
        path.unlink()
    with run_lab(tmp_path) as again:
        again.archive.integrity.wait()
        found = again.archive.continuity.rebuild("test")
        after = told(again)
        assert not [row for row in again.archive.users.all() if row["name"] == "ann"]
    assert found["after"]["instances"] == 5 and found["only_index_knew"]["users"] == 1

    def without_times(rows: dict[str, Any]) -> dict[str, Any]:
        studies = [(row[0], row[1], row[2], row[-1]) for row in rows["studies"]]
        instances = [row[:7] + row[8:] for row in rows["instances"]]
        return {**rows, "studies": studies, "instances": instances}

    assert without_times(after) == without_times(before)


def test_what_was_deleted_stays_deleted_and_what_was_corrected_stays(lab: Lab) -> None:
    lab.archive.settings.set("store.duplicates", "replace")
    lab.store(*study(1, 2), *study(2))
    lab.archive.save_baseline()  # so that the files stay
    lab.archive.index.delete_study("1.2.3.1")
    lab.store(image(**{"SOPInstanceUID": "1.2.3.2.1.1", "StudyInstanceUID": "1.2.3.2",
                       "SeriesInstanceUID": "1.2.3.2.1", "PatientID": "T2", "InstanceNumber": 9,
                       "AccessionNumber": "A2"}))  # fmt: skip
    assert len(lab.files()) == 4
    before = told(lab)
    found = lab.archive.continuity.rebuild("test")
    assert told(lab) == before and found["skipped"] == 3
    lab.archive.integrity.check()
    assert told(lab) == before


def test_one_bad_file_among_many_is_named_and_the_rest_is_there(lab: Lab) -> None:
    lab.store(*study(1, 30))
    bad = lab.files()[7]
    path = lab.archive.store.path(bad)
    path.write_bytes(path.read_bytes()[:-2] + b"xx")
    found = lab.archive.continuity.rebuild("test")
    assert [row["digest"] for row in found["unreadable"]] == [bad]
    assert found["after"]["instances"] == 29 and not found["ok"]


def test_a_rebuild_that_fails_leaves_the_index(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    lab.store(*study(1, 3))
    before = told(lab)

    def broken(*given: Any) -> None:
        raise RuntimeError("a bug")

    monkeypatch.setattr(module, "_mend", broken)
    with pytest.raises(RuntimeError):
        lab.archive.continuity.rebuild("test")
    assert told(lab) == before


@pytest.mark.parametrize("lost", [False, True])
def test_what_lies_on_tape_only_is_in_the_rebuilt_index(lab: Lab, lost: bool) -> None:
    lab.store(*study(1, 2), *study(2))
    lab.archive.lifecycle.tiers.copy("1.2.3.1", "NEAR1")
    lab.archive.lifecycle.tiers.free("1.2.3.1")
    before = told(lab)
    if lost:
        with lab.archive.database.write() as db:
            for table in (t.instances, t.series, t.studies, t.patients, copies, removed_files):
                db.execute(table.delete())
    found = lab.archive.continuity.rebuild("test")
    assert found["after"]["instances"] == 3 and len(lab.files()) == 1
    if not lost:
        assert told(lab) == before
