"""Downtimes: what devices meet, what administration keeps, and what a restart and a reset do."""

from __future__ import annotations

from pathlib import Path

import pytest

from simulator.errors import RefusedError, RejectedError, UsageError
from simulator.network import dimse, scu
from simulator.network.rejections import CONGESTION
from tests.archive.support import CALLER, Lab, image, raw_store, study
from tests.archive.support import lab as run_lab


@pytest.fixture
def lab(tmp_path: Path) -> object:
    with run_lab(tmp_path) as made:
        made.archive.integrity.wait()
        yield made


def test_stores_are_refused_with_the_reason_and_reading_goes_on(lab: Lab) -> None:
    lab.store(*study(1))
    row = lab.archive.downtime.start("stores", "the disks are exchanged", "2026-03-02T09:00", "ann")
    assert (row["number"], row["mode"], row["ended"]) == (1, "stores", "")
    with lab.open() as association:
        command = raw_store(association, image())
    assert command["Status"] == dimse.OUT_OF_RESOURCES
    assert command["ErrorComment"] == "downtime: the disks are exchanged"
    assert lab.archive.index.counts()["instances"] == 1 and lab.archive.quarantine.all() == []
    assert lab.get(StudyInstanceUID="1.2.3.1")[0].completed == 1
    lab.archive.downtime.stop("ann")
    assert lab.store(*study(2)) == [0]
    assert [entry.kind for entry in lab.told("downtime")] == ["downtime.started", "downtime.ended"]


def test_everything_is_rejected_for_now_and_not_for_good(lab: Lab) -> None:
    lab.archive.downtime.start("all", "an upgrade", "", "ann")
    with pytest.raises(RejectedError) as refused:
        scu.echo(lab.peer, CALLER)
    assert refused.value.triple == CONGESTION  # transient: a device tries again
    assert "downtime: an upgrade" in lab.told("association.rejected")[-1].text
    lab.archive.downtime.stop("ann")
    scu.echo(lab.peer, CALLER)


def test_a_downtime_survives_a_restart(tmp_path: Path) -> None:
    with run_lab(tmp_path) as lab:
        lab.archive.downtime.start("all", "moving house", "", "ann")
    with run_lab(tmp_path) as again:
        with pytest.raises(RejectedError):
            scu.echo(again.peer, CALLER)
        again.archive.downtime.stop("ann")
        scu.echo(again.peer, CALLER)
        assert again.archive.downtime.get(1)["ended_by"] == "ann"


def test_a_reset_ends_a_downtime(lab: Lab) -> None:
    lab.archive.save_baseline()
    lab.archive.downtime.start("all", "a try", "", "ann")
    lab.archive.reset()
    assert lab.archive.downtime.all() == []
    scu.echo(lab.peer, CALLER)


@pytest.mark.parametrize(
    ("mode", "reason", "until"),
    [("some", "x", ""), ("all", " ", ""), ("all", "x" * 201, ""), ("all", "x", "tomorrow")],
)
def test_downtimes_that_are_none(lab: Lab, mode: str, reason: str, until: str) -> None:
    with pytest.raises(UsageError):
        lab.archive.downtime.start(mode, reason, until, "ann")
    assert lab.archive.downtime.all() == []


def test_there_is_one_downtime_at_a_time(lab: Lab) -> None:
    with pytest.raises(RefusedError, match="No downtime"):
        lab.archive.downtime.stop("ann")
    lab.archive.downtime.start("stores", "x", "", "ann")
    with pytest.raises(RefusedError, match="on already"):
        lab.archive.downtime.start("all", "y", "", "bob")
    lab.archive.downtime.stop("ann")
    assert lab.archive.downtime.start("all", "y", "", "bob")["number"] == 2
    with pytest.raises(RefusedError, match="no downtime 7"):
        lab.archive.downtime.get(7)
