"""The exercise desk: start, check, diagnose, note, hint, reset and give up, on one seat."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

from exercises.engine import diagnosis as diagnoses
from exercises.engine import exam as exams
from exercises.engine import exercise as exercises
from exercises.engine import history, notes, variables
from exercises.engine.attempt import Attempt, AttemptFile, values_of
from exercises.engine.diagnosis import Diagnosis
from exercises.engine.exercise import Exercise
from exercises.engine.grade import grade
from exercises.engine.marks import Marks
from exercises.engine.preparing import alone, check_needs, folder_of, prepare
from exercises.engine.progress import Progress
from exercises.engine.sheet import Hint, Note, Sheet
from simulator.client import Client
from simulator.clock import real_stamp
from simulator.errors import PacsLabError, RefusedError, UsageError
from simulator.results import Rows

_COLUMNS = ("id", "title", "level", "minutes", "best", "passed")


def catalogue(client: Client | None = None) -> Rows:
    """List the exercises, with what was achieved so far if a seat is given."""
    records = Progress(folder_of(client)).all() if client else {}
    rows = []
    known, broken = exercises.readable()
    for item in known:
        record = records.get(item.id, {})
        facts = {"id": item.id, "title": item.title, "level": item.level, "minutes": item.minutes}
        done = {"best": record.get("best", 0), "passed": record.get("passed", False)}
        more = {"teaches": list(item.teaches), "tags": list(item.tags), "needs": list(item.needs)}
        lacks = " ".join(client.capabilities.unmet(item.needs)) if client else ""
        rows.append({**facts, **done, **more, "lacks": lacks, "starts": record.get("starts", 0)})
    for name, said in broken.items():
        nothing = {"level": 0, "minutes": 0, "best": 0, "passed": False, "starts": 0}
        more = {"teaches": [], "tags": [], "needs": []}
        rows.append({"id": name, "title": "(broken)", **nothing, **more, "lacks": said})
    blocked = any(row["lacks"] for row in rows)
    return Rows(rows, (*_COLUMNS, "lacks") if blocked else _COLUMNS)


def start(
    client: Client, name: str, seed: int | None = None, trainee: str = "", secret: str = "",
    *, exam: bool = False,
) -> Sheet:  # fmt: skip
    """Put the seat into the state the exercise begins with; leaves a running one.

    With the course's `secret` the variant is this `trainee`'s own; an `exam` is sealed with it.
    """
    exercise = exercises.load(name)
    if seed is not None and (isinstance(seed, bool) or not isinstance(seed, int) or seed < 0):
        raise UsageError(f"'{seed}' is no seed.", "Give a whole number, 0 or more.")
    if exam and not secret:
        raise UsageError("An exam needs the course secret.", "Give it: '--secret-file FILE'.")
    own = exams.personal(secret, trainee, name) if secret or exam else ""
    check_needs(client, exercise)
    with alone(client):
        _leave(client)
        progress = Progress(folder_of(client))
        number = progress.of(name)["starts"] + 1 if seed is None else seed
        attempt = Attempt(
            exercise=name, seed=number, trainee=trainee, secret=own, exam=exam, started=real_stamp()
        )
        attempt = prepare(client, exercise, attempt, secret)
        progress.started(name)
        sheet = Sheet.of(exercise, attempt, values_of(attempt, exercise))
        return exams.begin(client, attempt, sheet, secret) if exam else sheet


def current(client: Client) -> Sheet | None:
    """Return the sheet of the exercise that runs, None if none does."""
    attempt = AttemptFile(folder_of(client)).load()
    if attempt is None or attempt.ended or _was_reset(client, attempt):
        return None
    if attempt.exam:
        return Sheet.from_facts(attempt.sheet)
    if not attempt.ready:  # its preparation was cut off: there is no ticket yet
        return None
    exercise = exercises.load(attempt.exercise)
    return Sheet.of(exercise, attempt, values_of(attempt, exercise))


def running(client: Client) -> str:
    """Return the id of the exercise that is under way, empty if none is."""
    attempt = _attempt(client)
    return attempt.exercise if attempt and not attempt.ended else ""


def check(client: Client) -> Marks:
    """Mark the seat as it is now."""
    attempt, exercise, values = _running(client)
    begun = real_stamp()
    marks = grade(client, exercise, attempt, values)
    word = "solved" if marks["passed"] else "not solved yet"
    AttemptFile(folder_of(client)).save(
        attempt,
        score=max(attempt.score, marks["score"]),
        parts=marks["parts"],
        passed=attempt.passed or marks["passed"],
        log=attempt.logged(begun, f"check: {word}, {marks['score']} points"),
    )
    Progress(folder_of(client)).checked(exercise.id, marks["score"], marks["passed"])
    return marks


def diagnose(client: Client, cause: str, evidence: str) -> Diagnosis:
    """Name the cause and the journal entry that shows it."""
    if exams.is_on(client):
        return exams.diagnose(client, cause, evidence)
    attempt, exercise, values = _running(client)
    entry = client.journal.find(evidence) if evidence else None
    answer = diagnoses.judge(exercise, values, cause, entry, attempt.since)
    if not attempt.diagnosed:
        wrong = attempt.wrong_diagnoses + (0 if answer.accepted else 1)
        word = "accepted" if answer.accepted else "not accepted"
        log = attempt.logged(
            real_stamp(), f"diagnosis '{cause}' with {evidence or 'nothing'}: {word}"
        )
        changes = {"diagnosed": answer.accepted, "wrong_diagnoses": wrong, "log": log}
        AttemptFile(folder_of(client)).save(attempt, **changes)
    return answer


def note(client: Client, what: str, why: str, prevention: str) -> Note:
    """Write the incident note; a new one replaces the old one."""
    text = {"what": what, "why": why, "prevention": prevention}
    if exams.is_on(client):
        return exams.note(client, text)
    attempt, exercise, values = _running(client)
    points, lacks = notes.mark(exercise, values, text)
    log = attempt.logged(real_stamp(), f"incident note: {points} of {exercise.weights.note} points")
    AttemptFile(folder_of(client)).save(attempt, note=text, note_mark=None, log=log)
    return Note(points=points, of=exercise.weights.note, lacks=tuple(lacks))


def hint(client: Client) -> Hint:
    """Give the next hint; the last one again, free of charge, when there is no other."""
    if exams.is_on(client):
        raise RefusedError("There are no hints in an exam.", "Go on without.")
    attempt, exercise, values = _running(client)
    level = min(attempt.hints + 1, len(exercise.hints))
    cost = exercise.cost(level) if level > attempt.hints else 0
    if cost:
        costs = attempt.hint_cost + cost
        log = attempt.logged(real_stamp(), f"hint {level}")
        AttemptFile(folder_of(client)).save(attempt, hints=level, hint_cost=costs, log=log)
        Progress(folder_of(client)).hinted(exercise.id)
    text = str(variables.fill(exercise.hints[level - 1], values))
    return Hint(level=level, of=len(exercise.hints), text=text, cost=cost)


def reset(client: Client) -> Sheet:
    """Begin again: the exact baseline, broken in the same way; hints stay counted."""
    with alone(client):
        attempt, exercise = AttemptFile(folder_of(client)).need()
        attempt = prepare(client, exercise, attempt)
        return Sheet.of(exercise, attempt, values_of(attempt, exercise))


def reset_hospital(client: Client) -> list[str]:
    """Put the hospital back to its first morning; an exercise that runs ends with it."""
    with alone(client):
        _leave(client, "reset", whatever=True)
        return client.seat.reset()


def give_up(client: Client) -> str:
    """End the exercise, put the hospital back to its baseline, and return the debriefing."""
    return exams.hand_in(client) if exams.is_on(client) else _end(client, "given up")


def finish(client: Client) -> str:
    """End a solved exercise as `give_up` does; raises RefusedError if it is not solved yet.

    An exam is handed in as it is, and its seat stays as it is until it was marked.
    """
    if exams.is_on(client):
        return exams.hand_in(client)
    attempt, exercise = AttemptFile(folder_of(client)).need()
    if not attempt.passed:
        raise RefusedError(
            f"'{exercise.id}' is not solved yet.", "Have it checked, or give it up: 'give-up'."
        )
    return _end(client, "finished")


# --- inner parts ------------------------------------------------------------------------------


def _end(client: Client, how: str) -> str:
    with alone(client):
        attempt, exercise = AttemptFile(folder_of(client)).need()
        _leave(client, how)
        client.seat.reset()
        if not attempt.world:
            return exercise.title
        return str(variables.fill(exercise.debrief(), values_of(attempt, exercise)))


def _running(client: Client) -> tuple[Attempt, Exercise, dict[str, Any]]:
    attempt, exercise = AttemptFile(folder_of(client)).need()
    if not attempt.ready:
        raise RefusedError(
            f"'{exercise.id}' was interrupted while it was being prepared.",
            f"Start it again: 'pacslab exercise start {exercise.id}'.",
        )
    if _was_reset(client, attempt):
        raise RefusedError(
            f"The hospital was reset meanwhile; that has ended '{exercise.id}'.",
            f"Start it again: 'pacslab exercise start {exercise.id}'.",
        )
    return attempt, exercise, values_of(attempt, exercise)


def _was_reset(client: Client, attempt: Attempt) -> bool:
    """Return whether the hospital was reset behind the attempt's back; that ends it."""
    if not history.was_reset(client, attempt):
        return False
    _leave(client, "reset", whatever=True)
    return True


def _leave(client: Client, ended: str = "left", *, whatever: bool = False) -> None:
    """Close the attempt that runs, if one does; an exam only where `whatever` happens to it."""
    attempt = _attempt(client)
    if attempt is None or attempt.ended:
        return
    if attempt.exam and not whatever:
        raise RefusedError(
            f"The exam '{attempt.exercise}' is under way.",
            "Hand it in first: 'pacslab exercise finish'.",
        )
    Progress(folder_of(client)).ended(attempt.exercise, attempt.run(ended))
    AttemptFile(folder_of(client)).save(attempt, ended=ended, closed=real_stamp())


def _attempt(client: Client) -> Attempt | None:
    """Return the last attempt; a file that nobody can read any more will be written over."""
    with suppress(PacsLabError):
        return AttemptFile(folder_of(client)).load()
    return None
