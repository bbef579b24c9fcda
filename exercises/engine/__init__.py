"""The exercise engine: load, break, mark, remember. What the command and the notebooks call."""

from exercises.engine.answers import hand_in
from exercises.engine.case import Case, eventually
from exercises.engine.checks import only_when, points
from exercises.engine.desk import (
    catalogue,
    check,
    current,
    diagnose,
    finish,
    give_up,
    hint,
    note,
    reset,
    reset_hospital,
    running,
    start,
)
from exercises.engine.exam import mark
from exercises.engine.exercise import Exercise, load
from exercises.engine.persons import call_as, logged_in, may, rights_of, web_status, why_refused
from exercises.engine.prove import covering, prove
from exercises.engine.records import accessions_of, expect_nobody, expect_record, merges_of
from exercises.engine.review import review
from exercises.engine.room import expect_way
from exercises.engine.scaffold import new
from exercises.engine.workstations import (
    expect_fetched,
    expect_polling,
    expect_registered,
    searched,
)

__all__ = [
    "Case",
    "Exercise",
    "accessions_of",
    "call_as",
    "catalogue",
    "check",
    "covering",
    "current",
    "diagnose",
    "eventually",
    "expect_fetched",
    "expect_nobody",
    "expect_polling",
    "expect_record",
    "expect_registered",
    "expect_way",
    "finish",
    "give_up",
    "hand_in",
    "hint",
    "load",
    "logged_in",
    "mark",
    "may",
    "merges_of",
    "new",
    "note",
    "only_when",
    "points",
    "prove",
    "reset",
    "reset_hospital",
    "review",
    "rights_of",
    "running",
    "searched",
    "start",
    "web_status",
    "why_refused",
]
