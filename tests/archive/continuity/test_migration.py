"""Migrations between two archives, and with a real Orthanc both ways: compared UID by UID."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pydicom.dataset import Dataset

from simulator.archive.continuity.migrating import Mover, Wishes
from simulator.archive.continuity.remote import contexts
from simulator.archive.nodes import Node
from simulator.errors import LocalError, RefusedError, UsageError
from simulator.network.associate import Peer
from tests.archive.support import Lab, image, study
from tests.archive.support import lab as run_lab
from tests.orthanc import Orthanc, orthanc


@pytest.fixture
def old(tmp_path: Path) -> Iterator[Lab]:
    """The archive that is left; it knows the new one."""
    with run_lab(tmp_path / "old", [Node(ae="PACSLAB")]) as made:
        made.archive.integrity.wait()
        yield made


@pytest.fixture
def new(tmp_path: Path) -> Iterator[Lab]:
    """The archive that is moved to."""
    with run_lab(tmp_path / "new", [Node(ae="PACSLAB")]) as made:
        made.archive.integrity.wait()
        yield made


def migrated(lab: Lab, direction: str, peer: Peer, **wishes: Any) -> dict[str, Any]:
    """Do a whole migration and return its report."""
    made = lab.archive.migration.begin(direction, peer, Wishes(**wishes), "test")
    lab.archive.migration.wait(made["number"])
    return lab.archive.migration.report(made["number"])


def dated(*days: str) -> list[Dataset]:
    """Return three images of a study for each day; '' is a study without a date."""
    return [
        ds
        for number, day in enumerate(days, 1)
        for ds in study(number, 3, StudyDate=day, StudyTime="" if not day else "0800")
    ]


def states(report: dict[str, Any]) -> dict[str, str]:
    return {row["study_uid"].rpartition(".")[2]: row["state"] for row in report["rows"]}


def test_every_study_comes_over_and_the_report_says_so(old: Lab, new: Lab) -> None:
    old.store(*dated("20260101", "20260102", "20260301"))
    report = migrated(new, "from", old.peer)
    assert report["ok"] and report["state"] == "done"
    assert report["instances"] == {"source": 9, "target": 9}
    assert states(report) == {"1": "equal", "2": "equal", "3": "equal"}
    assert new.archive.index.tree("1.2.3.1")[0]["instances"][0]["source"] == "PACSLAB"
    digests = [
        {row.sop_uid: row.size for row in lab.archive.index.locate([])} for lab in (old, new)
    ]
    assert digests[0].keys() == digests[1].keys()
    assert new.told("migration.ended")[0].text.startswith("migration 1 is done: all studies")


def test_a_study_without_a_date_is_missed_by_dates_only(old: Lab, new: Lab) -> None:
    """Catalogue L4."""
    old.store(*dated("20260101", "", "20260105", "20270101"))
    found = migrated(new, "from", old.peer, since="20260101", until="20260131", dates_only=True)
    assert states(found) == {"1": "equal", "3": "equal"} and found["without_date"] == []
    found = migrated(new, "from", old.peer, since="20260101", until="20260131")
    assert states(found) == {"1": "equal", "2": "equal", "3": "equal"}
    assert found["without_date"] == ["1.2.3.2"]
    found = migrated(new, "from", old.peer, dates_only=True)
    assert states(found) == {"1": "equal", "3": "equal", "4": "equal"}


def test_what_cannot_come_is_named_by_its_uid(old: Lab, new: Lab) -> None:
    old.store(*dated("20260101", "20260102"))
    new.store(image(SOPInstanceUID="1.2.3.2.1.2", StudyInstanceUID="1.2.3.99",
                    SeriesInstanceUID="1.2.3.99.1"))  # fmt: skip
    new.store(image(SOPInstanceUID="1.2.3.1.1.77", StudyInstanceUID="1.2.3.1",
                    SeriesInstanceUID="1.2.3.1.1", PatientID="T1"))  # fmt: skip
    report = migrated(new, "from", old.peer)
    assert states(report) == {"1": "extra", "2": "missing"} and not report["ok"]
    by_uid = {row["study_uid"]: row for row in report["rows"]}
    assert by_uid["1.2.3.1"]["extra"] == ["1.2.3.1.1.77"]
    assert by_uid["1.2.3.2"]["missing"] == ["1.2.3.2.1.2"]
    assert "1 are here in another study" in by_uid["1.2.3.2"]["note"]
    assert (report["missing"], report["extra"]) == (1, 1)


def test_one_bad_instance_among_many_does_not_hold_up_the_rest(old: Lab, new: Lab) -> None:
    old.store(*study(1, 40, StudyDate="20260101"))
    bad = old.archive.index.find_instance("1.2.3.1.1.17")
    assert bad is not None
    old.archive.store.path(bad.digest).unlink()
    report = migrated(new, "from", old.peer)
    (row,) = report["rows"]
    assert row["missing"] == ["1.2.3.1.1.17"] and row["target"] == 39
    old.archive.index.delete_study("1.2.3.1")
    old.store(*study(1, 40, StudyDate="20260101"))
    new.archive.migration.resume(1, "test")
    new.archive.migration.wait(1)
    assert new.archive.migration.report(1)["ok"]


def test_a_stopped_migration_goes_on_where_it_was(
    old: Lab, new: Lab, monkeypatch: pytest.MonkeyPatch
) -> None:
    old.store(*dated("20260101", "20260102", "20260103"))
    fetched: list[str] = []
    fetch = Mover._fetch

    def only_one(self: Mover, uid: str, theirs: dict[str, str]) -> None:
        fetched.append(uid)
        fetch(self, uid, theirs)
        self.stopped.set()

    monkeypatch.setattr(Mover, "_fetch", only_one)
    report = migrated(new, "from", old.peer)
    assert report["state"] == "stopped" and fetched == ["1.2.3.1"]
    assert states(report) == {"1": "equal", "2": "waiting", "3": "waiting"}

    def noted(self: Mover, uid: str, theirs: dict[str, str]) -> None:
        fetched.append(uid)
        fetch(self, uid, theirs)

    monkeypatch.setattr(Mover, "_fetch", noted)
    new.archive.migration.resume(1, "test")
    new.archive.migration.wait(1)
    assert new.archive.migration.report(1)["ok"]
    assert fetched == ["1.2.3.1", "1.2.3.2", "1.2.3.3"]


def test_a_migration_that_a_kill_ended_is_no_longer_running(old: Lab, new: Lab) -> None:
    report = migrated(new, "from", old.peer)
    new.archive.migration.ledger.close(report["number"], "running", "", "")
    assert new.archive.migration.all()[0]["state"] == "stopped"
    new.archive.migration.resume(1, "test")
    new.archive.migration.wait(1)
    assert new.archive.migration.all()[0]["state"] == "done"


def test_an_archive_that_does_not_answer_is_said(new: Lab, free_port: int) -> None:
    report = migrated(new, "from", Peer(ae="GONE", host="127.0.0.1", port=free_port))
    assert report["state"] == "failed" and "Nothing listens" in report["note"]
    assert not report["ok"]


def test_by_c_move_the_other_archive_must_know_us(old: Lab, new: Lab) -> None:
    old.store(*dated("20260101"))
    report = migrated(new, "from", old.peer, by="move")
    (row,) = report["rows"]
    assert row["state"] == "missing" and "C-MOVE" in row["note"]
    old.archive.nodes.change("PACSLAB", {"port": new.port})
    new.archive.migration.resume(1, "test")
    new.archive.migration.wait(1)
    assert new.archive.migration.report(1)["ok"]


def test_ours_go_to_another_archive_and_only_what_is_missing(old: Lab, new: Lab) -> None:
    old.store(*dated("20260101", "", "20260201"))
    new.store(*dated("20260101")[:2])
    report = migrated(old, "to", new.peer)
    assert report["ok"] and report["instances"] == {"source": 9, "target": 9}
    received = [row for row in new.told("c-store")]
    again = migrated(old, "to", new.peer)
    assert again["ok"] and len(new.told("c-store")) == len(received)
    found = migrated(old, "to", new.peer, since="20260101", until="20260102")
    assert states(found) == {"1": "equal", "2": "equal"}


def test_a_reconciliation_finds_what_was_lost_later(old: Lab, new: Lab) -> None:
    old.store(*dated("20260101", "20260102"))
    assert migrated(new, "from", old.peer)["ok"]
    new.archive.index.delete_study("1.2.3.2")
    report = new.archive.migration.reconcile(1, "test")
    assert states(report) == {"1": "equal", "2": "missing"}
    assert new.archive.index.counts()["studies"] == 1  # nothing was moved


def test_a_reset_ends_a_migration(old: Lab, new: Lab) -> None:
    new.archive.save_baseline()
    old.store(*dated("20260101"))
    migrated(new, "from", old.peer)
    new.archive.reset()
    assert new.archive.migration.all() == [] and new.archive.index.counts()["studies"] == 0


@pytest.mark.parametrize(
    "wishes",
    [
        {"since": "20260101"},
        {"since": "20260131", "until": "20260101"},
        {"since": "2026-1-1", "until": "20260101"},
        {"since": "20261301", "until": "20261302"},
        {"since": "00010101", "until": "99991231"},
        {"by": "magic"},
    ],
)
def test_wishes_that_make_no_sense(new: Lab, wishes: dict[str, Any]) -> None:
    with pytest.raises(UsageError):
        new.archive.migration.begin("from", new.peer, Wishes(**wishes), "test")
    assert new.archive.migration.all() == []


def test_numbers_and_peers_that_are_none(new: Lab) -> None:
    with pytest.raises(RefusedError, match="no migration 7"):
        new.archive.migration.report(7)
    with pytest.raises(UsageError):
        new.archive.migration.begin("sideways", new.peer, Wishes(), "test")
    with pytest.raises(LocalError):
        Peer.parse("ORTHANC:4242")


def test_many_classes_fit_into_one_association() -> None:
    assert len(contexts([f"1.2.840.{n}" for n in range(10)])) == 90
    many = contexts([f"1.2.840.{n}" for n in range(40)])
    assert len(many) <= 120 and {str(c.abstract_syntax) for c in many} >= {"1.2.840.39"}


# --- with a real Orthanc ------------------------------------------------------------------------


@pytest.fixture
def foreign(tmp_path: Path, new: Lab) -> Iterator[Orthanc]:
    """An Orthanc that knows us."""
    with orthanc(tmp_path / "orthanc", {"PACSLAB": ("127.0.0.1", new.port)}) as made:
        yield made


def peer_of(made: Orthanc) -> Peer:
    return Peer(ae=made.ae, host="127.0.0.1", port=made.port)


@pytest.mark.parametrize("by", ["get", "move"])
@pytest.mark.peer("Orthanc")
def test_from_orthanc(old: Lab, new: Lab, foreign: Orthanc, by: str) -> None:
    """The studies come from our other archive into Orthanc first; one has no date (L4)."""
    old.store(*dated("20260101", "", "20260103"))
    new.archive.nodes.add(Node(ae="ORTHANC", host="127.0.0.1", port=foreign.port))
    assert migrated(old, "to", peer_of(foreign))["ok"]
    assert len(foreign.instances()) == 9
    report = migrated(new, "from", peer_of(foreign), by=by, since="20260101", until="20260131")
    assert report["ok"], report
    assert report["without_date"] == ["1.2.3.2"]
    assert {row.sop_uid for row in new.archive.index.locate([])} == set(foreign.instances())
    assert new.get(StudyInstanceUID="1.2.3.1")[1][0].PixelData == image().PixelData


@pytest.mark.peer("Orthanc")
def test_to_orthanc_and_what_it_lost_is_found(new: Lab, foreign: Orthanc) -> None:
    new.store(*dated("20260101", "20260102"))
    assert migrated(new, "to", peer_of(foreign))["ok"]
    (lost,) = foreign.call(
        "POST", "/tools/find", {"Level": "Instance", "Query": {"SOPInstanceUID": "1.2.3.2.1.2"}}
    )
    foreign.call("DELETE", f"/instances/{lost}")
    report = new.archive.migration.reconcile(1, "test")
    assert {row["study_uid"]: row["missing"] for row in report["rows"]} == {
        "1.2.3.1": [],
        "1.2.3.2": ["1.2.3.2.1.2"],
    }
    new.archive.migration.resume(1, "test")
    new.archive.migration.wait(1)
    assert new.archive.migration.report(1)["ok"]
