"""After the attempt: the timeline, the progress by domain, the record to print."""

from __future__ import annotations

from pathlib import Path

import pytest

import exercises
from exercises import engine
from exercises.engine import certificate, domains
from exercises.engine import exercise as known
from exercises.engine.progress import Progress
from simulator.client import Client
from simulator.errors import RefusedError
from simulator.results import harmless

A1 = "room-cannot-send"


def test_the_timeline_comes_after_the_attempt_and_shows_both_sides(exercise_seat: Client) -> None:
    lab = exercises.start(A1, exercise_seat, seed=3)
    with pytest.raises(RefusedError, match="still runs"):
        lab.review()
    with pytest.raises(RefusedError, match="not solved yet"):
        lab.finish()
    rejected = exercise_seat.journal.entries(kind="association.rejected")[-1]
    lab.hint()
    lab.check()  # calls the archive, too: that is no part of the timeline
    device = exercise_seat.modality(rejected.facts["calling"])
    device.set("archive.ae", "PACSLAB")
    device.send()
    assert lab.check()["passed"]
    shown = lab.review()
    text = str(shown)
    yours = [step for step in shown.steps if step.side == "you"]
    assert [step.text for step in yours if not step.id] == [
        "hint 1", "check: not solved yet, 0 points", "check: solved, 55 points",
    ]  # fmt: skip
    assert any("archive.ae" in step.text and step.id for step in yours)
    evidence = [step for step in shown.steps if step.evidence]
    assert rejected.id in {step.id for step in evidence}
    assert any(step.side == "staff" and "archive.ae" in step.text for step in evidence)
    assert "instructor" not in text and "AE title it does not answer to" in text
    debrief = lab.finish()
    assert "1/1/7" in debrief and engine.current(exercise_seat) is None
    assert [step.text for step in lab.review().steps] == [step.text for step in shown.steps]


def _done(folder: Path) -> Progress:
    progress = Progress(folder)
    progress.started(A1)
    progress.checked(A1, 85, True)
    progress.ended(A1, {"seed": 4, "started": "2026-03-02T08:00:00", "seconds": 600, "score": 85,
                        "passed": True, "hints": 1, "ended": "finished"})  # fmt: skip
    return progress


def test_progress_by_domain_names_what_no_lab_trains(tmp_path: Path) -> None:
    _done(tmp_path)
    rows = {row["domain"]: row for row in domains.by_domain(tmp_path)}
    there = [item for item in known.all() if "CIIP:information-technology" in item.tags]
    technology = rows["CIIP:information-technology"]
    assert (technology["solved"], technology["of"]) == (1, len(there))
    assert technology["best"] == round(85 / len(there)) and technology["minutes"] == 10
    assert "no lab" in rows["CIIP:procurement"]["note"] and rows["CIIP:procurement"]["of"] == 0


def test_every_tag_is_a_domain() -> None:
    ids = {domain.id for domain in domains.domains()}
    strange = {item.id: set(item.tags) - ids for item in known.all() if set(item.tags) - ids}
    assert not strange


def test_runs_go_to_a_spreadsheet_without_formulas(tmp_path: Path) -> None:
    _done(tmp_path)
    text = domains.as_csv(domains.runs(tmp_path))
    assert text.splitlines()[1].startswith(f"{A1},A1,4,") and text.splitlines()[1].endswith("ed")
    assert harmless("=1+1") == "'=1+1"


def test_the_record_says_what_was_done_and_no_more(tmp_path: Path) -> None:
    with pytest.raises(RefusedError, match="Nothing was solved"):
        certificate.record(tmp_path, "Ana")
    _done(tmp_path)
    page = certificate.write(tmp_path, "<b>Ana</b>", tmp_path / "a.html").read_text("utf-8")
    assert "&lt;b&gt;Ana" in page and "The room cannot send" in page and "<td>85</td>" in page
    assert "not a certification" in page
    assert certificate.write(tmp_path, "Ana", tmp_path / "a.pdf").read_bytes()[:5] == b"%PDF-"
    with pytest.raises(RefusedError, match="there already"):
        certificate.write(tmp_path, "Ana", tmp_path / "a.pdf")
    with pytest.raises(RefusedError, match="neither"):
        certificate.write(tmp_path, "Ana", tmp_path / "a.txt")
