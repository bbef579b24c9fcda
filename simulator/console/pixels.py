"""From a stored object to a picture: rescale, window, invert, PNG. No widgets here.

PS3.3 C.7.6.3 (pixels), C.11.1 (modality LUT), C.11.2 (window: the LINEAR function).
"""

from __future__ import annotations

from dataclasses import dataclass
from io import BytesIO
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pydicom.dataset import Dataset

from simulator.errors import UsageError

LARGEST = 640  # pixels a side that a picture is shown with: more would only be slow
PRESETS = {
    "soft tissue": (40.0, 400.0),
    "lung": (-600.0, 1500.0),
    "bone": (480.0, 2500.0),
    "brain": (40.0, 80.0),
}


@dataclass(frozen=True, kw_only=True)
class Window:
    """Which grey values are spread from black to white: centre and width."""

    center: float
    width: float

    def __str__(self) -> str:
        """As it is said."""
        return f"level {self.center:g}, width {self.width:g}"


@dataclass(frozen=True, kw_only=True)
class Picture:
    """One image, ready for windowing: real values (rows, columns), or RGB (rows, columns, 3)."""

    values: NDArray[Any]
    inverted: bool  # MONOCHROME1: the lowest value is white
    window: Window  # as sent in the object, else spread over all values
    low: float
    high: float
    factor: int  # every n-th pixel was kept

    @property
    def is_colour(self) -> bool:
        """Whether there are colours, to which a window does not apply."""
        return self.values.ndim == 3


def picture(ds: Dataset, frame: int = 0) -> Picture:
    """Read one frame of an object; raises UsageError if there is nothing to be seen in it."""
    pixels = _frame(ds, frame)
    factor = max(1, -(-max(pixels.shape[:2]) // LARGEST))
    pixels = pixels[::factor, ::factor]
    if pixels.ndim == 2:
        slope, intercept = _number(ds, "RescaleSlope", 1.0), _number(ds, "RescaleIntercept", 0.0)
        pixels = (pixels * slope + intercept).astype(np.float32)
    low, high = float(pixels.min()), float(pixels.max())
    return Picture(
        values=pixels,
        inverted=str(ds.get("PhotometricInterpretation", "")) == "MONOCHROME1",
        window=_sent(ds) or Window(center=(low + high) / 2, width=max(1.0, high - low)),
        low=low,
        high=high,
        factor=factor,
    )


def _frame(ds: Dataset, frame: int) -> NDArray[Any]:
    if "PixelData" not in ds:
        kind = getattr(ds.get("SOPClassUID"), "name", "object")
        raise UsageError(f"There is no picture in this {kind}.", "Look at its tags instead.")
    try:
        pixels = np.asarray(ds.pixel_array)
    except Exception as error:  # pydicom raises many kinds, all meaning: cannot be decoded
        raise UsageError(f"The pixels cannot be decoded: {error}.", "Look at its tags.") from error
    colours = int(ds.get("SamplesPerPixel", 1)) > 1
    if pixels.ndim == 3 + colours:
        pixels = pixels[min(frame, len(pixels) - 1)]
    return _rgb(ds, pixels) if colours else pixels


def _rgb(ds: Dataset, pixels: NDArray[Any]) -> NDArray[Any]:
    space = str(ds.get("PhotometricInterpretation", "RGB"))
    if space.startswith("YBR_FULL"):
        from pydicom.pixels.processing import convert_color_space

        pixels = convert_color_space(pixels, space, "RGB")
    return (
        pixels
        if pixels.dtype == np.uint8
        else (pixels >> (int(ds.BitsStored) - 8)).astype(np.uint8)
    )


def _sent(ds: Dataset) -> Window | None:
    width = _number(ds, "WindowWidth", 0.0)
    return Window(center=_number(ds, "WindowCenter", 0.0), width=width) if width >= 1 else None


def _number(ds: Dataset, keyword: str, default: float) -> float:
    """Return an attribute's first value, or `default` where it is missing, empty or no number."""
    value = ds.get(keyword)
    if isinstance(value, (list, tuple)) or hasattr(value, "append"):
        value = value[0] if len(value) else None
    try:
        return default if value is None else float(value)
    except (TypeError, ValueError):
        return default


def grey(image: Picture, window: Window) -> NDArray[np.uint8]:
    """Return the image as shown through a window (PS3.3 C.11.2.1.2.1), 0 to 255."""
    if image.is_colour:
        return image.values.astype(np.uint8, copy=False)
    width = max(2.0, window.width)
    share = (image.values - (window.center - 0.5)) / (width - 1) + 0.5
    levels = np.clip(share * 255, 0, 255).astype(np.uint8)
    return 255 - levels if image.inverted else levels


def png(image: Picture, window: Window) -> bytes:
    """Return the image through a window as the bytes of a PNG file."""
    from PIL import Image

    out = BytesIO()
    Image.fromarray(grey(image, window)).save(out, "PNG", compress_level=1)
    return out.getvalue()
