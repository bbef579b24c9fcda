"""Which variants a proof goes over, what it proves, and the engine's parts that clinics share."""

from __future__ import annotations

import sqlite3
import sys
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from random import Random
from typing import Any

import pytest

from exercises import engine
from exercises.engine import baseline, copied, giveaways, notes, records, scaffold, slips
from exercises.engine import exercise as known
from exercises.engine.attempt import AttemptFile, values_of
from exercises.engine.case import Case, eventually
from exercises.engine.exercise import load
from exercises.engine.variables import World, resolve
from simulator import faults
from simulator.client import Client
from tests.exercises.test_proofs import ALWAYS

prove = sys.modules["exercises.engine.prove"]  # the package has a function of that name
CLINIC, A1, NEW = "clinic-the-room-cannot-send", "room-cannot-send", "a-try"


def _causes(seeds: list[int]) -> list[str]:
    recipes = {"cause": load(CLINIC).variables["cause"]}
    return [
        resolve(recipes, World(), secret="", trainee="", exercise=CLINIC, seed=seed)["cause"]
        for seed in seeds
    ]


def test_a_proof_goes_over_every_cause() -> None:
    seeds = engine.covering(CLINIC, [1, 2])
    drawn = _causes(seeds)
    assert seeds[:2] == [1, 2]
    assert set(drawn) == set(load(CLINIC).variables["cause"]["choose"])
    assert len(seeds) == len(set(drawn)) + (drawn[0] == drawn[1])


def test_without_a_variable_cause_the_seeds_are_those_asked_for() -> None:
    assert engine.covering("room-cannot-send", [4, 7]) == [4, 7]


def test_alternatives_of_a_note_may_come_from_a_variable() -> None:
    values = {"words": "port|104"}
    assert notes.mentions("It called 104.", "{words}", values)
    assert not notes.mentions("It called nobody.", "{words}", values)


# --- a new exercise, and one that is wrong in every way -------------------------------------------


