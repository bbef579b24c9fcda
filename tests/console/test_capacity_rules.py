"""The capacity panel's forms: retention rules, legal holds, compression rules."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from simulator import console
from simulator.client import Client
from simulator.console.look import find

Press = Callable[[Any, str], str]


def fill(panel: Any, **fields: Any) -> None:
    for name, value in fields.items():
        find(panel, name.replace("_", "-")).value = value


@pytest.fixture
def clean(seat: Client) -> Iterator[Client]:
    """Leave no rule and no hold of the test behind."""
    yield seat
    for hold in seat.holds.list():
        seat.holds.release(hold["number"], "the test is over")
    for desk in (seat.retention, seat.compression):
        for rule in desk.list():
            if rule["name"].startswith("panel "):
                desk.remove(rule["name"])


def test_a_retention_rule_is_made_tried_and_deleted(clean: Client, press: Press) -> None:
    panel = console.capacity(clean)
    fill(panel, rule_name="panel CT", keep="soon", rule_modality="CT")
    assert "no period for keep" in press(panel, "rule-save")
    fill(panel, keep="1d", after_majority="10y", action="reject")
    assert "nothing has gone" in press(panel, "rule-save")
    made = clean.retention.list().one(name="panel CT")
    assert (made["keep"], made["modality"], made["action"]) == ("1d", "CT", "reject")
    assert "panel CT" in find(panel, "rules").value
    said = press(panel, "preview")
    expected = clean.retention.preview()["expiring"]
    assert expected and f"{expected} stud" in said
    fill(panel, rule="panel CT", keep="90y")
    press(panel, "rule-save")  # a changed rule: what was previewed is not true any more
    assert "Press Preview" in press(panel, "run")
    assert clean.retention.list().one(name="panel CT")["after_majority"] == "10y"
    fill(panel, rule="panel CT")
    assert "deleted" in press(panel, "rule-remove")
    assert "panel CT" not in find(panel, "rules").value
    assert "No rule is chosen" in press(panel, "rule-remove")


def test_a_chosen_rule_fills_the_form(clean: Client, press: Press) -> None:
    clean.retention.put("panel off", keep="6m", patients="minors", enabled=False)
    panel = console.capacity(clean)
    fill(panel, rule="panel off")
    values = [find(panel, name).value for name in ("rule-name", "keep", "patients", "rule-on")]
    assert values == ["panel off", "6m", "minors", False]
    fill(panel, rule="(a new rule)")
    assert [find(panel, name).value for name in ("rule-name", "rule-on")] == ["", True]


def test_a_hold_is_previewed_put_and_released(clean: Client, press: Press) -> None:
    study = clean.archive.studies()[0]
    panel = console.capacity(clean)
    assert "one of the two" in press(panel, "hold-preview")
    fill(panel, hold_patient=study["patient_id"])
    many = len(clean.archive.studies(patient_id=study["patient_id"]))
    assert f"would keep {many} stud" in press(panel, "hold-preview")
    assert study["study_uid"] in find(panel, "covered").value
    assert not clean.holds.list()
    assert "✘" in press(panel, "hold-put")  # a reason is wanted
    fill(panel, hold_reason="<script>letter</script> of 3 March")
    assert "is in force" in press(panel, "hold-put")
    assert f"all of {study['patient_id']}" in find(panel, "holds").value
    assert "<script" not in find(panel, "holds").value
    fill(panel, hold_reason="the case is closed")
    assert "is released" in press(panel, "hold-release")
    assert "nothing is on hold" in find(panel, "holds").value
    assert "No hold is chosen" in press(panel, "hold-release")
    assert clean.holds.list(released=True)[0]["release_reason"] == "the case is closed"


def test_a_compression_rule_is_tried_before_it_is_run(clean: Client, press: Press) -> None:
    used = clean.storage.list().one(name="ONLINE1")["images"]
    panel = console.capacity(clean)
    assert "No rule is chosen" in press(panel, "compression-preview")
    fill(panel, compression_name="panel DX", method="jpeg-ls", compression_modality="DX")
    assert "no image was changed" in press(panel, "compression-save")
    assert "not previewed" in press(panel, "compression-run")
    said = press(panel, "compression-preview")
    assert "would be compressed" in said and "are saved" in said
    assert clean.storage.list().one(name="ONLINE1")["images"] == used
    assert "were compressed" in press(panel, "compression-run")
    assert clean.storage.list().one(name="ONLINE1")["images"] < used
    assert "not previewed" in press(panel, "compression-run")  # once for each preview
    assert "stays as it is" in press(panel, "compression-remove")
