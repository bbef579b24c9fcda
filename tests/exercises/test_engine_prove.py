"""Which variants a proof goes over, and the engine's parts that clinics share."""

from __future__ import annotations

from exercises import engine
from exercises.engine import notes
from exercises.engine.exercise import load
from exercises.engine.variables import World, resolve

CLINIC = "clinic-the-room-cannot-send"


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
