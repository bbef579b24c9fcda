"""Transfer syntaxes: how a frame is encoded, and what the header must then say (PS3.5 8.2, A.4)."""

from collections.abc import Sequence
from io import BytesIO
from struct import pack
from typing import Any

import numpy as np
from numpy.typing import NDArray

from simulator.errors import UsageError

IMPLICIT = "1.2.840.10008.1.2"
EXPLICIT = "1.2.840.10008.1.2.1"
JPEG = "1.2.840.10008.1.2.4.50"
JPEG_LOSSLESS = "1.2.840.10008.1.2.4.70"  # promises selection value 1
JPEG_LS = "1.2.840.10008.1.2.4.80"
JPEG_2000 = "1.2.840.10008.1.2.4.90"
RLE = "1.2.840.10008.1.2.5"

SYNTAXES = {
    "ImplicitVRLittleEndian": IMPLICIT,
    "ExplicitVRLittleEndian": EXPLICIT,
    "JPEGBaseline8Bit": JPEG,
    "JPEGLosslessSV1": JPEG_LOSSLESS,
    "JPEGLSLossless": JPEG_LS,
    "JPEG2000Lossless": JPEG_2000,
    "RLELossless": RLE,
}
QUALITY = 90  # of JPEG baseline, Pillow's scale


def syntax_uid(name: str) -> str:
    """Return the UID of a transfer syntax we can write, given its keyword or UID."""
    uid = SYNTAXES.get(name, name)
    if uid not in SYNTAXES.values():
        raise UsageError(
            f"Images cannot be encoded in transfer syntax {name!r}.",
            f"Choose one of: {', '.join(SYNTAXES)}.",
        )
    return uid


def is_encapsulated(syntax: str) -> bool:
    """Tell whether pixels travel in fragments (PS3.5 A.4)."""
    return syntax not in (IMPLICIT, EXPLICIT)


def document_syntax(syntax: str) -> str:
    """Return how to write what has no pixels when images are written in `syntax`."""
    return EXPLICIT if is_encapsulated(syntax) else syntax


def check(syntax: str, bits: int, what: str, samples: int = 1) -> None:
    """Refuse a syntax that cannot carry such pixels; `what` names the series."""
    if syntax == JPEG_LOSSLESS and samples > 1:
        raise UsageError(
            f"{what} is in colour; JPEGLosslessSV1 is written for grey images.",
            "Choose another transfer syntax.",
        )
    if syntax == JPEG and bits > 8:
        raise UsageError(
            f"{what} has {bits} bits a pixel; JPEGBaseline8Bit carries 8.",
            "Choose a lossless transfer syntax.",
        )


def photometric(samples: int, syntax: str) -> str:
    """Return PhotometricInterpretation (0028,0004) as the encoded pixels really are."""
    if samples == 1:
        return "MONOCHROME2"
    return {JPEG: "YBR_FULL_422", JPEG_2000: "YBR_RCT"}.get(syntax, "RGB")


def planar(syntax: str) -> int:
    """Return PlanarConfiguration (0028,0006): RLE keeps each colour by itself (PS3.5 G.2)."""
    return 1 if syntax == RLE else 0


def encoded(frame: NDArray[Any], bits: int, syntax: str) -> bytes:
    """Return one frame (rows, columns[, 3]) encoded; the caller pads."""
    if not is_encapsulated(syntax):
        return frame.tobytes()
    if syntax == JPEG:
        from simulator.imaging.jpeg import baseline

        return baseline(frame, QUALITY)
    if syntax == JPEG_LOSSLESS:
        from simulator.imaging import jpeg_lossless

        return jpeg_lossless.encoded(frame, bits)
    return _by_plugin(frame, bits, syntax)


def _by_plugin(frame: NDArray[Any], bits: int, syntax: str) -> bytes:
    """Encode losslessly with one of pydicom's plug-ins."""
    from pydicom.pixels.encoders.base import get_encoder

    encoder = get_encoder(syntax)
    if not encoder.is_available:
        raise UsageError(
            f"Transfer syntax {syntax} needs a codec that is not installed.",
            "Install pylibjpeg, pylibjpeg-openjpeg, pylibjpeg-rle and pyjpegls.",
        )
    color = frame.ndim == 3
    return encoder.encode(
        np.ascontiguousarray(frame),
        rows=frame.shape[0],
        columns=frame.shape[1],
        number_of_frames=1,
        samples_per_pixel=3 if color else 1,
        photometric_interpretation=photometric(3 if color else 1, syntax),
        planar_configuration=0,
        bits_allocated=frame.itemsize * 8,
        bits_stored=bits,
        pixel_representation=0,
        use_mct=color,
        encoding_plugin="pylibjpeg" if syntax in (RLE, JPEG_2000) else "pyjpegls",
    )


def wrapped(frames: Sequence[bytes]) -> bytes:
    """Return frames as fragments, one each, behind a basic offset table (PS3.5 A.4)."""
    padded = [frame + b"\0" * (len(frame) % 2) for frame in frames]
    offsets, place = [], 0
    for frame in padded:
        offsets.append(place)
        place += len(frame) + 8
    out = BytesIO()
    out.write(b"\xfe\xff\x00\xe0" + pack("<I", 4 * len(offsets)))
    out.write(pack(f"<{len(offsets)}I", *offsets))
    for frame in padded:
        out.write(b"\xfe\xff\x00\xe0" + pack("<I", len(frame)) + frame)
    out.write(b"\xfe\xff\xdd\xe0\0\0\0\0")
    return out.getvalue()
