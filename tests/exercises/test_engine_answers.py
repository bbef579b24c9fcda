"""Lists that are handed in, guards that count as harm, and shortcuts of some variants only."""

from __future__ import annotations

import json
from typing import Any

import pytest
from typer.testing import CliRunner

import exercises
from exercises import engine
from exercises.engine.answers import handed
from exercises.engine.case import Case
from exercises.engine.checks import only_when
from exercises.engine.harm import Change, danger
from exercises.engine.variables import World, resolve
from simulator.cli import app
from simulator.client import Client
from simulator.errors import UsageError

NAME = "was-my-record-viewed"


def test_a_list_is_kept_replaced_and_gone_after_a_reset(exercise_seat: Client) -> None:
    lab = exercises.start(NAME, exercise_seat, seed=4)
    assert "To hand in:" in str(lab) and "unexplained" in lab._repr_html_()
    assert lab.answer("viewed", [" b ", "a", "b", ""]) == ["b", "a"]
    assert lab.answer("viewed", ["c"]) == ["c"] == handed(exercise_seat)["viewed"]
    assert Case(exercise_seat, {}).handed == {"viewed": ["c"]}
    with pytest.raises(UsageError, match="No list 'seen'"):
        lab.answer("seen", ["a"])
    with pytest.raises(UsageError, match="too long"):
        lab.answer("viewed", [str(n) for n in range(501)])
    lab.reset()
    assert handed(exercise_seat) == {}


def test_the_command_hands_a_list_in(exercise_seat: Client) -> None:
    engine.start(exercise_seat, NAME, seed=4)
    words = ["exercise", "answer", "viewed", "a", "b", "--json"]
    result = CliRunner().invoke(app, [*words, "--seat", str(exercise_seat.seat.folder)])
    assert result.exit_code == 0, result.output
    assert json.loads(result.stdout) == {"name": "viewed", "items": ["a", "b"]}
    assert handed(exercise_seat) == {"viewed": ["a", "b"]}


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("login.revoke_on_disable", False),
        ("password.refuse_common", False),
        ("audit.off", "export"),
        ("audit.off_nodes", "WS1"),
    ],
)
def test_taking_a_safeguard_away_is_dangerous(key: str, value: object) -> None:
    gone = Change(area="setting", item=key, key="value", old="none", new=value)
    assert danger(gone)
    back = Change(area="setting", item=key, key="value", old=value, new="none" if value else True)
    assert not danger(back)


def test_a_shortcut_may_be_wrong_in_some_variants_only() -> None:
    @only_when("stale-password")
    def unlock() -> None:
        """Do nothing."""

    assert unlock.causes == ("stale-password",)  # type: ignore[attr-defined]


def test_passwords_and_roles_are_drawn_like_everything_else() -> None:
    roles = [{"name": "viewer", "rights": ["study.read"]}, {"name": "qc", "rights": []}]
    recipes: dict[str, dict[str, Any]] = {
        "one": {"password": True},
        "two": {"password": True},
        "role": {"role": "viewer"},
        "all": {"role": "all"},
    }
    world = World(roles=roles)
    facts: dict[str, str] = {"secret": "", "trainee": "", "exercise": "x"}
    drawn = resolve(recipes, world, seed=1, **facts)
    assert drawn == resolve(recipes, world, seed=1, **facts)
    assert drawn["one"] != drawn["two"] and len(drawn["one"]) >= 15
    assert drawn["role"]["rights"] == ["study.read"] and drawn["all"] == roles
    assert resolve(recipes, world, seed=2, **facts)["one"] != drawn["one"]
