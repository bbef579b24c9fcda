"""Faults as an instructor types them: every kind says what it takes, and refuses nonsense."""

from __future__ import annotations

import json
from typing import Any

import pytest
from typer.testing import CliRunner

from exercises import engine
from simulator import faults
from simulator.cli import app
from simulator.client import Client
from simulator.clients.faults import FaultClient
from simulator.errors import UsageError
from simulator.faults import parameters


@pytest.mark.parametrize("kind", faults.kinds())
def test_every_kind_says_what_it_takes_and_refuses_the_rest(kind: str) -> None:
    rows = parameters.takes(kind)
    assert all(set(row) == {"name", "type", "usual"} and row["type"] for row in rows)
    doc = str(faults.registry.class_of(kind).__doc__).strip()
    assert doc.endswith((".", ").")) and "\n" not in doc.splitlines()[0]
    with pytest.raises(UsageError, match="unknown key 'nonsense'"):
        faults.make(kind, {row["name"]: "" for row in rows} | {"nonsense": 1})
    for row in rows:
        if row["usual"] == parameters.NEEDED:
            rest = {other["name"]: "" for other in rows if other is not row}
            with pytest.raises(UsageError, match="lacks the key"):
                faults.make(kind, rest)


@pytest.mark.parametrize(
    ("kind", "words", "made"),
    [
        ("rush", {"devices": "CT1,MR1", "accessions": "A1"},
         {"devices": ["CT1", "MR1"], "accessions": ["A1"]}),
        ("order", {"patient": '{"mrn": "M1"}', "accession": 97}, 
         {"patient": {"mrn": "M1"}, "accession": "97"}),
        ("broken-glass", {"events": '[{"name": "a"}]'}, {"events": [{"name": "a"}]}),
        ("vlan", {"device": "CT1", "vlan": 30}, {"device": "CT1", "vlan": 30}),
    ],
)  # fmt: skip
def test_words_become_what_a_fault_wants(
    kind: str, words: dict[str, Any], made: dict[str, Any]
) -> None:
    assert parameters.understood(kind, words) == made


@pytest.mark.parametrize(
    ("kind", "words"),
    [("order", {"patient": "M1"}), ("order", {"patient": "{half"}), ("nothing", {"a": "b"})],
)
def test_words_that_make_no_sense_are_refused(kind: str, words: dict[str, Any]) -> None:
    with pytest.raises(UsageError) as caught:
        parameters.understood(kind, words)
    assert caught.value.remedy


def test_an_instructors_commands(exercise_seat: Client) -> None:
    engine.reset_hospital(exercise_seat)

    def run(*words: str) -> Any:
        return CliRunner().invoke(app, ["fault", *words, "--seat", str(exercise_seat.seat.folder)])

    assert "vlan" in run("list").output
    one = run("list", "rush").output
    assert "one,two" in one and "(needed)" in one and "instructor" in one
    assert "no kind of fault 'rusk'" in str(run("list", "rusk").exception)
    made = run("inject", "routine-accounts", "count=2", "seed=4", "--json")
    assert made.exit_code == 0, made.output + str(made.exception)
    number = json.loads(made.stdout)["id"]
    assert "routine-accounts" in run("status").output
    assert run("lift", str(number)).exit_code == 0
    for wrong in (("vlan",), ("vlan", "device=NOPE"), ("vlan", "device=CT1", "x=1"), ("magic",)):
        answer = run("inject", *wrong)
        assert answer.exit_code != 0 and str(answer.exception)
    assert json.loads(run("status", "--json").stdout) == []


def test_a_reset_mends_what_was_injected_and_the_list_knows(exercise_seat: Client) -> None:
    engine.reset_hospital(exercise_seat)
    desk = FaultClient(exercise_seat.seat, "instructor")
    desk.inject("vlan", device="CT1")
    assert [row["kind"] for row in desk.status()] == ["vlan"]
    engine.reset_hospital(exercise_seat)
    assert desk.status() == [] and exercise_seat.modality("CT1").echo().ok
