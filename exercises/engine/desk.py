"""The exercise desk: start, check, diagnose, note, hint, reset and give up, on one seat."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

from exercises.engine import diagnosis as diagnoses
from exercises.engine import exercise as exercises
from exercises.engine import harm, notes, variables
from exercises.engine.attempt import Attempt, AttemptFile, values_of
from exercises.engine.diagnosis import Diagnosis
from exercises.engine.exercise import Exercise, chosen_faults
from exercises.engine.grade import grade
from exercises.engine.marks import Marks
from exercises.engine.progress import Progress
from exercises.engine.sheet import Hint, Note, Sheet
from simulator.client import Client
from simulator.clock import real_now
from simulator.errors import CannotError, RefusedError, UsageError
from simulator.people import staff_accounts
from simulator.results import Rows

_SETTLE_SECONDS = 8.0
_STAFF = ("name", "full_name", "role", "department")
_COLUMNS = ("id", "title", "level", "minutes", "best", "passed")


def catalogue(client: Client | None = None) -> Rows:
    """List the exercises, with what was achieved so far if a seat is given."""
    records = Progress(_folder(client)).all() if client else {}
    rows = []
    for item in exercises.all():
        record = records.get(item.id, {})
        facts = {"id": item.id, "title": item.title, "level": item.level, "minutes": item.minutes}
        done = {"best": record.get("best", 0), "passed": record.get("passed", False)}
        more = {"teaches": list(item.teaches), "tags": list(item.tags), "needs": list(item.needs)}
        lacks = " ".join(client.capabilities.unmet(item.needs)) if client else ""
        rows.append({**facts, **done, **more, "lacks": lacks, "starts": record.get("starts", 0)})
    blocked = any(row["lacks"] for row in rows)
    return Rows(rows, (*_COLUMNS, "lacks") if blocked else _COLUMNS)


def start(
    client: Client, name: str, seed: int | None = None, trainee: str = "", secret: str = ""
) -> Sheet:
    """Put the seat into the state the exercise begins with; leaves a running one."""
    exercise = exercises.load(name)
    if seed is not None and (isinstance(seed, bool) or not isinstance(seed, int) or seed < 0):
        raise UsageError(f"'{seed}' is no seed.", "Give a whole number, 0 or more.")
    _check_needs(client, exercise)
    _leave(client)
    progress = Progress(_folder(client))
    number = progress.of(name)["starts"] + 1 if seed is None else seed
    attempt = Attempt(
        exercise=name, seed=number, trainee=trainee, secret=secret, started=_now(), since=_now()
    )
    attempt = _prepare(client, exercise, attempt)
    progress.started(name)
    return Sheet.of(exercise, attempt, values_of(attempt, exercise))


def current(client: Client) -> Sheet | None:
    """Return the sheet of the exercise that runs, None if none does."""
    attempt = AttemptFile(_folder(client)).load()
    if attempt is None or attempt.ended:
        return None
    exercise = exercises.load(attempt.exercise)
    return Sheet.of(exercise, attempt, values_of(attempt, exercise))


def check(client: Client) -> Marks:
    """Mark the seat as it is now."""
    attempt, exercise, values = _running(client)
    begun = _now()
    marks = grade(client, exercise, attempt, values)
    word = "solved" if marks["passed"] else "not solved yet"
    AttemptFile(_folder(client)).save(
        attempt,
        score=max(attempt.score, marks["score"]),
        passed=attempt.passed or marks["passed"],
        log=attempt.logged(begun, f"check: {word}, {marks['score']} points"),
    )
    Progress(_folder(client)).checked(exercise.id, marks["score"], marks["passed"])
    return marks


def diagnose(client: Client, cause: str, evidence: str) -> Diagnosis:
    """Name the cause and the journal entry that shows it."""
    attempt, exercise, values = _running(client)
    entry = client.journal.find(evidence) if evidence else None
    answer = diagnoses.judge(exercise, values, cause, entry, attempt.since)
    if not attempt.diagnosed:
        wrong = attempt.wrong_diagnoses + (0 if answer.accepted else 1)
        word = "accepted" if answer.accepted else "not accepted"
        log = attempt.logged(_now(), f"diagnosis '{cause}' with {evidence or 'nothing'}: {word}")
        changes = {"diagnosed": answer.accepted, "wrong_diagnoses": wrong, "log": log}
        AttemptFile(_folder(client)).save(attempt, **changes)
    return answer


def note(client: Client, what: str, why: str, prevention: str) -> Note:
    """Write the incident note; a new one replaces the old one."""
    attempt, exercise, values = _running(client)
    text = {"what": what, "why": why, "prevention": prevention}
    points, lacks = notes.mark(exercise, values, text)
    log = attempt.logged(_now(), f"incident note: {points} of {exercise.weights.note} points")
    AttemptFile(_folder(client)).save(attempt, note=text, log=log)
    return Note(points=points, of=exercise.weights.note, lacks=tuple(lacks))


def hint(client: Client) -> Hint:
    """Give the next hint; the last one again, free of charge, when there is no other."""
    attempt, exercise, values = _running(client)
    level = min(attempt.hints + 1, len(exercise.hints))
    cost = exercise.cost(level) if level > attempt.hints else 0
    if cost:
        costs = attempt.hint_cost + cost
        log = attempt.logged(_now(), f"hint {level}")
        AttemptFile(_folder(client)).save(attempt, hints=level, hint_cost=costs, log=log)
        Progress(_folder(client)).hinted(exercise.id)
    text = str(variables.fill(exercise.hints[level - 1], values))
    return Hint(level=level, of=len(exercise.hints), text=text, cost=cost)


def reset(client: Client) -> Sheet:
    """Begin again: the exact baseline, broken in the same way; hints stay counted."""
    attempt, exercise, values = _running(client)
    attempt = _prepare(client, exercise, attempt)
    return Sheet.of(exercise, attempt, values)


def give_up(client: Client) -> str:
    """End the exercise, put the hospital back to its baseline, and return the debriefing."""
    return _end(client, "given up")


def finish(client: Client) -> str:
    """End a solved exercise as `give_up` does; raises RefusedError if it is not solved yet."""
    attempt, exercise = AttemptFile(_folder(client)).need()
    if not attempt.passed:
        raise RefusedError(
            f"'{exercise.id}' is not solved yet.", "Have it checked, or give it up: 'give-up'."
        )
    return _end(client, "finished")


# --- inner parts ------------------------------------------------------------------------------


def _end(client: Client, how: str) -> str:
    attempt, exercise = AttemptFile(_folder(client)).need()
    _leave(client, how)
    client.seat.reset()
    return str(variables.fill(exercise.debrief(), values_of(attempt, exercise)))


def _prepare(client: Client, exercise: Exercise, attempt: Attempt) -> Attempt:
    """Reset, look around, break what this variant breaks, and take the picture for harm."""
    client.seat.reset(resume=False)
    world = _world(client.as_staff("instructor"))
    file = AttemptFile(_folder(client))
    attempt = file.save(attempt, world=world, before={}, answers={}, since=_now())
    lab = client.as_staff("instructor")  # what the lab only reads is nobody's log-in
    for fault in chosen_faults(exercise, values_of(attempt, exercise)):
        fault.apply(lab)
    _settle(client)
    return file.save(attempt, before=harm.picture(client))


def _settle(client: Client) -> None:
    """Wait until the archive has looked up the order of every study that has arrived."""
    archive = client.as_staff("instructor").archive
    deadline = time.monotonic() + _SETTLE_SECONDS
    while archive.studies(order_state="new"):
        if time.monotonic() > deadline:
            raise CannotError("The archive does not settle.", "See 'pacslab doctor'.")
        time.sleep(0.03)


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


def _running(client: Client) -> tuple[Attempt, Exercise, dict[str, Any]]:
    attempt, exercise = AttemptFile(_folder(client)).need()
    if not attempt.before:
        raise RefusedError(
            f"'{exercise.id}' was interrupted while it was being prepared.",
            f"Start it again: 'pacslab exercise start {exercise.id}'.",
        )
    return attempt, exercise, values_of(attempt, exercise)


def _check_needs(client: Client, exercise: Exercise) -> None:
    unmet = client.capabilities.unmet(exercise.needs)
    if unmet:
        raise CannotError(
            f"'{exercise.id}' cannot be done here. {' '.join(unmet)}",
            "Start a seat with '--backend embedded', or choose another exercise.",
        )


def _leave(client: Client, ended: str = "left") -> None:
    """Close the attempt that runs, if one does."""
    file = AttemptFile(_folder(client))
    attempt = file.load()
    if attempt is not None and not attempt.ended:
        Progress(_folder(client)).ended(attempt.exercise, attempt.run(ended))
        file.save(attempt, ended=ended, closed=_now())


def _folder(client: Client) -> Path:
    return client.seat.folder / "progress"


def _now() -> str:
    return real_now().isoformat(timespec="milliseconds")