@pytest.fixture
def written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A new exercise as 'exercise new' lays it out."""
    made = scaffold.new(NEW, tmp_path)
    loaded = known.load
    monkeypatch.setattr(known, "load", lambda name, folder=tmp_path: loaded(name, folder))
    return made


def _failed(proofs: list[Any]) -> dict[str, str]:
    return {proof.what: proof.message for proof in proofs if not proof.ok}


@pytest.mark.timeout(180)
def test_a_new_exercise_proves_as_it_is_laid_out(exercise_seat: Client, written: Path) -> None:
    proofs = prove.prove(exercise_seat, NEW, [1])
    assert not _failed(proofs)
    tried = {proof.what for proof in proofs}
    assert tried >= ALWAYS | {"what another trainee does fails here"}
    worth = [proof.what for proof in proofs if "is worth" in proof.what]
    assert [int(what.split()[-2]) for what in worth] == [60, 90]
    assert engine.running(exercise_seat) == ""


CHECK = '''
def check_nothing(seat):
    """It is so."""
    seat.archive.set("query.limit", 7)
'''


@pytest.mark.timeout(180)
def test_what_is_wrong_with_an_exercise_is_found(exercise_seat: Client, written: Path) -> None:
    path = written / "exercise.toml"
    text = path.read_text("utf-8")
    text = text.replace("What to do, step by step for {device}.", "What to do, step by step.")
    text = text.replace("Mend", "Help with").replace('hints = ["', 'hints = ["Look. ", "')
    path.write_text(text, "utf-8")
    (written / "check.py").write_text(CHECK, "utf-8")
    failed = _failed(prove.prove(exercise_seat, NEW, [1]))
    assert "It earned points" in failed["untouched it fails"] or (
        "It passed" in failed["untouched it fails"]
    )
    assert "checking changes nothing" in failed
    assert any("is worth" in what for what in failed)


def test_another_trainees_variant_is_another_one(exercise_seat: Client) -> None:
    engine.start(exercise_seat, A1, seed=1)
    attempt, exercise = AttemptFile(exercise_seat.seat.folder / "progress").need()
    own, others = values_of(attempt, exercise), copied.other_variant(exercise, attempt)
    assert others["device"] != own["device"] and others["accession"] != own["accession"]
    assert not copied.asks_the_seat(exercise, own, others)
    proof = prove._copied(exercise_seat, exercise, attempt)
    assert proof.ok and not proof.message


def test_a_hint_that_names_nothing_is_found(exercise_seat: Client) -> None:
    engine.start(exercise_seat, A1, seed=1)
    attempt, exercise = AttemptFile(exercise_seat.seat.folder / "progress").need()
    rejected = exercise_seat.journal.entries(kind="association.rejected")[-1]
    exercise_seat.modality(rejected.facts["calling"]).set("archive.ae", "PACSLAB")
    assert prove._hinted(exercise_seat, exercise, attempt).ok
    vague = replace(exercise, hints=("Look around.", "Mend it."))
    found = prove._hinted(exercise_seat, vague, attempt)
    assert not found.ok and rejected.facts["calling"] in found.message


# --- leaks ----------------------------------------------------------------------------------------


def test_what_gives_a_cause_away_is_found(exercise_seat: Client) -> None:
    engine.start(exercise_seat, A1, seed=1)
    attempt, exercise = AttemptFile(exercise_seat.seat.folder / "progress").need()
    assert giveaways.found(exercise_seat, exercise, attempt) == []
    folder = exercise_seat.seat.folder
    leaks = [folder / "logs" / "injector.log", folder / "run" / "called-title.json"]
    try:
        leaks[0].write_text("applied called-title to CT1", "utf-8")
        leaks[1].write_text("{}", "utf-8")
        found = giveaways.found(exercise_seat, exercise, attempt)
        assert len(found) == 2 and any("injector.log says 'called-title'" in one for one in found)
    finally:
        for path in leaks:
            path.unlink()
    exercise_seat.as_staff("instructor").archive.add_node(ae="X1", host="127.0.0.1", port=0)
    exercise_seat.as_staff("instructor").archive.change_node("X1", description="injected")
    assert any(
        "says 'injected'" in one for one in giveaways.found(exercise_seat, exercise, attempt)
    )


# --- the baseline ---------------------------------------------------------------------------------


def test_the_digest_of_a_seat_misses_nothing_and_a_reset_brings_it_back(
    exercise_seat: Client,
) -> None:
    whole = prove._whole(exercise_seat)
    assert {"index.studies", "index.users", "index.nodes", "index.settings", "index.routing_rules",
            "ris.orders", "files", "devices", "device", "port"} <= set(whole)  # fmt: skip
    exercise_seat.archive.set("query.limit", 7)
    exercise_seat.users.set_password(
        exercise_seat.users.list(role="viewer")[0]["name"], "Ra1n-over-the-harbour"
    )
    exercise_seat.archive.change_node("CT1", description="other")
    exercise_seat.ris.place(code="CT-HEAD")
    exercise_seat.network.set("CT1", vlan=20)
    changed = set(baseline.differing(whole, baseline.digests(exercise_seat)))
    assert {"index.settings", "index.users", "index.nodes", "ris.orders", "port"} <= changed
    assert baseline.differing(whole, prove._whole(exercise_seat)) == []


def test_a_stored_file_that_is_lost_is_seen(exercise_seat: Client) -> None:
    whole = prove._whole(exercise_seat)
    digests = {row["digest"] for row in _instances(exercise_seat)}
    files = (exercise_seat.seat.folder / "archive" / "files").rglob("*.dcm")
    path = next(file for file in files if file.stem in digests)
    aside = path.rename(path.parent / "aside")
    try:
        assert baseline.differing(whole, baseline.digests(exercise_seat)) == ["files"]
    finally:
        aside.rename(path)
    assert not baseline.differing(whole, baseline.digests(exercise_seat))


def _instances(seat: Client) -> list[dict[str, Any]]:
    with closing(sqlite3.connect(seat.seat.folder / "archive" / "index.db")) as db:
        return [{"digest": digest} for (digest,) in db.execute("select digest from instances")]


# --- shared parts ---------------------------------------------------------------------------------


@pytest.mark.parametrize("how", ["swapped", "omitted", "extra"])
def test_a_number_is_misread_in_one_way(how: str) -> None:
    for seed in range(40):
        wrong = slips.misread("M0482913", how, Random(seed))
        assert wrong != "M0482913" and wrong[0] == "M"
        lengths = {"swapped": 8, "omitted": 7, "extra": 9}
        assert len(wrong) == lengths[how]
        if how == "swapped":
            assert sorted(wrong) == sorted("M0482913")
        if how == "extra":
            assert any(wrong[:n] + wrong[n + 1 :] == "M0482913" for n in range(len(wrong)))
        if how == "omitted":
            assert any("M0482913"[:n] + "M0482913"[n + 1 :] == wrong for n in range(8))


def test_records_say_what_a_reader_finds(exercise_seat: Client) -> None:
    engine.reset_hospital(exercise_seat)
    case = Case(exercise_seat, {})
    rows = [row for row in case.archive.studies(order_state="matched") if row["accession"]]
    mine = rows[0]["patient_id"]
    other = next(row["patient_id"] for row in rows if row["patient_id"] != mine)
    wanted = [row["accession"] for row in rows if row["patient_id"] == mine]
    assert records.accessions_of(case, mine) == sorted(wanted)
    records.expect_record(case, mine, wanted)
    with pytest.raises(AssertionError, match=r"Expected: .*A0"):
        records.expect_record(case, mine, [*wanted, "A0"])
    with pytest.raises(AssertionError, match=f"still has a patient {mine}"):
        records.expect_nobody(case, mine)
    records.expect_nobody(case, "M-nobody")
    assert records.merges_of(case, mine) == []
    case.patients.merge(mine, other)
    assert len(records.merges_of(case, mine)) == 1
    records.expect_nobody(case, mine)
    case.fixup.unlink(case.archive.studies(patient_id=other)[0]["study_uid"])
    with pytest.raises(AssertionError):
        records.expect_record(case, other, records.accessions_of(case, other))


def test_a_missed_merge_is_made_up_for_when_it_is_lifted(exercise_seat: Client) -> None:
    engine.reset_hospital(exercise_seat)
    seat = exercise_seat
    seat.seat.reset(resume=False)
    rows = {row["patient_id"]: row for row in seat.archive.studies() if row["accession"]}
    retired, survivor = list(rows)[:2]
    facts = {"application": "ELSEWHERE", "fitter": "mhill", "by": "mhill"}
    fault = faults.make("missed-merge", {"retired": retired, "survivor": survivor, **facts})
    fault.apply(seat)
    assert seat.archive.studies(patient_id=retired), "the archive has heard of it"
    assert seat.archive.setting("hl7.application") != "ELSEWHERE"
    fault.lift(seat)
    assert eventually(lambda: not seat.archive.studies(patient_id=retired))
    assert seat.archive.studies(patient_id=survivor)
    fault.lift(seat)  # once more does no harm
    assert not seat.archive.studies(patient_id=retired)
