"""Validators of others find nothing to complain of: dicom3tools (PS3.3 modules) and DCMTK (SR)."""

import shutil
from io import BytesIO

import pytest
from pydicom import dcmread

from simulator.fleet.profile import load_profiles
from tests.imaging.validators import iod_errors, needs, report_errors, study_errors
from tests.imaging.validators import validator as validator  # other tests take it from here

EXAMS = [(name, key) for name, profile in load_profiles().items() for key in profile.protocols]
each_exam = pytest.mark.parametrize(("device", "protocol"), EXAMS)


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
        assert not iod_errors(path)


@needs
@each_exam
def test_dcentvfy_finds_one_patient_and_one_study(study, tmp_path, device, protocol):
    assert not study_errors(one_of_each_series(study(device, protocol), tmp_path))


@pytest.mark.skipif(shutil.which("dsrdump") is None, reason="DCMTK is not installed")
@pytest.mark.parametrize(
    ("device", "protocol"), [("CT2", "trauma-head"), ("XA1", "coronary"), ("MG1", "diagnostic")]
)
def test_dsrdump_reads_every_structured_report(study, tmp_path, device, protocol):
    seen = 0
    for path in one_of_each_series(study(device, protocol), tmp_path):
        if dcmread(BytesIO(path.read_bytes())).Modality in ("SR", "KO"):
            assert not report_errors(path)
            seen += 1
    assert seen
