"""Lossy copies: a new instance, marked for what it is (PS3.3 C.7.6.1.1.5, C.8.12.4.1.1).

The original stays as it was. What was done is said in every attribute that readers look at.
"""

from __future__ import annotations

from copy import deepcopy

import numpy as np
from pydicom.dataset import Dataset
from pydicom.encaps import encapsulate
from pydicom.sequence import Sequence
from pydicom.uid import JPEG2000, generate_uid

from simulator.archive.lifecycle.compression_rules import STANDARDS, Rule
from simulator.imaging.jpeg import baseline

QUALITY = 75  # of JPEG baseline, Pillow's scale
_LOSSY = ("113040", "Lossy Compression")
_PREDECESSOR = ("121320", "Uncompressed predecessor")


class NotLossyError(Exception):
    """Why an image cannot be compressed with loss."""


def lossy_copy(ds: Dataset, rule: Rule) -> Dataset:
    """Return a lossy copy of an uncompressed image; raises NotLossyError where it cannot be."""
    if str(ds.get("LossyImageCompression", "")) == "01":
        raise NotLossyError("it has lost something already")
    raw = len(ds.PixelData)
    made = deepcopy(ds)
    if rule.syntax == JPEG2000:
        made.compress(JPEG2000, j2k_cr=[rule.ratio], generate_instance_uid=False)
    else:
        _baseline(made)
    _mark(made, ds, rule, raw / len(made.PixelData))
    return made


def uids_of(ds: Dataset, rule: Rule) -> tuple[str, str]:
    """Return the series and instance UID of an image's lossy copy: a second run makes no second."""
    seed = [rule.method, str(rule.ratio)]
    series = generate_uid(entropy_srcs=[str(ds.SeriesInstanceUID), *seed])
    return str(series), str(generate_uid(entropy_srcs=[str(ds.SOPInstanceUID), *seed]))


def _baseline(ds: Dataset) -> None:
    """Encode as JPEG baseline (PS3.5 A.4.1), which holds 8 bits only."""
    if ds.BitsAllocated != 8 or ds.PixelRepresentation != 0:
        raise NotLossyError(f"it has {ds.BitsStored} bits, JPEG baseline holds 8")
    pixels = ds.pixel_array
    single = int(ds.get("NumberOfFrames") or 1) == 1
    frames = [baseline(np.ascontiguousarray(f), QUALITY) for f in ([pixels] if single else pixels)]
    ds.PixelData = encapsulate(frames)
    ds["PixelData"].VR, ds["PixelData"].is_undefined_length = "OB", True
    if ds.SamplesPerPixel == 3:
        ds.PhotometricInterpretation, ds.PlanarConfiguration = "YBR_FULL_422", 0


def _mark(made: Dataset, source: Dataset, rule: Rule, ratio: float) -> None:
    series, instance = uids_of(source, rule)
    made.SeriesInstanceUID, made.SOPInstanceUID = series, instance
    made.SeriesDescription = f"{source.get('SeriesDescription') or ''} (lossy)".strip()[:64]
    kind = [str(value) for value in source.get("ImageType") or ["ORIGINAL", "PRIMARY"]]
    made.ImageType = ["DERIVED", *kind[1:]]
    made.LossyImageCompression = "01"
    made.LossyImageCompressionRatio = f"{ratio:.2f}"
    made.LossyImageCompressionMethod = STANDARDS[rule.method]
    made.DerivationDescription = f"Lossy compression by rule {rule.name}, {ratio:.1f} : 1"
    made.DerivationCodeSequence = Sequence([_code(*_LOSSY)])
    item = Dataset()
    item.ReferencedSOPClassUID, item.ReferencedSOPInstanceUID = (
        source.SOPClassUID,
        source.SOPInstanceUID,
    )
    item.PurposeOfReferenceCodeSequence = Sequence([_code(*_PREDECESSOR)])
    made.SourceImageSequence = Sequence([item])


def _code(value: str, meaning: str) -> Dataset:
    code = Dataset()
    code.CodeValue, code.CodingSchemeDesignator, code.CodeMeaning = value, "DCM", meaning
    return code
