"""What checks of a reading workstation ask of it: to search and fetch, as the reader at it does."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from simulator.client import Client
from simulator.errors import RefusedError


def searched(seat: Client, workstation: str, **keys: Any) -> list[dict[str, Any]]:
    """Search the archive at a workstation; AssertionError with the archive's words if it errs."""
    said = ", ".join(f"{key} {value}" for key, value in keys.items()) or "everything"
    try:
        return [dict(row) for row in seat.workstation(workstation).find(**keys)]
    except RefusedError as error:
        raise AssertionError(
            f"{workstation} searched for {said}. {error.sentence} Expected: studies."
        ) from error


def expect_fetched(seat: Client, workstation: str, study: Mapping[str, Any]) -> None:
    """Assert that a study arrives on a workstation that asks for it, complete."""
    desk, uid = seat.workstation(workstation), study["study_uid"]
    answer = desk.retrieve(uid)
    assert answer.ok, f"{workstation} asked for the study. {answer.error}"
    came = sum(row["instances"] for row in desk.received() if row["study_uid"] == uid)
    wanted = study["instances"]
    assert came == wanted, f"{came} images arrived on {workstation}. Expected: {wanted}."


def expect_registered(seat: Client, node: str, title: str = "") -> None:
    """Assert that the archive has a node where it is, under `title` or its name, and reaches it."""
    name, place = title or node, seat.fleet.device(node).facts
    entries = {row["ae"]: row for row in seat.archive.nodes()}
    assert name in entries, f"The node table has no {name}."
    found, wanted = ((row["host"], row["port"]) for row in (entries[name], place))
    assert found == wanted, f"{name} is registered at {found}. Expected: {wanted}."
    answer = seat.archive.echo_node(name)
    assert answer.ok, f"The archive sent a C-ECHO to {name}. {answer.error} Expected: success."


def expect_polling(seat: Client, workstation: str, every: int) -> None:
    """Assert that a workstation's own search goes on at its pace, for the studies of today."""
    settings = seat.workstation(workstation).settings
    pace, date = settings["poll.every"], settings["poll.date"]
    assert pace == every, f"{workstation} asks every {pace} seconds. Expected: every {every}."
    assert date == "today", f"{workstation} asks for '{date}'. Expected: today."
