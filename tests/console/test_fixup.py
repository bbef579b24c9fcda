"""The fix-up desk's panel: problems, orders side by side, preview before anything is done, undo."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from simulator import console
from simulator.client import Client
from simulator.console.fixup import EDIT, MERGE, REJECT
from simulator.console.look import find
from tests.net import wait_for

Press = Callable[[Any, str], str]
EVIL = "<script>alert(1)</script>"


def unmatched(seat: Client) -> dict[str, Any]:
    """Send a study that somebody typed by hand; returns it once it is looked at."""
    order = seat.ris.orders()[0]
    typed = {"patient_name": order["patient_name"], "patient_id": "X1", "protocol": "chest"}
    assert seat.modality("CT1").perform_unscheduled(**typed)
    wait_for(lambda: seat.archive.unmatched(), 20)
    return dict(seat.archive.unmatched()[0])


def test_a_study_is_linked_edited_rejected_and_put_back(seat: Client, press: Press) -> None:
    study = unmatched(seat)
    panel = console.fixup(seat)
    assert "unmatched" in find(panel, "counts").value
    find(panel, "study-list").value = study["study_uid"]
    compared = find(panel, "compare").value
    assert "≠ differs" in compared and "= same" in compared and "X1" in compared
    assert find(panel, "do").disabled
    press(panel, "preview-it")
    assert "PatientID" in find(panel, "preview").value and not find(panel, "do").disabled
    order = find(panel, "order").value
    assert f"to order {order}" in press(panel, "do")
    assert seat.archive.study(study["study_uid"])["order_state"] == "matched"
    assert f"to order {order}" in find(panel, "changes").value
    assert find(panel, "do").disabled  # the next one is previewed again
    assert "undone" in press(panel, "undo")
    assert seat.archive.study(study["study_uid"])["patient_id"] == "X1"


def test_what_is_chosen_after_a_preview_must_be_previewed_again(seat: Client, press: Press) -> None:
    study = unmatched(seat)
    panel = console.fixup(seat)
    find(panel, "study-list").value = study["study_uid"]
    find(panel, "act").value = EDIT
    find(panel, "attribute").value = "StudyDescription"
    find(panel, "value").value = EVIL
    press(panel, "preview-it")
    assert "&lt;script&gt;" in find(panel, "preview").value
    assert "<script" not in find(panel, "preview").value
    find(panel, "value").value = "something else"
    assert find(panel, "do").disabled and find(panel, "preview").value == ""
    find(panel, "act").value = REJECT
    find(panel, "code").value = "113037"
    press(panel, "preview-it")
    assert "113037" in press(panel, "do")
    assert study["study_uid"] not in [s["study_uid"] for s in seat.archive.studies()]


def test_merging_says_the_direction(seat: Client, press: Press) -> None:
    study = unmatched(seat)
    panel = console.fixup(seat)
    find(panel, "study-list").value = study["study_uid"]
    find(panel, "act").value = MERGE
    other = next(v for _, v in find(panel, "survivor").options if v[0] != "X1")
    find(panel, "survivor").value = other
    press(panel, "preview-it")
    assert f"studies move from X1 to {other[0]}" in find(panel, "preview").value
    same = next(v for _, v in find(panel, "survivor").options if v[0] == "X1")
    find(panel, "survivor").value = same
    assert "not merged with itself" in press(panel, "preview-it")
