"""Marking, without a seat: checks that fail in every way, harm, diagnosis, notes, progress."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import pytest

from exercises.engine import checks, diagnosis, harm, marks, notes
from exercises.engine.attempt import Attempt, AttemptFile
from exercises.engine.exercise import load
from exercises.engine.marks import Marks
from exercises.engine.progress import Progress
from exercises.engine.sheet import Sheet
from simulator.errors import CannotError, NoAnswerError, RefusedError, UsageError
from simulator.journal import Entry

VALUES = {"device": "CT1", "wrong": "PACSLBA", "worker": {"name": "mhill"}}


# --- checks -----------------------------------------------------------------------------------


def check_ok(case: Any) -> None:
    """All is
    well."""


def check_no(case: Any) -> None:
    """This is not so."""
    raise AssertionError("CT1 called X, the answer was no, expected yes")


def check_net(case: Any) -> None:
    """The network is fine."""
    raise NoAnswerError("Nobody answers at 1.2.3.4.", "Look there.")


def check_bug(case: Any) -> None:
    """Our own mistake."""
    raise KeyError("device")


def check_slow(case: Any) -> None:
    """This takes for ever."""
    time.sleep(2)


@pytest.mark.parametrize(
    ("check", "passed", "said"),
    [
        (check_ok, True, ""),
        (check_no, False, "CT1 called X, the answer was no, expected yes"),
        (check_net, False, "could not be checked. Nobody answers"),
        (check_bug, False, "not your fault (KeyError: 'device')"),
        (check_slow, False, "longer than 0.1 s"),
    ],
)
def test_a_check_ends_in_a_sentence_whatever_happens(check: Any, passed: bool, said: str) -> None:
    verdict = checks.run_one(check, None, seconds=0.1)
    assert verdict.passed is passed and said in verdict.message
    assert "\n" not in verdict.goal


def test_a_file_that_cannot_be_loaded_is_named(tmp_path: Path) -> None:
    path = tmp_path / "check.py"
    path.write_text("def check_a(seat):\n    '''A.'''\nimport nothing_like_this\n", "utf-8")
    with pytest.raises(UsageError, match=r"check\.py cannot be loaded"):
        checks.functions(path)
    with pytest.raises(UsageError, match="There is no file"):
        checks.functions(tmp_path / "other.py")


_TWO_CHECKS = """
from exercises.engine import points

@points(2)
def check_first(seat):
    "The exam is there."
    assert seat["first"], "It is not there."

@points(1, after={after})
def check_second(seat):
    "The next one comes by itself."
    assert seat["second"], "It does not."
