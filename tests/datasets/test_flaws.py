"""Each flaw does what it says, and nothing else."""

from __future__ import annotations

from collections.abc import Callable
from io import BytesIO

import pytest
from pydicom import config, dcmread
from pydicom.dataset import Dataset

from simulator.fleet.profile import load_profiles
from simulator.imaging.contact_sheet import sample_exam
from simulator.imaging.study import acquire
from simulator.recipes.flaws import FLAWS

CHECKS: dict[str, Callable[[Dataset], bool]] = {
    "id-missing": lambda ds: not ds.PatientID,
    "issuer-missing": lambda ds: "IssuerOfPatientID" not in ds,
    "issuer-other": lambda ds: ds.IssuerOfPatientID == "STMARYS",
    "name-comma": lambda ds: ", " in str(ds.PatientName) and "^" not in str(ds.PatientName),
    "name-lower": lambda ds: str(ds.PatientName).islower(),
    "sex-code": lambda ds: ds.PatientSex == "W",
    "birth-date": lambda ds: "/" in ds.PatientBirthDate,
    "date-dots": lambda ds: ds.StudyDate.count(".") == 2,
    "accession-long": lambda ds: len(ds.AccessionNumber) == 20,
    "uid-zero": lambda ds: ".0" in ds.StudyInstanceUID,
    "patient-mixed": lambda ds: ds.PatientName == "WRONG^PATIENT",
    "numbers-same": lambda ds: ds.InstanceNumber == 1,
    "high-bit": lambda ds: ds.HighBit != ds.BitsStored - 1,
    "modality-wrong": lambda ds: ds.Modality == "OT",
    "private-orphan": lambda ds: (0x0029, 0x1010) in ds and (0x0029, 0x0010) not in ds,
}


@pytest.fixture(scope="module")
def file() -> bytes:
    profile = load_profiles()["CT1"]
    return next(acquire(profile, sample_exam(profile, "head"), seed=1)).part10()


@pytest.mark.parametrize("key", sorted(k for k, flaw in FLAWS.items() if flaw.edit))
def test_a_flaw_of_the_header_changes_little(file: bytes, key: str) -> None:
    edit = FLAWS[key].edit
    assert edit is not None
    with config.disable_value_validation():
        ds, before = dcmread(BytesIO(file)), dcmread(BytesIO(file))
        assert key not in CHECKS or not CHECKS[key](before) or key == "numbers-same"
        edit(ds)
        assert key not in CHECKS or CHECKS[key](ds)
        changed = [
            tag for tag in {*ds.keys(), *before.keys()} if _raw(ds, tag) != _raw(before, tag)
        ]
        assert len(changed) <= 6 and ds.PixelData == before.PixelData


def _raw(ds: Dataset, tag: int) -> object:
    return ds.get_item(tag).value if tag in ds else None


@pytest.mark.parametrize("key", sorted(k for k, flaw in FLAWS.items() if flaw.harm))
def test_a_flaw_of_the_file_changes_its_bytes(file: bytes, key: str) -> None:
    harm = FLAWS[key].harm
    assert harm is not None and harm(file) != file and harm(file) == harm(file)
    assert FLAWS[key].says
