"""All that the fleet makes, for five seeds, and all data sets: no error by anybody's validator.

`python -m pytest tests/imaging/test_everything_is_valid.py -m slow`; needs dicom3tools and DCMTK.
"""

import shutil
import subprocess
from itertools import groupby

import numpy as np
import pytest
from pydicom import dcmread
from pydicom.uid import DeflatedExplicitVRLittleEndian

from simulator.fleet.profile import load_profiles
from simulator.imaging.codecs import SYNTAXES
from simulator.imaging.contact_sheet import sample_exam
from simulator.imaging.study import acquire
from simulator.recipes import recipe
from simulator.recipes.output import Job
from tests.imaging.validators import iod_errors, needs, report_errors, study_errors

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]
DOCUMENTS = ("SR", "KO")
# DCMTK's decompressors by transfer syntax; it has none for JPEG 2000.
DECOMPRESS = {"JPEGBaseline8Bit": "dcmdjpeg", "JPEGLosslessSV1": "dcmdjpeg",
              "JPEGLSLossless": "dcmdjpls", "RLELossless": "dcmdrle"}  # fmt: skip
EXAMS = [(name, key) for name, profile in load_profiles().items() for key in profile.protocols]


def complaints(paths):
    """Return each file's errors, of one study: its own, its reports', and those between files."""
    found = {}
    for path in paths:
        errors = iod_errors(path)
        if dcmread(path, stop_before_pixels=True, specific_tags=["Modality"]).Modality in DOCUMENTS:
            errors += report_errors(path)
        if errors:
            found[path.name] = errors
    between = study_errors(paths)
    return found | ({"study": between} if between else {})


@needs
@pytest.mark.skipif(shutil.which("dsrdump") is None, reason="DCMTK is not installed")
@pytest.mark.parametrize("seed", range(1, 6))
def test_every_object_of_every_device_is_valid(tmp_path, seed):
    bad = {}
    for device, protocol in EXAMS:
        profile = load_profiles()[device]
        exam = sample_exam(profile, protocol, patient=seed)
        paths = []
        for number, instance in enumerate(acquire(profile, exam, seed=seed)):
            paths.append(tmp_path / f"{device}-{protocol}-{number:03d}.dcm")
            paths[-1].write_bytes(instance.part10())
        if found := complaints(paths):
            bad[device, protocol] = found
    assert not bad


@needs
@pytest.mark.skipif(shutil.which("dsrdump") is None, reason="DCMTK is not installed")
@pytest.mark.parametrize("name", recipe.names())
def test_every_object_of_every_data_set_is_valid(tmp_path, name):
    """What has something wrong on purpose is left out: the answer key says what (`wrong`)."""
    bad, sound = {}, 0
    items = (item for item in Job(recipe=recipe.load(name)).items() if not item.wrong)
    for study, group in groupby(items, lambda item: item.case):
        folder = tmp_path / str(study)
        folder.mkdir()
        paths = [_written(folder / f"{n:04d}.dcm", item) for n, item in enumerate(group)]
        if found := complaints(paths):
            bad[study] = found
        sound += len(paths)
        shutil.rmtree(folder)
    assert not bad
    assert sound or name == "legacy-migration"  # each of its objects has a label


def _written(path, item):
    """Write a file; a deflated one is inflated by DCMTK, because dciodvfy cannot read it."""
    path.write_bytes(item.data)
    if item.syntax == DeflatedExplicitVRLittleEndian:
        subprocess.run(["dcmconv", "+te", path, path], check=True, capture_output=True)
    return path


@pytest.mark.skipif(shutil.which("dcmdjpeg") is None, reason="DCMTK is not installed")
@pytest.mark.parametrize(
    ("device", "syntax"),
    [(name, s) for name, profile in load_profiles().items() for s in profile.transfer_syntaxes],
)
def test_pixels_decode_alike_in_pydicom_and_dcmtk(tmp_path, device, syntax):
    profile = load_profiles()[device]
    exam = sample_exam(profile, next(iter(profile.protocols)))
    seen = 0
    for instance in acquire(profile, exam, seed=1, transfer_syntax=syntax):
        path, plain = tmp_path / "one.dcm", tmp_path / "plain.dcm"
        path.write_bytes(instance.part10())
        ds = dcmread(path)
        if "PixelData" not in ds or instance.instance_number > 1:
            continue
        program = DECOMPRESS.get(syntax)
        if instance.transfer_syntax_uid != SYNTAXES[syntax] or program is None:
            program = "dcmconv"
        if syntax == "JPEG2000Lossless":
            assert ds.pixel_array.any()
            continue
        options = ["+cn"] if syntax == "JPEGBaseline8Bit" else []  # colours as they are stored
        subprocess.run([program, *options, path, plain], check=True, capture_output=True)
        theirs, ours = dcmread(plain), ds
        if syntax == "JPEGBaseline8Bit":
            assert theirs.pixel_array.shape == ours.pixel_array.shape
        else:
            assert np.array_equal(theirs.pixel_array, ours.pixel_array)
        seen += 1
    assert seen or syntax == "JPEG2000Lossless"
