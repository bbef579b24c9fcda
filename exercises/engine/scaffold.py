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
tags = ["CIIP:image-management"]
may_change = ["device/{device}/archive.ae"]   # area/item/key; everything else is harm
ticket = """
{device} cannot send since this morning. Please help.
"""
hints = ["Where to look.", "What to compare.", "What to do, step by step."]

[variables]
device = { choose = ["CT1", "MR1"] }
wrong = { typo_of = "PACSLAB" }
worker = { staff = "technologist" }

[note_facts]                  # what a good incident note mentions; 'a|b' means either
what = ["{device}"]
why = ["{wrong}|AE title"]

[[faults]]
kind = "called-title"
device = "{device}"
title = "{wrong}"
by = "{worker.name}"

[[causes]]
id = "called-title"
says = "The device calls the archive by a wrong AE title."
right = true
evidence = [{ kind = "association.rejected", facts = { called = "{wrong}", triple = "1/1/7" } }]

[[causes]]
id = "caller-unknown"
says = "The archive does not know the device."

[[quiz]]
question = "?"
choices = ["Yes", "No"]
answer = "Yes"
why = "Because."
''',
    "check.py": '''\
"""What must be so again."""


def check_the_device_reaches_the_archive(seat):
    """The device reaches the archive."""
    answer = seat.modality(seat.given.device).echo()
    assert answer.ok, f"{seat.given.device} sent a C-ECHO; the answer was: {answer.error}"
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
''',
    "debrief.md": """\
# How to find it

The method, in your own words: both ends' logs, what differs, the smallest change, the proof.
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
