"""Small objects of every kind that a viewer must show, made by hand."""

from __future__ import annotations

from typing import Any

import numpy as np
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.uid import CTImageStorage, ExplicitVRLittleEndian

from simulator.imaging.uids import make_uid


def image(pixels: np.ndarray[Any, Any], **facts: Any) -> Dataset:
    """Return an image object with these stored values; `facts` replace what is usual."""
    colours = pixels.ndim >= 3 and pixels.shape[-1] == 3
    ds = Dataset()
    ds.SOPClassUID = CTImageStorage
    ds.SOPInstanceUID = make_uid("viewer", str(sorted(facts)), pixels.tobytes())
    ds.Rows, ds.Columns = pixels.shape[-3:-1] if colours else pixels.shape[-2:]
    ds.SamplesPerPixel = 3 if colours else 1
    ds.PhotometricInterpretation = "RGB" if colours else "MONOCHROME2"
    if colours:
        ds.PlanarConfiguration = 0
    if pixels.ndim == 3 + colours:
        ds.NumberOfFrames = len(pixels)
    ds.BitsAllocated = ds.BitsStored = 8 * pixels.dtype.itemsize
    ds.HighBit = ds.BitsStored - 1
    ds.PixelRepresentation = int(pixels.dtype.kind == "i")
    ds.PixelData = pixels.tobytes()
    for keyword, value in facts.items():
        setattr(ds, keyword, value)
    ds.file_meta = FileMetaDataset()
    ds.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    return ds
