"""The capacity panel: bars, a forecast drawn, retention previewed, recalls asked for."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from simulator import console
from simulator.client import Client
from simulator.console.capacity import bars
from simulator.console.look import find

Press = Callable[[Any, str], str]
PNG = b"\x89PNG\r\n"


def test_a_disk_fills_and_is_cleared(seat: Client, press: Press) -> None:
    used = seat.storage.list().one(name="ONLINE1")["used"]
    seat.storage.change("ONLINE1", capacity=used * 2, threshold=60, low=40)
    seat.as_staff("instructor").storage.fill("ONLINE1", "logs", used)
    panel = console.capacity(seat)
    assert "Act on ONLINE1" in press(panel, "refresh")
    shown = find(panel, "bars").value
    assert "✘ full" in shown and "logs" in shown
    find(panel, "volume").value = "ONLINE1"
    assert "logs were cleared on ONLINE1" in press(panel, "clear")
    assert "above its threshold" not in find(panel, "bars").value
    assert "would free" in press(panel, "plan")
    assert "are what was stored" in press(panel, "verify")


def test_looking_ahead_draws_a_picture(seat: Client, press: Press) -> None:
    used = seat.storage.list().one(name="ONLINE1")["used"]
    panel = console.capacity(seat)
    find(panel, "volume").value = "ONLINE1"
    assert "✘" in press(panel, "ahead")  # without a size there is nothing to reach
    seat.storage.change("ONLINE1", capacity=used * 3)
    find(panel, "basis").value = "study_date"
    said = press(panel, "ahead")
    picture = find(panel, "forecast-picture")
    if "✔" in said:
        assert "threshold of 90 %" in said and picture.value.startswith(PNG)
    else:
        assert "too few" in said and picture.layout.display == "none"


def test_retention_is_previewed_before_it_is_run(seat: Client, press: Press) -> None:
    panel = console.capacity(seat)
    assert "Press Preview" in press(panel, "run")
    seat.retention.put("short", keep="1d")
    study = seat.archive.studies()[-1]
    seat.holds.put("<script>x</script>", study_uid=study["study_uid"])
    assert "on hold" in press(panel, "preview")
    assert "<script" not in find(panel, "expiry").value
    expiring = seat.retention.reports()[0]["expiring"]
    before = len(seat.archive.studies())
    press(panel, "run")
    assert len(seat.archive.studies()) == before - expiring > 0
    assert study["study_uid"] in {row["study_uid"] for row in seat.archive.studies()}


def test_of_many_that_would_go_the_first_are_shown(
    seat: Client, press: Press, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("simulator.console.capacity_retention._MOST", 2)
    seat.retention.put("short", keep="1d")
    panel = console.capacity(seat)
    assert "Here are the first 2." in press(panel, "preview")
    assert find(panel, "expiry").value.count("<tr>") == 1 + 2  # the head, and two studies
    press(panel, "run")  # all of them, not the two
    run, preview = seat.retention.reports()[:2]
    assert run["expiring"] == preview["expiring"] > 2


def test_a_study_is_recalled_from_the_panel(seat: Client, press: Press) -> None:
    uid = seat.archive.studies()[0]["study_uid"]
    assert seat.storage.copy(uid, "NEAR1") > 0
    seat.storage.free(uid)
    panel = console.capacity(seat)
    find(panel, "study").value = uid
    assert "from NEAR1: ready about" in press(panel, "recall")
    assert uid in find(panel, "recalls").value
    find(panel, "study").value = "1.2.3"
    assert "no such study" in press(panel, "recall")
    find(panel, "volume").value = "VAULT1"
    assert "0 recalls waited" in press(panel, "mount")


def test_a_name_from_the_archive_is_escaped() -> None:
    row = {"name": "<b>", "tier": "online", "percent": 0, "threshold": 90, "capacity": 0,
           "images": 0, "files": 0, "other": {"<i>": 5}, "state": "fine"}  # fmt: skip
    assert "<b>" not in bars([row]) and "<i>" not in bars([row])
