"""The same seed and exam give the same bytes: in another process, on a lesser CPU."""

import hashlib
import os
import subprocess
import sys

import numpy as np
import pytest

from simulator.imaging.contact_sheet import sample_exam
from simulator.imaging.study import acquire

EXAMS = [
    ("CT1", "chest"), ("CT1", "head"), ("MR1", "brain"), ("DX1", "chest"), ("US1", "abdomen"),
    ("CT2", "trauma-head"), ("MR2", "brain-ms"), ("CR1", "hand"), ("CR1", "knee"),
    ("MG1", "diagnostic"),
    ("US2", "echo"), ("XA1", "coronary"), ("RF1", "swallow"), ("NM1", "bone"), ("PT1", "wholebody"),
    ("OT1", "documents"),
]  # fmt: skip
PROGRAM = """
import hashlib
from simulator.fleet.profile import load_profiles
from simulator.imaging.contact_sheet import sample_exam
from simulator.imaging.study import acquire
for device, protocol in {exams!r}:
    profile = load_profiles()[device]
    made = acquire(profile, sample_exam(profile, protocol), seed=1)
    print(hashlib.sha256(b"".join(i.part10() for i in made)).hexdigest())
"""


def digests(study):
    return [
        hashlib.sha256(b"".join(i.part10() for i in study(*exam))).hexdigest() for exam in EXAMS
    ]


def optional_features():
    """Return the vector units numpy could do without on this machine."""
    found = np.show_config(mode="dicts").get("SIMD Extensions", {}).get("found", [])
    return [f for f in found if f != "nothing"]


def in_another_process(disabled=()):
    environment = dict(os.environ)
    if disabled:
        environment["NPY_DISABLE_CPU_FEATURES"] = " ".join(disabled)
    command = [sys.executable, "-c", PROGRAM.format(exams=EXAMS)]
    result = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    return result.stdout.split()


def test_another_process_makes_the_same_bytes(study):
    assert in_another_process() == digests(study)


@pytest.mark.skipif(not optional_features(), reason="this CPU has nothing to switch off")
def test_a_cpu_without_vector_units_makes_the_same_bytes(study):
    assert in_another_process(optional_features()) == digests(study)


def test_another_seed_patient_or_time_makes_other_bytes(profiles):
    profile = profiles["DX1"]
    exam = sample_exam(profile, "abdomen")
    first = next(acquire(profile, exam, seed=1))
    other_seed = next(acquire(profile, exam, seed=2))
    other_patient = next(acquire(profile, sample_exam(profile, "abdomen", 2), seed=1))
    assert len({i.sop_instance_uid for i in (first, other_seed, other_patient)}) == 3
    assert len({i.data for i in (first, other_seed, other_patient)}) == 3
