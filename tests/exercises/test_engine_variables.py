"""Variables: the same seed gives the same variant, another seed another one."""

from __future__ import annotations

from typing import Any

import pytest

from exercises.engine import variables
from exercises.engine.exercise import all as all_exercises
from exercises.engine.variables import World, expand, fill
from simulator.errors import UsageError

USERS = [
    {"name": f"user{n}", "full_name": f"User {n}", "role": role, "department": "Radiology"}
    for n, role in enumerate(
        ["technologist"] * 8 + ["radiologist"] * 5 + ["qc"] * 2 + ["viewer"] * 6
    )
]
STUDIES = [  # as the archive lists them
    {"study_uid": f"1.2.{n}", "modalities": [modality], "instances": n + 1, "description": "x",
     "patient_name": f"P{n}", "patient_id": f"M{n}", "accession": f"A{n}", "issuer": "PACSLAB",
     "birth_date": "19500101", "sex": "F", "date": "20260301", "time": "080000.000000",
     "source": f"{modality}1", "order_state": "matched", "order_note": "", "series": 1,
     "bytes": 1000, "received": "2026-03-01T08:00:00.000"}
    for n, modality in enumerate(("CT", "MR", "DX", "US", "CR", "MG", "XA", "RF", "NM", "PT") * 3)
]  # fmt: skip
ROLES = [{"name": role, "rights": ["study.read"]} for role in sorted({u["role"] for u in USERS})]
WORLD = World(users=USERS, studies=STUDIES, roles=ROLES)


def draw(recipes: dict[str, dict[str, Any]], seed: int = 1, **more: str) -> dict[str, Any]:
    named: dict[str, str] = {"secret": "", "trainee": "", "exercise": "x", **more}
    return variables.resolve(recipes, WORLD, seed=seed, **named)


@pytest.mark.parametrize("exercise", all_exercises(), ids=lambda exercise: exercise.id)
def test_seeds_give_variants_and_the_same_seed_the_same_one(exercise: Any) -> None:
    variants = [draw(exercise.variables, seed) for seed in range(6)]
    assert variants[0] == draw(exercise.variables, 0)
    assert len({repr(sorted(map(str, values.items()))) for values in variants}) == 6
    for values in variants:  # every text can be filled
        for text in (exercise.ticket, *exercise.hints, exercise.debrief()):
            assert "{" not in str(fill(text, values))


def test_secret_and_trainee_change_the_variant() -> None:
    recipes = {"n": {"number": [1, 1_000_000]}}
    plain = draw(recipes)
    assert len({plain["n"], draw(recipes, secret="s")["n"], draw(recipes, trainee="t")["n"]}) == 3
    assert draw(recipes) == plain


def test_one_variable_does_not_change_another() -> None:
    first = draw({"n": {"number": [1, 1000]}})
    assert draw({"m": {"number": [1, 1000]}, "n": {"number": [1, 1000]}})["n"] == first["n"]


@pytest.mark.parametrize("seed", range(40))
def test_a_typing_error_is_one_and_still_a_title(seed: int) -> None:
    wrong = draw({"wrong": {"typo_of": "PACSLAB"}}, seed)["wrong"]
    assert wrong != "PACSLAB" and 0 < len(wrong) <= 16 and wrong.isascii()


def test_a_look_alike_is_another_text_of_the_same_shape() -> None:
    for seed in range(20):
        for text in ("PACSLAB", "MR1"):
            made = draw({"a": {"look_alike": text}}, seed)["a"]
            shape = made.upper().translate(str.maketrans("1580", "ISBO"))
            assert made != text
            assert shape == text.translate(str.maketrans("1580", "ISBO"))


def test_swapped_digits_are_the_same_digits_in_another_order() -> None:
    for seed in range(40):
        values = draw({"a": {"accession": True}, "b": {"swapped": "{a}"}}, seed)
        assert values["a"] != values["b"] and sorted(values["a"]) == sorted(values["b"])


def test_nobody_is_picked_twice() -> None:
    values = draw({"one": {"staff": "technologist"}, "all": {"staff": "technologist", "count": 7}})
    names = {values["one"]["name"], *(user["name"] for user in values["all"])}
    assert len(names) == 8
    with pytest.raises(UsageError, match="too little"):
        draw({"all": {"staff": "technologist", "count": 9}})


def test_a_namesake_is_somebody_else() -> None:
    values = draw({"a": {"person": True}, "b": {"namesake": "{a}"}})
    assert values["a"]["name"] == values["b"]["name"]
    assert values["a"]["mrn"] != values["b"]["mrn"]
    assert values["a"]["birth_date"] != values["b"]["birth_date"]


def test_a_single_placeholder_keeps_its_type_and_lists_expand() -> None:
    values = {"n": 3, "names": ["a", "b"], "who": {"mrn": "M1"}}
    assert fill({"k": "{n}", "t": "n={n} {who.mrn}", "l": ["{names.1}"]}, values) == {
        "k": 3,
        "t": "n=3 M1",
        "l": ["b"],
    }
    assert expand("user/{names}/status", values) == ["user/a/status", "user/b/status"]
    with pytest.raises(UsageError, match="no variable 'nobody'"):
        fill("{nobody}", values)


@pytest.mark.parametrize(
    ("recipes", "said"),
    [
        ({"a": {"dice": 6}}, "'a' is not understood"),
        ({"a": {"choose": [1], "number": [1, 2]}}, "'a' is not understood"),
        ({"a": {"typo_of": "{later}"}, "later": {"choose": ["x"]}}, "{later}"),
    ],
)
def test_a_recipe_that_makes_no_sense_is_named(recipes: Any, said: str) -> None:
    with pytest.raises(UsageError, match=said):
        variables.check(recipes, "file")
