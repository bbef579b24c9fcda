"""The folds of a service screen: where settings are, and that a heading says what was changed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from simulator import console
from simulator.client import Client
from simulator.console.look import find, walk

Press = Callable[[Any, str], str]
DAILY = {"ae_title", "online", "archive.ae", "archive.host", "archive.port"}
OF_MODALITIES = {"ris.ae", "ris.host", "ris.port", "worklist.station_ae", "worklist.modality",
                 "worklist.date"}  # fmt: skip


def fold(screen: Any) -> Any:
    return find(screen, "fold")


def keys(widget: Any) -> list[str]:
    return [one.description for one in walk(widget) if "pl-set" in one._dom_classes]


def holding(screen: Any, key: str) -> int:
    """Return which fold a setting is in."""
    return next(at for at, box in enumerate(fold(screen).children) if key in keys(box))


def test_every_setting_is_there_once_and_those_of_every_day_are_in_sight(seat: Client) -> None:
    for name, daily in (("CT1", DAILY | OF_MODALITIES), ("WS1", DAILY)):
        screen = console.service_screen(name, seat)
        folded = keys(fold(screen))
        assert sorted(keys(screen)) == sorted(seat.modality(name).settings)
        assert set(keys(screen)) - set(folded) == daily
        assert fold(screen).selected_index is None and len(folded) > len(daily)
        assert all(keys(box) for box in fold(screen).children), "no fold is empty"
        assert not [title for title in fold(screen).titles if "changed" in title]


def test_a_heading_says_what_is_not_as_delivered(seat: Client, press: Press) -> None:
    device = seat.modality("CT1")
    device.set("timeouts.dimse", 2.0)
    screen = console.service_screen("CT1", seat)
    at = holding(screen, "timeouts.dimse")
    assert fold(screen).titles[at] == "Timeouts – 1 changed"
    find(screen, "set-timeouts-acse").value = 3.0
    assert fold(screen).titles[at] == "Timeouts – 1 changed"  # not before it is saved
    assert press(screen, "save").endswith("Saved: timeouts.acse.</div>")
    assert fold(screen).titles[at] == "Timeouts – 2 changed"
    for key, value in {"timeouts.dimse": 30.0, "timeouts.acse": 10.0}.items():
        device.set(key, value)
    press(screen, "read")
    assert fold(screen).titles[at] == "Timeouts"


def test_the_open_fold_stays_open_while_devices_are_compared(seat: Client) -> None:
    screen = console.service_screen("CT1", seat)
    fold(screen).selected_index = holding(screen, "encoding.names")
    find(screen, "device").value = "MR1"
    assert "encoding.names" in keys(fold(screen).children[fold(screen).selected_index])
    find(screen, "device").value = "WS1"  # it writes no images
    assert fold(screen).selected_index is None
