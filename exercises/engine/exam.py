"""Exams: the same exercises, sealed with the course secret until the instructor has marked them.

The seat's own programs only write down what a trainee hands in: they have no key and need no file
of the exercise. Who has the secret marks the seat as it was left.
"""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import replace

from exercises.engine import diagnosis as diagnoses
from exercises.engine import exercise as exercises
from exercises.engine import sealing
from exercises.engine.attempt import Attempt, AttemptFile, values_of
from exercises.engine.diagnosis import Diagnosis
from exercises.engine.exercise import Exercise
from exercises.engine.grade import grade
from exercises.engine.marks import Marks
from exercises.engine.preparing import folder_of
from exercises.engine.progress import Progress
from exercises.engine.sheet import Note, Sheet
from simulator.client import Client
from simulator.clock import real_stamp
from simulator.errors import RefusedError, UsageError

_TAKEN = "Taken down: it is marked after the exam."


def personal(secret: str, trainee: str, exercise: str) -> str:
    """Return a secret of one trainee and exercise, which tells nothing of the course's own."""
    sealing.key_of_course(secret)  # refuses one that could be guessed
    if not trainee.strip():
        raise UsageError("A course's exercise is somebody's.", "Say whose: '--trainee NAME'.")
    return hmac.digest(secret.encode(), f"{trainee}|{exercise}".encode(), hashlib.sha256).hex()


def begin(client: Client, attempt: Attempt, sheet: Sheet, secret: str) -> Sheet:
    """Lay the sheet beside the sealed attempt: all that a trainee may read of it."""
    shown = sheet.for_exam()
    AttemptFile(folder_of(client), secret).save(attempt, sheet=shown.facts())
    return shown


def is_on(client: Client) -> bool:
    """Return whether an exam runs on this seat."""
    attempt = AttemptFile(folder_of(client)).load()
    return attempt is not None and attempt.exam and not attempt.ended


# --- what the trainee does ----------------------------------------------------------------------


def diagnose(client: Client, cause: str, evidence: str) -> Diagnosis:
    """Take a diagnosis down; the last one counts."""
    file = AttemptFile(folder_of(client))
    attempt = file.running()
    known = [row["id"] for row in attempt.sheet["causes"]]
    if cause not in known:
        raise UsageError(f"There is no cause '{cause}' here.", f"Choose: {', '.join(known)}.")
    if client.journal.find(evidence) is None:
        raise UsageError(f"There is no journal entry '{evidence}'.", "Copy it from the journal.")
    log = attempt.logged(real_stamp(), f"diagnosis '{cause}' with {evidence}")
    file.save(attempt, named={"cause": cause, "evidence": evidence}, log=log)
    return Diagnosis(cause=cause, evidence=evidence, accepted=True, message=_TAKEN)


def note(client: Client, text: dict[str, str]) -> Note:
    """Take the incident note down."""
    file = AttemptFile(folder_of(client))
    attempt = file.running()
    file.save(attempt, note=text, log=attempt.logged(real_stamp(), "incident note"))
    return Note(points=0, of=0, lacks=())


def hand_in(client: Client) -> str:
    """End an exam; the seat stays as it is until it was marked."""
    file = AttemptFile(folder_of(client))
    attempt = file.running()
    closed = real_stamp()
    Progress(folder_of(client)).ended(attempt.exercise, attempt.run("handed in"))
    file.save(attempt, ended="handed in", closed=closed)
    return (
        f"'{attempt.exercise}' was handed in at {closed[11:16]} UTC. Leave the hospital as it is."
    )


# --- what the instructor does -------------------------------------------------------------------


def mark(client: Client, secret: str = "", points: int | None = None, remark: str = "") -> Marks:
    """Mark an exam, or give the note of any attempt other points; an exam is open afterwards."""
    file = AttemptFile(folder_of(client), secret)
    attempt = file.load()
    if attempt is None:
        raise RefusedError("No exercise was done on this seat yet.", "Start one.")
    if attempt.locked:
        raise RefusedError("This exam is sealed.", "Give the course secret: '--secret-file FILE'.")
    exercise = exercises.load(attempt.exercise)
    most = exercise.weights.note
    if points is not None and not 0 <= points <= most:
        raise UsageError(f"The note is worth 0 to {most} points, not {points}.")
    attempt = replace(attempt, note_mark=points, remark=remark)
    made = _exam(client, exercise, attempt) if attempt.exam else _note(client, exercise, attempt)
    Progress(folder_of(client)).marked(exercise.id, made["score"], made["passed"], remark)
    closed = {"ended": "marked", "closed": attempt.closed or real_stamp()} if attempt.exam else {}
    file.save(attempt, exam=False, score=made["score"], passed=made["passed"],
              parts=made["parts"], **closed)  # fmt: skip
    return made


def _exam(client: Client, exercise: Exercise, attempt: Attempt) -> Marks:
    """Mark everything of an exam, as the seat is now."""
    if attempt.ended == "reset":
        raise RefusedError("The hospital was reset during the exam.", "Nothing is left to mark.")
    values, named, right = values_of(attempt, exercise), attempt.named, False
    if named:
        entry = client.journal.find(named["evidence"])
        right = diagnoses.judge(exercise, values, named["cause"], entry, attempt.since).accepted
    return grade(client, exercise, replace(attempt, diagnosed=right), values)


def _note(client: Client, exercise: Exercise, attempt: Attempt) -> Marks:
    """Give the note other points; the rest stays as it was checked last."""
    if not attempt.parts:
        raise RefusedError("Nothing was checked yet.", "Check first: 'pacslab exercise check'.")
    note = attempt.parts["note"] if attempt.note_mark is None else attempt.note_mark
    parts = {**attempt.parts, "note": note}
    score = max(0, sum(parts.values()) - attempt.hint_cost) if attempt.score else 0
    return Marks(id=exercise.id, seed=attempt.seed, passed=attempt.passed, score=score,
                 parts=parts, checks=[])  # fmt: skip
