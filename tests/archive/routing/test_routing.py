"""What arrives goes where rules want it, once, and the counts say what became of it."""

from __future__ import annotations

from pathlib import Path

import pytest
from pydicom.uid import MRImageStorage

from simulator.archive.nodes import Node
from simulator.errors import UsageError
from tests.archive.routing.support import count, line, pair, rule, through
from tests.archive.support import Lab, lab, study, until

Both = tuple[Lab, Lab]
PRIVATE = "1.3.46.670589.11.0.0.12.1"  # a vendor's SOP class


def test_what_matches_is_sent_and_nothing_else(both: Both) -> None:
    ours, other = both
    rule(ours, when=["Modality=MR", "StudyDescription=*BRAIN*"])
    brain = {"Modality": "MR", "SOPClassUID": MRImageStorage, "StudyDescription": "MR BRAIN"}
    ours.store(*study(1, 3, **brain))
    ours.store(*study(2, 2, **{**brain, "StudyDescription": "MR brain"}), *study(3, 1))
    until(lambda: count(other) == 3)
    through(ours)
    found = line(ours, ask=True)
    assert (found["matched"], found["sent"], found["present"]) == (3, 3, 3)
    assert found["reconciled"]
    (entry,) = ours.told("route.sent")
    assert entry.facts["study"] == "1.2.3.1" and entry.facts["sent"] == 3


def test_preview_says_which_and_why_not(both: Both) -> None:
    ours, _ = both
    made = rule(ours, when=["StudyDescription=*BRAIN*"], enabled=False)
    ours.store(*study(1, 2, StudyDescription="CT BRAIN"), *study(2, 1, StudyDescription="CT Brain"))
    rows = ours.archive.routing.preview.rows(made, "today")
    found = {row["study_uid"]: row for row in rows}
    assert found["1.2.3.1"]["matches"] and found["1.2.3.1"]["to"] == ["OTHER: 2"]
    assert not found["1.2.3.2"]["matches"]
    why = "StudyDescription is 'CT Brain', the rule wants StudyDescription=*BRAIN*"
    assert found["1.2.3.2"]["why_not"] == why
    assert ours.archive.routing.preview.rows(made, "yesterday") == []
    with pytest.raises(UsageError, match="is no day"):
        ours.archive.routing.preview.rows(made, "someday")
    assert not ours.archive.owed.all()


def test_a_rule_that_was_corrected_is_applied_to_what_it_missed(both: Both) -> None:
    ours, other = both
    rule(ours, when=["Modality=ct"])
    ours.store(*study(1, 2))
    through(ours)
    assert count(other) == 0
    _, made = ours.archive.routing.rules.change("all", {"when": ["Modality=CT"]})
    assert ours.archive.routing.apply(made, "1.2.3.1") == 2
    until(lambda: count(other) == 2)
    through(ours)
    assert ours.archive.routing.apply(made, "1.2.3.1") == 0  # it has them
    assert ours.archive.routing.apply(made, "1.2.3.1", again=True) == 2


def test_a_class_the_destination_refuses_is_counted_with_its_reason(both: Both) -> None:
    ours, other = both
    ours.set("store.private_classes", PRIVATE)
    rule(ours)
    ours.store(*study(1, 3), *study(1, 1, SOPClassUID=PRIVATE, SOPInstanceUID="1.2.3.9"))
    through(ours)
    until(lambda: ours.told("route.sent"))
    found = line(ours)
    assert (found["matched"], found["sent"], found["refused"]) == (4, 3, 1)
    said = f"{PRIVATE}: it accepted no presentation context for the class"
    assert found["refusals"] == [f"1 × {said}"] and not found["reconciled"]
    other.set("store.private_classes", PRIVATE)
    made = ours.archive.routing.rules.get("all")
    ours.archive.routing.apply(made, "1.2.3.1", again=True)
    until(lambda: line(ours)["refused"] == 0)


def test_a_dead_destination_delays_nobody_and_ends_as_dead_letter(both: Both) -> None:
    ours, other = both
    ours.set("queue.max_attempts", 2)
    rule(ours, to=["GONE", "OTHER"])
    ours.store(*study(1, 2))
    until(lambda: line(ours)["sent"] == 2)
    until(lambda: line(ours, "GONE")["dead"] == 2)
    (report,) = [one for one in ours.archive.owed.all() if one.ae == "GONE"]
    assert (report.ae, report.state, report.attempts) == ("GONE", "dead", 2)
    (told,) = ours.told("route.dead")
    assert told.facts["node"] == "GONE" and "given up" in told.text
    ours.archive.nodes.change("GONE", {"port": other.port})
    other.set("dicom.check_called_ae", False)
    ours.archive.owed.retry(report.pk)
    until(lambda: line(ours, "GONE")["sent"] == 2)


