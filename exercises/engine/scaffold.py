"""A new exercise to fill in: `pacslab exercise new ID`."""

from __future__ import annotations

import re
from pathlib import Path

from exercises.engine.exercise import FOLDER
from simulator.errors import RefusedError, UsageError

_FILES = {
    "exercise.toml": '''\
# Named for the complaint, never for the cause. See exercises/engine/exercise.py for every key.
title = "What the reporter says"
catalogue = ["A1"]            # entries of the fault catalogue
minutes = 10
level = 1                     # 1 first steps, 2 everyday work, 3 needs a method
needs = ["settings"]          # what the archive must have; [] for any archive
teaches = ["what the trainee can do afterwards"]
tags = ["CIIP:image-management"]              # ids of exercises/engine/domains.toml
may_change = ["device/{device}/archive.ae"]   # area/item/key (harm.py); everything else is harm
ticket = """
{device} cannot send since this morning. Please help.
"""
hints = [                     # the last one walks through, and names what the solution changes
  "Where to look.",
  "What to compare with what.",
  "What to do, step by step: type the archive's own title at {device}, verify, send what waits.",
]

[variables]                   # what the seed draws; kinds: the end of exercises/engine/variables.py
device = { choose = ["CT1", "MR1", "US1", "DX1"] }
wrong = { typo_of = "PACSLAB" }
worker = { staff = "technologist" }
others = { staff = "technologist", count = 3 }
other_names = { every = "{others}", key = "name" }
day = { number = [1, 1000000] }

[note_facts]                  # what a good incident note mentions; 'a|b' means either
what = ["{device}"]
why = ["{wrong}|AE title"]

[[faults]]                    # innocent changes of the same day; all kinds: 'pacslab fault list'
kind = "routine-devices"
count = 2
seed = "{day}"
by = "{other_names}"
spare = ["{device}"]

[[faults]]
kind = "called-title"
device = "{device}"
title = "{wrong}"
by = "{worker.name}"

[[faults]]                    # somebody runs into it, so that the journal shows it
kind = "verify"
device = "{device}"
by = "{worker.name}"

[[causes]]
id = "called-title"
says = "The device calls the archive by a wrong AE title."
right = true
evidence = [{ kind = "association.rejected", facts = { called = "{wrong}", triple = "1/1/7" } }]

[[causes]]
id = "caller-unknown"
says = "The archive does not know the device."

[[causes]]
id = "wrong-port"
says = "The device calls another port than the archive's."

[[causes]]
id = "line-down"
says = "The device's network socket is dead."

[[quiz]]
question = "A first question on the same idea?"
choices = ["Yes", "No"]
answer = "Yes"
why = "Because."

[[quiz]]
question = "A second one?"
choices = ["Yes", "No"]
answer = "No"
why = "Because."

[[quiz]]
question = "A third one?"
choices = ["Yes", "No"]
answer = "Yes"
why = "Because."
''',
    "check.py": '''\
"""What must be so again."""

from exercises.engine import points


@points(2)
def check_the_device_reaches_the_archive(seat):
    """The device reaches the archive."""
    seat.expect_echo(seat.given.device)


def check_the_device_keeps_its_name(seat):
    """It does so by its own name, and is let in for that."""
    answer = seat.modality(seat.given.device).echo()
    own = seat.modality(seat.given.device).settings["ae_title"]
    assert answer.ok and own == seat.given.device, (
        f"{seat.given.device} sent a C-ECHO as {own}; {answer.error or 'it was let in'}. "
        f"Expected: success as {seat.given.device}."
    )
''',
    "solution.py": '''\
"""The reference repair."""


def solve(seat):
    """Type the archive's own title at the device."""
    seat.modality(seat.given.device).set("archive.ae", seat.archive.peer.ae)
''',
    "shortcuts.py": '''\
"""Plausible wrong repairs; each of them must fail."""


def switch_the_check_off(seat):
    """Let everybody in, whatever they call the archive."""
    seat.archive.set("dicom.check_called_ae", False)


def rename_the_archive(seat):
    """Call the archive what the device calls it."""
    seat.archive.set("dicom.ae_title", seat.given.wrong)


def rename_the_device(seat):
    """Give the device another name."""
    seat.modality(seat.given.device).set("ae_title", seat.given.wrong)
''',
    "debrief.md": """\
# How to find it

The method, in your own words: both ends' logs, what differs, the smallest change, the proof. The
commands that a trainee would have typed for {device}, from the complaint to the proof.
""",
}


def new(name: str, folder: Path | str = FOLDER) -> Path:
    """Make the folder of a new exercise that already works; returns where it is."""
    if not re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", name):
        raise UsageError(
            f"'{name}' is no name for an exercise.", "Use small letters, digits and hyphens."
        )
    made = Path(folder) / name
    if made.exists():
        raise RefusedError(f"There is a folder {made} already.", "Choose another name.", 409)
    made.mkdir(parents=True)
    for file, text in _FILES.items():
        (made / file).write_text(text, "utf-8")
    return made
