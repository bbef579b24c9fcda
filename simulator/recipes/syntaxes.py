"""Transfer syntaxes beyond those that devices write: retired, deflated, lossy, JPEG Lossless.

Labels are true: .70 only with the predictor it promises, .57 with another one, and what lost
something says so (PS3.3 C.7.6.1.1.5).
"""

from __future__ import annotations

import zlib
from collections.abc import Callable
from dataclasses import replace
from io import BytesIO
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pydicom import dcmread, uid
from pydicom.dataset import Dataset
from pydicom.filebase import DicomBytesIO
from pydicom.filewriter import write_dataset
from pydicom.pixels.encoders.base import get_encoder

from simulator.imaging import codecs, jpeg_lossless
from simulator.imaging.study import Instance
from simulator.imaging.template import encode

Frame = NDArray[Any]
_J2K_RATIO = 10


def converted(instance: Instance, keyword: str) -> Instance:
    """Return the instance in another transfer syntax."""
    syntax = getattr(uid, keyword)
    return replace(instance, transfer_syntax_uid=str(syntax), data=EXTRA[keyword](instance, syntax))


def _big_endian(instance: Instance, syntax: uid.UID) -> bytes:
    ds = dcmread(BytesIO(instance.part10()))
    swapped = np.frombuffer(ds.PixelData, "<u2" if ds.BitsAllocated == 16 else "u1")
    ds.PixelData = swapped.astype(">u2").tobytes() if ds.BitsAllocated == 16 else ds.PixelData
    for _ in ds.iterall():  # values are decoded, so that they are written anew
        pass
    buffer = DicomBytesIO()
    buffer.is_little_endian, buffer.is_implicit_VR = False, False
    write_dataset(buffer, ds)
    return buffer.getvalue()


def _deflated(instance: Instance, syntax: uid.UID) -> bytes:
    packer = zlib.compressobj(6, zlib.DEFLATED, -zlib.MAX_WBITS)
    data = packer.compress(instance.data) + packer.flush()
    return data + b"\0" * (len(data) % 2)


def _frames(ds: Dataset) -> list[Frame]:
    pixels = ds.pixel_array
    return list(pixels) if int(ds.get("NumberOfFrames", 1)) > 1 else [pixels]


def _encapsulated(ds: Dataset, frames: list[bytes], syntax: uid.UID) -> bytes:
    ds.PixelData = codecs.wrapped(frames)[:-8]  # pydicom adds the delimiter itself
    ds["PixelData"].VR, ds["PixelData"].is_undefined_length = "OB", True
    return encode(ds, str(syntax))


def _lossless_jpeg(instance: Instance, syntax: uid.UID) -> bytes:
    ds = dcmread(BytesIO(instance.part10()))
    bits, above = int(ds.BitsStored), jpeg_lossless.ABOVE
    packed = [jpeg_lossless.encoded(frame, bits, above) for frame in _frames(ds)]
    return _encapsulated(ds, packed, syntax)


def _lossy(method: str, **options: Any) -> Callable[[Instance, uid.UID], bytes]:
    """Return what compresses with loss, by one of pydicom's plug-ins."""

    def work(instance: Instance, syntax: uid.UID) -> bytes:
        ds = dcmread(BytesIO(instance.part10()))
        frames = _frames(ds)
        color = int(ds.SamplesPerPixel) == 3
        packed = [
            get_encoder(syntax).encode(
                np.ascontiguousarray(frame), rows=frame.shape[0], columns=frame.shape[1],
                number_of_frames=1, samples_per_pixel=3 if color else 1,
                photometric_interpretation="RGB" if color else "MONOCHROME2",
                planar_configuration=0, bits_allocated=frame.itemsize * 8,
                bits_stored=int(ds.BitsStored), pixel_representation=0, **options,
            )
            for frame in frames
        ]  # fmt: skip
        ratio = sum(frame.nbytes for frame in frames) / sum(map(len, packed))
        ds.LossyImageCompression, ds.LossyImageCompressionMethod = "01", method
        ds.LossyImageCompressionRatio = f"{ratio:.2f}"
        return _encapsulated(ds, packed, syntax)

    return work


EXTRA: dict[str, Callable[[Instance, uid.UID], bytes]] = {
    "ExplicitVRBigEndian": _big_endian,
    "DeflatedExplicitVRLittleEndian": _deflated,
    "JPEGLossless": _lossless_jpeg,
    "JPEGLSNearLossless": _lossy("ISO_14495_1", jls_error=2),
    "JPEG2000": _lossy("ISO_15444_1", j2k_cr=[_J2K_RATIO]),
}
LOSSY = (codecs.JPEG, str(uid.JPEGLSNearLossless), str(uid.JPEG2000))
LIBRARY = (codecs.RLE, codecs.JPEG_LS, codecs.JPEG_2000)  # packed by libraries, without loss
