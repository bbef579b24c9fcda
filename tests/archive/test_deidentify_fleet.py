"""What every device of the fleet makes, without identity: nothing is left, and it is valid."""

from __future__ import annotations

import io
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest
from pydicom import dcmread

from simulator.archive.deidentify import rules
from simulator.archive.deidentify.dataset import Cleaner
from simulator.archive.deidentify.export import _part10, _whole
from simulator.archive.deidentify.pseudonyms import Pseudonyms
from simulator.fleet.profile import load_profiles
from simulator.imaging.contact_sheet import sample_exam
from simulator.imaging.study import acquire
from tests.archive.test_deidentify import hunt
from tests.imaging.test_validity import validator

PROFILES = load_profiles()
WHO = {
    "patient_name": "Secretname^Sybil", "patient_id": "MRN-998877", "accession": "ACC-5544",
    "birth_date": "19430217", "referring": "Referrer^Rudolf", "performing": "Performer^Paula",
    "requested_procedure_id": "RP-3131", "step_id": "SPS-4242", "institution": "Mercy Hospital",
    "indication": "horse accident", "issuer": "HOSPITAL-X",
}  # fmt: skip
WORDS = [*(part for value in WHO.values() for part in value.split("^")), "SyntheticHospital"]

MANY = (
    *("modified-dates", "retain-patient-characteristics"),
    *("clean-structured", "clean-descriptors", "clean-graphics"),
)


def kinds(name: str) -> list[bytes]:
    """Return one file of each series of a device's examinations of a patient with secrets."""
    profile, found = PROFILES[name], {}
    for key in profile.protocols:
        exam = replace(sample_exam(profile, key), **WHO)
        for instance in acquire(profile, exam, seed=1):
            found.setdefault((key, instance.series_uid), instance.part10())
    return list(found.values())


def cleaned(data: bytes, *options: str) -> bytes:
    ds = _whole(data, "x")
    Cleaner(ds, rules.as_options(options), Pseudonyms(b"k" * 32)).clean()
    return _part10(ds)


def errors(data: bytes, path: Path) -> list[str]:
    """Return what a validator says is wrong, without the numbers that differ."""
    path.write_bytes(data)
    program = str(validator("dciodvfy"))
    result = subprocess.run([program, "-new", path], capture_output=True, text=True)
    assert result.stderr and "Traceback" not in result.stderr, "it names the IOD at least"
    return [line for line in result.stderr.splitlines() if line.startswith("Error")]


@pytest.mark.parametrize("name", PROFILES)
def test_nothing_is_left_and_it_is_valid_still(name: str, tmp_path: Path) -> None:
    profile = PROFILES[name]
    for data in kinds(name):
        assert len(hunt(data, WORDS)) >= 5, "the hunt finds what is there"
        original = dcmread(io.BytesIO(data))
        whose = [original.StudyInstanceUID, original.SOPInstanceUID, original.StudyDate]
        secrets = [*WORDS, profile.station_name, profile.serial_number, *whose]
        for options in ((), MANY):
            made = cleaned(data, *options)
            kept = [WHO["indication"]] if options else []  # a description without a name
            assert set(hunt(made, secrets)) <= set(kept)
            if validator("dciodvfy"):
                assert errors(made, tmp_path / "x.dcm") == []
