"""Exercises on a foreign archive: those that need nothing of it, and what the others are told."""

from __future__ import annotations

from typing import Any

import pytest

from exercises import engine
from exercises.engine import checks, desk
from exercises.engine.attempt import AttemptFile, values_of
from exercises.engine.case import Case
from exercises.engine.exercise import all as all_exercises
from exercises.engine.exercise import right_cause
from simulator.backends.capabilities import EXTERNAL, ORTHANC
from simulator.client import Client
from simulator.errors import CannotError

pytestmark = pytest.mark.timeout(240)
TAPPED = (
    "first-images-go-then-it-dies", "sending-is-slow-since-the-new-switch",
    "works-then-does-not-then-works", "worklist-comes-images-do-not-go", "connection-failed",
)  # fmt: skip
FREE = ("room-cannot-send", "no-patients-on-the-worklist", *TAPPED)
ON_ORTHANC = (*FREE, "loaner-is-rejected")


def solved(client: Client, name: str) -> dict[str, Any]:
    """Start it, see that it fails untouched, diagnose it from the journal, repair it, mark it."""
    engine.start(client, name, 1)
    attempt, exercise = AttemptFile(client.seat.folder / "progress").need()
    values = values_of(attempt, exercise)
    assert not desk.check(client)["passed"]
    right = right_cause(exercise, values)
    entries = client.journal.entries(since=attempt.since)
    answers = [desk.diagnose(client, right.id, entry.id) for entry in reversed(entries)]
    assert any(answer.accepted for answer in answers), "no entry shows the cause here"
    (solve,) = checks.functions(exercise.folder / "solution.py", "solve")
    solve(Case(client, values))
    return dict(desk.check(client))


@pytest.mark.peer("Orthanc")
@pytest.mark.parametrize("name", ON_ORTHANC)
def test_it_can_be_done_on_orthanc(orthanc_hospital: Client, name: str) -> None:
    marks = solved(orthanc_hospital, name)
    assert marks["passed"], marks["checks"]
    engine.give_up(orthanc_hospital)


@pytest.mark.peer("dcmqrscp")
@pytest.mark.parametrize("name", FREE)
def test_it_can_be_done_on_an_external_archive(external_hospital: Client, name: str) -> None:
    marks = solved(external_hospital, name)
    assert marks["passed"], marks["checks"]
    engine.give_up(external_hospital)


@pytest.mark.peer("Orthanc")
def test_the_others_say_what_is_lacking(orthanc_hospital: Client) -> None:
    rows = engine.catalogue(orthanc_hospital)
    lacks = {row["id"]: row["lacks"] for row in rows}
    for name in ON_ORTHANC:
        assert not lacks[name]
    assert "knows no orders" in lacks["done-but-not-on-my-list"]
    assert "lacks" in rows.columns
    with pytest.raises(CannotError, match="Orthanc has no accounts"):
        engine.start(orthanc_hospital, "access-review")
    assert engine.current(orthanc_hospital) is None


def test_what_each_exercise_needs_is_a_capability() -> None:
    for exercise in all_exercises():
        for backend in (ORTHANC, EXTERNAL):
            assert all(isinstance(line, str) for line in backend.unmet(exercise.needs))
        source = (exercise.folder / "check.py").read_text("utf-8")
        if "users" not in exercise.needs and "embedded" not in exercise.needs:
            assert "seat.users" not in source, f"{exercise.id} reads accounts and does not say so"
