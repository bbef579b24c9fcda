"""Compressed pixels decode to what was rendered, and labels tell the truth."""

import shutil
import subprocess
from io import BytesIO

import numpy as np
import pytest
from pydicom import dcmread
from pydicom.pixels import get_encoder

from simulator.errors import UsageError
from simulator.imaging import codecs
from simulator.imaging.contact_sheet import sample_exam
from simulator.imaging.study import acquire

LOSSLESS = ["RLELossless", "JPEGLSLossless", "JPEG2000Lossless"]


def read(instance):
    return dcmread(BytesIO(instance.part10()))


def made(profiles, device, protocol, syntax):
    exam = sample_exam(profiles[device], protocol)
    return list(acquire(profiles[device], exam, seed=1, transfer_syntax=syntax))


def installed(syntax):
    return get_encoder(codecs.syntax_uid(syntax)).is_available


@pytest.mark.parametrize("syntax", LOSSLESS)
@pytest.mark.parametrize(
    ("device", "protocol"),
    [("DX1", "abdomen"), ("US3", "bladder"), ("XA1", "runoff"), ("NM1", "bone")],
)
def test_lossless_is_lossless(profiles, device, protocol, syntax):
    if not installed(syntax):
        pytest.skip("the codec is not installed")
    plain = made(profiles, device, protocol, "ExplicitVRLittleEndian")
    packed = made(profiles, device, protocol, syntax)
    for before, after in zip(plain, packed, strict=True):
        ds = read(after)
        if "Rows" not in ds:  # documents are never compressed
            assert after.transfer_syntax_uid == codecs.EXPLICIT
            continue
        assert ds.file_meta.TransferSyntaxUID == codecs.SYNTAXES[syntax]
        assert (ds.pixel_array == read(before).pixel_array).all()
        assert ds.get("LossyImageCompression", "00") == "00"


def test_a_clip_in_jpeg_says_so(profiles):
    clip = read(made(profiles, "US2", "echo", "JPEGBaseline8Bit")[0])
    plain = read(made(profiles, "US2", "echo", "ExplicitVRLittleEndian")[0])
    assert clip.PhotometricInterpretation == "YBR_FULL_422"
    assert clip.LossyImageCompression == "01" and clip.LossyImageCompressionRatio > 3
    assert clip.NumberOfFrames == plain.NumberOfFrames > 1
    difference = np.abs(clip.pixel_array.astype(int) - plain.pixel_array)
    assert difference.mean() < 4


def test_twelve_bits_do_not_fit_into_baseline_jpeg(profiles):
    with pytest.raises(UsageError, match="12 bits"):
        made(profiles, "MG1", "diagnostic", "JPEGBaseline8Bit")


@pytest.mark.skipif(shutil.which("dcmdjpls") is None, reason="DCMTK is not installed")
@pytest.mark.parametrize(
    ("syntax", "tool"),
    [("RLELossless", "dcmdrle"), ("JPEGLSLossless", "dcmdjpls"), ("JPEGBaseline8Bit", "dcmdjpeg")],
)
def test_dcmtk_decodes_it(profiles, tmp_path, syntax, tool):
    if syntax != "JPEGBaseline8Bit" and not installed(syntax):
        pytest.skip("the codec is not installed")
    (tmp_path / "in.dcm").write_bytes(made(profiles, "US2", "echo", syntax)[0].part10())
    subprocess.run([tool, "in.dcm", "out.dcm"], cwd=tmp_path, check=True)
    plain = read(made(profiles, "US2", "echo", "ExplicitVRLittleEndian")[0]).pixel_array
    back = dcmread(tmp_path / "out.dcm").pixel_array
    assert np.abs(back.astype(int) - plain).mean() < (6 if "JPEGB" in syntax else 1e-9)