"""


@pytest.mark.parametrize(
    ("first", "second", "said"),
    [
        (False, True, ["It is not there.", "This counts when the goal 'The exam is there' is"]),
        (True, False, ["", "It does not."]),
        (True, True, ["", ""]),
    ],
)
def test_what_was_right_from_the_beginning_counts_after_the_goal_above(
    tmp_path: Path, first: bool, second: bool, said: list[str]
) -> None:
    (tmp_path / "check.py").write_text(_TWO_CHECKS.format(after="check_first"), "utf-8")
    verdicts = checks.run(tmp_path / "check.py", {"first": first, "second": second})
    assert [bool(verdict.message) for verdict in verdicts] == list(map(bool, said))
    assert all(v.message.startswith(words) for v, words in zip(verdicts, said, strict=True))
    assert [verdict.share for verdict in verdicts] == [2, 1]


def test_a_goal_comes_after_one_above_it(tmp_path: Path) -> None:
    (tmp_path / "check.py").write_text(_TWO_CHECKS.format(after="len"), "utf-8")
    with pytest.raises(UsageError, match="check_second comes after no check"):
        checks.run(tmp_path / "check.py", {"first": True, "second": True})


def test_points_add_up_whatever_the_shares() -> None:
    for shares in ([1], [1, 1, 1], [2, 3], [1, 2, 4, 7]):
        assert sum(marks.shared(50, shares)) == 50
    assert marks.shared(50, [2, 3]) == [20, 30]


# --- harm -------------------------------------------------------------------------------------

BEFORE: harm.Picture = {
    "study": {"1.2": {"patient_id": "M1", "accession": "", "instances": 3}},
    "user": {"mhill": {"role": "viewer", "status": "active"}},
    "node": {"CT1": {"port": 1, "rights": ["echo"]}},
    "hold": {"1": {"study_uid": "1.2", "released_by": ""}},
    "retention": {"CT": {"keep": "10y"}},
    "volume": {"ONLINE1": {"capacity": 5}},
    "setting": {"dicom.check_called_ae": {"value": True}, "query.limit": {"value": 0}},
}


def after(area: str, item: str, **changes: Any) -> harm.Picture:
    table = {**BEFORE[area], item: {**BEFORE[area].get(item, {}), **changes}}
    if not changes:
        del table[item]
    return {**BEFORE, area: table}


@pytest.mark.parametrize(
    ("picture", "danger"),
    [
        (after("study", "1.2"), "deleted"),
        (after("study", "1.2", instances=2), "are gone"),
        (after("study", "1.2", patient_id="M2"), "another patient"),
        (after("user", "mhill"), "account mhill was deleted"),
        (after("user", "mhill", role="pacs_admin"), "every right"),
        (after("node", "CT1", rights=["echo", "find"]), "rights nobody asked for"),
        (after("setting", "dicom.check_called_ae", value=False), "switched off"),
        (after("hold", "1", released_by="eva"), "legal hold was released"),
        (after("retention", "CT", keep="1d"), "is law"),
        (after("retention", "CT"), "is law"),
        (after("retention", "NEW", keep="1y"), ""),
        (after("volume", "ONLINE1", capacity=9), ""),
        (after("user", "mhill", status="disabled"), ""),
        (after("setting", "query.limit", value=5), ""),
        (after("node", "NEW", port=2), ""),
    ],
)
def test_what_endangers_patients_is_told_apart(picture: harm.Picture, danger: str) -> None:
    (change,) = harm.harms(harm.compare(BEFORE, picture), [])
    assert danger in harm.danger(change) and bool(harm.danger(change)) is bool(danger)
    assert str(change)


def test_what_the_exercise_asks_for_is_no_harm() -> None:
    changed = harm.compare(BEFORE, after("study", "1.2", accession="A1"))
    assert harm.harms(changed, ["study/1.3/*"])
    assert not harm.harms(changed, ["study/1.2/accession"])
    assert not harm.harms(changed, ["patient/M1/accession"])
    added = harm.compare({"rule": {}}, {"rule": {"new": {"action": "allow"}}})
    gone = harm.compare({"rule": {"old": {"action": "drop"}}}, {"rule": {}})
    assert harm.harms(added, []) and not harm.harms(added, ["rule/+"])
    assert harm.harms(gone, ["rule/+"])
    assert not harm.harms(harm.compare(BEFORE, after("study", "9.9", patient_id="M9")), [])
    assert not harm.compare(BEFORE, BEFORE)
    sent = harm.compare({"destination": {}}, {"destination": {"LOAN1": {"paused": False}}})
    held = {"destination": {"WS1": {"paused": False}}}, {"destination": {"WS1": {"paused": True}}}
    assert not harm.harms(sent, []) and harm.harms(harm.compare(*held), [])


# --- diagnosis and note -----------------------------------------------------------------------


def entry(kind: str, real: str = "2026-01-02", **facts: Any) -> Entry:
    return Entry(
        id="archive-000001", real=real, hospital=real, source="archive", kind=kind, text="said",
        facts=facts,
    )  # fmt: skip


def test_a_diagnosis_needs_the_cause_and_the_entry_that_shows_it() -> None:
    exercise = load("room-cannot-send")
    good = entry("association.rejected", called="PACSLBA", triple="1/1/7")
    other = entry("association.rejected", called="OTHER", triple="1/1/7")

    def judge(cause: str, cited: Entry | None, since: str = "2026") -> diagnosis.Diagnosis:
        return diagnosis.judge(exercise, VALUES, cause, cited, since)

    assert judge("called-title", good).accepted
    assert not judge("called-title", other).accepted
    assert not judge("called-title", None).accepted
    assert not judge("caller-unknown", good).accepted
    assert "older" in judge("called-title", good, since="2027").message
    with pytest.raises(UsageError, match="no cause 'magic'"):
        judge("magic", good)
    assert [diagnosis.points(30, True, wrong) for wrong in range(6)] == [30, 22, 15, 8, 0, 0]
    assert diagnosis.points(30, False, 0) == 0


def test_a_note_is_marked_for_its_facts() -> None:
    exercise = load("room-cannot-send")
    good = {
        "what": "CT1 could not send since the morning.",
        "why": "It called PACSLBA instead of PACSLAB.",
        "prevention": "An echo after every maintenance.",
    }
    assert notes.mark(exercise, VALUES, good) == (10, [])
    points, lacks = notes.mark(exercise, VALUES, {**good, "why": "Somebody made some mistake."})
    assert 0 < points < 10 and len(lacks) == 1
    assert notes.mark(exercise, VALUES, {})[0] == 0


# --- what is kept, and what is shown ------------------------------------------------------------


def test_progress_keeps_the_best_and_is_versioned(tmp_path: Path) -> None:
    progress = Progress(tmp_path)
    progress.started("x")
    progress.checked("x", 70, True)
    progress.checked("x", 20, False)
    progress.ended("x", {"seconds": 5, "score": 70})
    record = Progress(tmp_path).of("x")
    assert (record["starts"], record["best"], record["passed"], record["checks"]) == (
        1,
        70,
        True,
        2,
    )
    assert record["seconds"] == 5 and len(record["runs"]) == 1
    progress.path.write_text('{"format": 99, "exercises": {}}', "utf-8")
    with pytest.raises(CannotError, match="another version"):
        progress.all()


def test_no_attempt_is_one_clear_sentence(tmp_path: Path) -> None:
    file = AttemptFile(tmp_path)
    with pytest.raises(RefusedError, match="No exercise is running"):
        file.need()
    file.save(Attempt(exercise="room-cannot-send", seed=1), ended="left")
    with pytest.raises(RefusedError, match="No exercise is running"):
        file.need()
    file.path.write_text('{"format": 1, "surprise": 1}', "utf-8")
    with pytest.raises(CannotError, match="another version"):
        file.load()


def test_everything_shown_is_escaped() -> None:
    bad = "<script>alert(1)</script>"
    row = {"goal": bad, "points": 1, "passed": False, "message": bad}
    shown = Marks(id="x", seed=1, passed=False, score=0, parts={}, checks=[row])
    sheet = Sheet(
        id="x", seed=1, title=bad, ticket=bad, minutes=1, level=1, causes=((bad, bad),), hints=0
    )
    assert "<script" not in shown._repr_html_() + sheet._repr_html_()
    assert bad in str(shown) and bad in str(sheet)
