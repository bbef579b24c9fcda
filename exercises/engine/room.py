"""The whole way of a room's images to the archive: what must be so, whichever part of it broke."""

from __future__ import annotations

from typing import Any

from exercises.engine.case import Case

_RIGHTS = {"echo", "store", "find", "move", "commit"}  # what a modality is installed with
_LIMIT = (20, 100)  # associations at once that fit the house


def expect_way(seat: Case, device: str) -> None:
    """Assert that the next exam of a room will arrive too, by no makeshift."""
    facts = seat.modality(device).facts
    own = facts["settings"]["ae_title"]
    assert own == device, f"{device} calls itself {own} now. Expected: {device}."
    seat.expect_echo(device)
    _entry(seat, device, facts)
    _network(seat, device)
    limit, (low, high) = seat.archive.setting("dicom.max_associations"), _LIMIT
    assert low <= limit <= high, f"{limit} associations may be open. Expected: {low} to {high}."
    tight = [f"{row['name']} {row['percent']} %" for row in _online(seat) if _is_tight(row)]
    assert not tight, f"A disk of the archive is all but full: {', '.join(tight)}."


def _entry(seat: Case, device: str, facts: dict[str, Any]) -> None:
    place = (facts["host"], facts["port"])
    here = [node for node in seat.archive.nodes() if (node["host"], node["port"]) == place]
    names = [node["ae"] for node in here]
    assert names == [device], f"At the address of {device} the node table has {names}."
    rights = set(here[0]["rights"])
    assert rights == _RIGHTS, f"{device} has the rights {sorted(rights)}. Expected: as its like."


def _network(seat: Case, device: str) -> None:
    vlan = seat.network.port(device)["vlan_name"]
    assert vlan == "clinical", f"{device} is connected to the network '{vlan}'."
    fitting = (
        rule
        for rule in seat.network.rules()
        if rule["source"] in ("any", device) and rule["target"] in ("any", "archive")
    )
    rule = next(fitting, {"action": "allow", "name": ""})
    assert rule["action"] == "allow", f"'{rule['name']}' still decides about {device} to archive."


def _online(seat: Case) -> list[dict[str, Any]]:
    return [row for row in seat.storage.list() if row["tier"] == "online" and row["capacity"]]


def _is_tight(row: dict[str, Any]) -> bool:
    return bool(row["percent"] >= row["threshold"])