def test_one_worker_for_all_lets_a_dead_destination_block_the_others(both: Both) -> None:
    ours, other = both
    ours.set("queue.workers", "one")
    ours.set("commitment.retry_seconds", 30)
    rule(ours, to=["GONE", "OTHER"])
    ours.store(*study(1, 1))
    until(lambda: {r.note[:19] for r in ours.archive.owed.all()} >= {"waits with another:"})
    assert count(other) == 0
    ours.set("queue.workers", "destination")
    ours.archive.owed.retry_all("OTHER")
    until(lambda: count(other) == 1)


def test_a_paused_destination_waits_and_a_stopped_queue_stands_still(both: Both) -> None:
    ours, other = both
    ours.archive.owed.pause("OTHER", "pacsadmin", "they move house")
    rule(ours)
    ours.store(*study(1, 1))
    until(lambda: [r.ae for r in ours.archive.owed.all()] == ["OTHER"])
    (row,) = [r for r in ours.archive.routing.counts.destinations() if r["ae"] == "OTHER"]
    assert (row["waiting"], row["paused"], row["reason"]) == (1, True, "they move house")
    ours.set("queue.enabled", False)
    assert ours.archive.owed.resume("OTHER") and not ours.archive.owed.resume("OTHER")
    assert count(other) == 0 and line(ours)["waiting"] == 1
    ours.set("queue.enabled", True)
    until(lambda: count(other) == 1)


def test_a_job_given_up_is_counted_as_cancelled(both: Both) -> None:
    ours, _ = both
    ours.archive.owed.pause("OTHER", "x", "")
    rule(ours)
    ours.store(*study(1, 2))
    until(lambda: [r.ae for r in ours.archive.owed.all()] == ["OTHER"])
    ours.archive.owed.drop(ours.archive.owed.all()[0].pk)
    assert line(ours)["cancelled"] == 2 and line(ours)["matched"] == 2


def test_a_job_whose_row_has_gone_shows_as_lost(both: Both) -> None:
    ours, _ = both
    ours.archive.owed.pause("OTHER", "x", "")
    rule(ours)
    ours.store(*study(1, 2))
    until(lambda: [r.ae for r in ours.archive.owed.all()] == ["OTHER"])
    ours.archive.owed.done(ours.archive.owed.all()[0].pk)  # as if somebody deleted it underneath
    assert line(ours)["lost"] == 2 and not line(ours)["reconciled"]


def test_a_window_holds_a_job_back_until_its_hours(tmp_path: Path) -> None:
    with pair(tmp_path) as (ours, other):
        rule(ours, window="18:00-06:00")
        ours.store(*study(1, 1))
        until(lambda: [r.ae for r in ours.archive.owed.all()] == ["OTHER"])
        assert ours.archive.owed.next("OTHER") is None and count(other) == 0
        ours.archive.routing.change("all", {"window": "19:00-06:00"})
        ours.archive.clock.jump(ours.archive.clock.now().replace(hour=18, minute=0))  # type: ignore[attr-defined]
        assert ours.archive.owed.next("OTHER") is None  # the rule was changed for what waits, too
        ours.archive.routing.change("all", {"window": "18:00-06:00"})
        until(lambda: count(other) == 1)


def test_what_a_crash_left_in_work_goes_on_after_the_start_or_stays(tmp_path: Path) -> None:
    with lab(tmp_path, [Node(ae="OTHER", port=1)]) as ours:
        ours.archive.owed.pause("OTHER", "x", "")
        pk = ours.archive.owed.add("route", "OTHER", "1.2.3", {})
        assert ours.archive.owed.claim(pk) and not ours.archive.owed.claim(pk)
        ours.set("queue.recover", False)
    with lab(tmp_path) as ours:
        assert ours.archive.owed.all()[0].state == "working"
        ours.set("queue.recover", True)
    with lab(tmp_path) as ours:
        assert ours.archive.owed.all()[0].state == "waiting"
        ours.archive.owed.resume("OTHER")
        through(ours)


def test_what_was_deleted_meanwhile_is_counted(both: Both) -> None:
    ours, _ = both
    ours.archive.owed.pause("OTHER", "x", "")
    rule(ours)
    ours.store(*study(1, 2))
    until(lambda: [r.ae for r in ours.archive.owed.all()] == ["OTHER"])
    ours.archive.index.delete_study("1.2.3.1")
    ours.archive.owed.resume("OTHER")
    through(ours)
    assert line(ours)["gone"] == 2


def test_a_reset_takes_rules_jobs_and_pauses_back(both: Both) -> None:
    ours, _ = both
    ours.archive.save_baseline()
    rule(ours)
    ours.archive.owed.pause("OTHER", "x", "")
    ours.store(*study(1, 1))
    until(lambda: [r.ae for r in ours.archive.owed.all()] == ["OTHER"])
    ours.archive.reset()
    assert ours.archive.routing.rules.all() == [] and ours.archive.owed.all() == []
    assert ours.archive.routing.counts.reconcile() == []
