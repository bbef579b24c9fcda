"""Compression: lossless in place and proven, lossy as a new instance that says so."""

from __future__ import annotations

from io import BytesIO
from typing import Any

import numpy as np
import pytest
from pydicom import dcmread
from pydicom.dataset import Dataset
from pydicom.uid import CTImageStorage

from simulator.errors import RefusedError, UsageError
from tests.archive.lifecycle.test_tiers import pass_time
from tests.archive.support import Lab, image

LOSSLESS = ("rle", "jpeg-ls", "jpeg-2000")


def picture(*, bits: int = 12, color: bool = False, frames: int = 1, **values: Any) -> Dataset:
    """Return a smooth image with a little noise, black on the left: every codec saves on it."""
    rows = np.add.outer(np.arange(64), np.arange(64)) * ((1 << bits) // 160)
    noise = np.random.default_rng(3).integers(0, 3, (frames, 64, 64))
    pixels = (rows + noise).astype("uint8" if bits == 8 else "<u2")
    pixels[:, :, :32] = 0
    if color:
        pixels = np.stack([pixels, pixels // 2, pixels // 3], axis=-1)
    ds = image(
        BitsAllocated=8 if bits == 8 else 16, BitsStored=bits, HighBit=bits - 1,
        SeriesDescription="Thin", ImageType=["ORIGINAL", "PRIMARY", "AXIAL"], **values,
    )  # fmt: skip
    if color:
        ds.SamplesPerPixel, ds.PhotometricInterpretation = 3, "RGB"
        ds.PlanarConfiguration = 0
    if frames > 1:
        ds.NumberOfFrames = frames
    ds.PixelData = pixels.tobytes()
    ds["PixelData"].VR = "OB" if bits == 8 else "OW"
    return ds


@pytest.fixture
def life(lab: Lab) -> Any:
    return lab.archive.lifecycle


def stored(lab: Lab, uid: str) -> Dataset:
    place = lab.archive.index.find_instance(uid)
    assert place
    return dcmread(BytesIO(lab.archive.store.read(place.digest)))


@pytest.mark.parametrize("method", LOSSLESS)
@pytest.mark.parametrize(
    "ds",
    [
        picture(), picture(bits=16), picture(bits=8), picture(bits=8, color=True),
        picture(frames=3),
    ],
    ids=["12 bits", "16 bits", "8 bits", "colour", "frames"],
)  # fmt: skip
def test_lossless_is_the_same_image_in_less_room(
    lab: Lab, life: Any, ds: Dataset, method: str
) -> None:
    lab.store(ds)
    uid, before = str(ds.SOPInstanceUID), lab.archive.index.locate([])[0]
    pixels, old = stored(lab, ds.SOPInstanceUID).pixel_array, lab.files()
    life.compression.rules.put("r", {"method": method})
    plan = life.compression.run("r", dry=True)
    assert lab.files() == old
    report = life.compression.run("r", dry=False)
    (after,) = lab.archive.index.locate([])
    assert (after.sop_uid, plan["saved"]) == (uid, report["saved"])
    assert report["saved"] == before.size - after.size > 0
    assert lab.files() == [after.digest] != old
    now = stored(lab, ds.SOPInstanceUID)
    assert now.file_meta.TransferSyntaxUID == after.transfer_syntax != before.transfer_syntax
    assert np.array_equal(now.pixel_array, pixels) and now.SOPInstanceUID == uid
    assert life.compression.run("r", dry=False)["instances"] == []
    assert lab.archive.integrity.check(deep=True).said == ""


def test_what_goes_out_is_what_came_in(lab: Lab, life: Any) -> None:
    ds = picture()
    lab.store(ds)
    life.compression.rules.put("r", {"method": "jpeg-ls"})
    life.compression.run("r", dry=False)
    retrieved, (got,) = lab.get(StudyInstanceUID="1.2.3.1")
    assert retrieved.completed == 1 and got.PixelData == ds.PixelData


def test_a_reset_undoes_it(lab: Lab, life: Any) -> None:
    lab.store(picture())
    lab.archive.save_baseline()
    before = lab.archive.index.locate([])
    life.compression.rules.put("r", {"method": "rle"})
    life.compression.run("r", dry=False)
    lab.archive.reset()
    assert lab.archive.index.locate([]) == before and lab.files() == [before[0].digest]


def test_a_codec_that_lies_changes_nothing(
    lab: Lab, life: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    lab.store(picture())
    life.compression.rules.put("r", {"method": "rle"})
    from simulator.archive.lifecycle import compression

    decode = compression._decoded
    monkeypatch.setattr(compression, "_decoded", lambda *given: decode(*given) + 1)
    before = lab.archive.index.locate([])
    report = life.compression.run("r", dry=False)
    assert "not the same" in report["instances"][0]["why"] and report["compressed"] == 0
    assert lab.archive.index.locate([]) == before


@pytest.mark.parametrize(
    ("method", "ds", "standard"),
    [
        ("jpeg-2000-lossy", picture(), "ISO_15444_1"),
        ("jpeg-lossy", picture(bits=8, color=True), "ISO_10918_1"),
        ("jpeg-lossy", picture(bits=8, frames=2), "ISO_10918_1"),
    ],
)
def test_a_lossy_copy_is_a_new_instance_that_says_so(
    lab: Lab, life: Any, method: str, ds: Dataset, standard: str
) -> None:
    lab.store(ds)
    life.compression.rules.put("r", {"method": method, "ratio": 8})
    report = life.compression.run("r", dry=False)
    (row,) = report["instances"]
    made, source = stored(lab, row["copy"]), stored(lab, ds.SOPInstanceUID)
    assert source.PixelData == ds.PixelData and "LossyImageCompression" not in source
    assert made.SOPInstanceUID != source.SOPInstanceUID
    assert made.SeriesInstanceUID != source.SeriesInstanceUID
    assert made.StudyInstanceUID == source.StudyInstanceUID
    assert list(made.ImageType) == ["DERIVED", "PRIMARY", "AXIAL"]
    assert (made.LossyImageCompression, made.LossyImageCompressionMethod) == ("01", standard)
    assert float(made.LossyImageCompressionRatio) == row["ratio"] > 1.5
    assert made.SourceImageSequence[0].ReferencedSOPInstanceUID == ds.SOPInstanceUID
    assert made.SourceImageSequence[0].ReferencedSOPClassUID == CTImageStorage
    assert made.DerivationCodeSequence[0].CodeValue == "113040" and made.DerivationDescription
    difference = np.abs(made.pixel_array.astype(int) - source.pixel_array.astype(int))
    if ds.SamplesPerPixel == 1:
        assert 0 < difference.max() < 64
    assert report["saved"] < 0 and report["lossy"]
    again = life.compression.run("r", dry=False)
    assert again["compressed"] == 0 and "already" in again["instances"][0]["why"]


def test_a_rule_speaks_of_age_modality_and_sender(lab: Lab, life: Any) -> None:
    lab.store(picture(), picture(Modality="MR", SeriesInstanceUID="1.2.3.1.2"))
    rules = life.compression.rules
    for facts, count in (
        ({"modality": "MR"}, 1), ({"source": "CT1"}, 2), ({"source": "MR9"}, 0),
        ({"older_than": "30d"}, 0),
    ):  # fmt: skip
        rules.put("r", {"method": "rle", "modality": "", "source": "", "older_than": "0d", **facts})
        assert len(life.compression.run("r", dry=True)["instances"]) == count
    pass_time(lab, 31 * 86_400)
    assert len(life.compression.run("r", dry=True)["instances"]) == 2


def test_what_is_left_as_it_is(lab: Lab, life: Any) -> None:
    lab.store(picture(), picture(Modality="MG", SeriesInstanceUID="1.2.3.1.2"))
    rules = life.compression.rules
    rules.put("lossy", {"method": "jpeg-lossy"})
    why = sorted(row["why"] for row in life.compression.run("lossy", dry=False)["instances"])
    assert why == ["MG is never compressed with loss", "it has 12 bits, JPEG baseline holds 8"]
    life.holds.put("court", "test", study_uid="1.2.3.1")
    rules.put("r", {"method": "rle"})
    report = life.compression.run("r", dry=False)
    assert {row["why"] for row in report["instances"]} == {"on hold: it stays as it is"}
    rules.put("r", {"enabled": False})
    with pytest.raises(RefusedError, match="switched off"):
        life.compression.run("r", dry=False)
    with pytest.raises(RefusedError, match="no rule"):
        life.compression.run("x", dry=False)


def test_a_lossy_copy_needs_room(lab: Lab, life: Any) -> None:
    lab.store(picture())
    life.volumes.change("ONLINE1", {"capacity": 1})
    life.compression.rules.put("r", {"method": "jpeg-2000-lossy"})
    report = life.compression.run("r", dry=False)
    assert "no room" in report["instances"][0]["why"]
    assert lab.archive.index.counts()["instances"] == 1


@pytest.mark.parametrize(
    "given",
    [
        {}, {"method": "zip"}, {"method": ["rle"]}, {"method": "rle", "modality": "CTT"},
        {"method": "rle", "source": "x" * 17}, {"method": "rle", "ratio": 1},
        {"method": "rle", "ratio": True}, {"method": "rle", "older_than": "-1d"},
        {"method": "rle", "enabled": 1}, {"method": "rle", "colour": 1},
        {"method": "jpeg-lossy", "modality": "MG"},
    ],
)  # fmt: skip
def test_what_no_rule_can_be(life: Any, given: dict[str, Any]) -> None:
    with pytest.raises(UsageError):
        life.compression.rules.put("r", given)
    assert life.compression.rules.all() == []
