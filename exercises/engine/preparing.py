"""Preparing the seat for an exercise: reset it, look around, break something, take the picture.

Only one process at a time does this. Whatever goes wrong on the way, the attempt is ended and the
hospital is whole again.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from exercises.engine import evidence, harm
from exercises.engine.attempt import Attempt, AttemptFile, values_of
from exercises.engine.case import eventually
from exercises.engine.exercise import Exercise, chosen_faults
from simulator.client import Client
from simulator.clock import real_stamp
from simulator.errors import CannotError, PacsLabError, RefusedError
from simulator.people import staff_accounts

_SETTLE_SECONDS = 8.0
_CHANNEL_SECONDS = 2.0
_STAFF = ("name", "full_name", "role", "department")


def folder_of(client: Client) -> Path:
    """Return where a seat keeps its attempts."""
    return client.seat.folder / "progress"


@contextmanager
def alone(client: Client) -> Iterator[None]:
    """Keep every other start, reset and end on this seat out; raises RefusedError if one is on."""
    lock = client.seat.lock("exercise")
    if not lock.take():
        raise RefusedError(
            "An exercise is just being prepared or ended on this seat.", "Wait a moment."
        )
    try:
        yield
    finally:
        lock.free()


def check_needs(client: Client, exercise: Exercise) -> None:
    """Raise CannotError if this seat's archive lacks what the exercise needs."""
    unmet = client.capabilities.unmet(exercise.needs)
    if unmet:
        raise CannotError(
            f"'{exercise.id}' cannot be done here. {' '.join(unmet)}",
            "Start a seat with '--backend embedded', or choose another exercise.",
        )


def prepare(client: Client, exercise: Exercise, attempt: Attempt, secret: str = "") -> Attempt:
    """Put the seat into the state an attempt begins with; returns the attempt as it is then."""
    client.seat.reset(resume=False)
    world = _world(client.as_staff("instructor"))
    file = AttemptFile(folder_of(client), secret)
    fresh: dict[str, Any] = {"answers": {}, "before": {}, "ready": "", "since": real_stamp()}
    attempt = file.save(attempt, world=world, **fresh)
    try:
        _break(client, exercise, attempt)
    except PacsLabError as error:
        file.save(attempt, ended="failed", closed=real_stamp())
        client.seat.reset()
        raise CannotError(
            f"'{exercise.id}' with seed {attempt.seed} cannot be prepared: {error.sentence}",
            "Start it again with another '--seed'; the hospital is as it was.",
        ) from error
    seal = evidence.sealed(client.seat.folder / "journal")
    return file.save(attempt, before=harm.picture(client), evidence=seal, ready=real_stamp())


def _break(client: Client, exercise: Exercise, attempt: Attempt) -> None:
    lab = client.as_staff("instructor")  # what the lab only reads is nobody's log-in
    for fault in chosen_faults(exercise, values_of(attempt, exercise)):
        fault.apply(lab)
    _settle(client)


def _settle(client: Client) -> None:
    """Wait until messages have gone out and every study that has arrived has its order.

    What comes later would look like the trainee's doing. A channel that cannot send is not waited
    for long: that may be what the exercise is about.
    """
    lab = client.as_staff("instructor")
    eventually(lambda: not _on_the_way(lab), _CHANNEL_SECONDS)
    archive = lab.archive
    deadline = time.monotonic() + _SETTLE_SECONDS
    while archive.studies(order_state="new"):
        if time.monotonic() > deadline:
            raise CannotError("The archive does not settle.", "See 'pacslab doctor'.")
        time.sleep(0.03)


def _on_the_way(lab: Client) -> bool:
    return any(row["queued"] and not row["paused"] for row in lab.ris.channels())


def _world(client: Client) -> dict[str, Any]:
    """Return what the variables may draw from: everybody but the administrator, every study."""
    staff = [row for row in _accounts(client) if row["role"] != "pacs_admin"]
    return {
        "users": [{key: row[key] for key in _STAFF} for row in staff],
        "studies": [dict(row) for row in client.archive.studies()],
        "roles": [
            {"name": row["name"], "rights": list(row["rights"])} for row in client.users.roles()
        ]
        if client.capabilities.users
        else [],
    }


def _accounts(client: Client) -> list[dict[str, Any]]:
    """Return the staff: those with an account, or all where the archive has no accounts."""
    if client.capabilities.users:
        return list(client.users.list(status="active"))
    return staff_accounts(client.seat.config.seed)
