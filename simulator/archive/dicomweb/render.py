"""From stored values to a picture: rescale, window, polarity, colours (PS3.4 N.2, PS3.3 C.11)."""

from __future__ import annotations

from io import BytesIO
from typing import Any

import numpy as np
from PIL import Image
from pydicom.dataset import Dataset
from pydicom.pixels.processing import apply_color_lut, apply_modality_lut, apply_voi

from simulator.archive.dicomweb.pixels import PixelFile, unusable
from simulator.archive.dicomweb.view import View, Window

Array = np.ndarray[Any, Any]
FORMATS = {"image/jpeg": "JPEG", "image/png": "PNG"}
_GROUPS = {  # functional groups of enhanced images: where each attribute stands
    "PixelValueTransformationSequence": ("RescaleSlope", "RescaleIntercept", "RescaleType"),
    "FrameVOILUTSequence": ("WindowCenter", "WindowWidth", "VOILUTFunction"),
}


def encoded(picture: Image.Image, kind: str, quality: int) -> bytes:
    """Return a picture as a file of this media type."""
    buffer = BytesIO()
    options = {"quality": quality} if kind == "image/jpeg" else {}
    picture.save(buffer, FORMATS[kind], **options)
    return buffer.getvalue()


def picture(file: PixelFile, frame: int, view: View) -> Image.Image:
    """Draw one frame (from 1)."""
    file.check(frame)
    values = file.values(frame)
    header = of_frame(file.header, frame)
    try:
        drawn = _colour(values, header) if _is_colour(header) else _grey(values, header, view)
    except Exception as error:  # a header may hold anything
        raise unusable(f"it cannot be rendered: {error}") from error
    return _fitted(_cut(Image.fromarray(drawn), view), view)


def of_frame(header: Dataset, frame: int) -> Dataset:
    """Return the attributes that hold for one frame: its own, the shared, the image's."""
    found = Dataset()
    for element in header.group_dataset(0x0028):
        found[element.tag] = element
    for groups, at in (
        ("SharedFunctionalGroupsSequence", 0),
        ("PerFrameFunctionalGroupsSequence", frame - 1),
    ):
        items = header.get(groups) or []
        if at < len(items):
            _overlay(found, items[at])
    found.PresentationLUTShape = str(header.get("PresentationLUTShape") or "")
    return found


def _overlay(found: Dataset, item: Dataset) -> None:
    for group, keywords in _GROUPS.items():
        inside = item.get(group) or [Dataset()]
        for keyword in keywords:
            if keyword in inside[0]:
                found[keyword] = inside[0][keyword]


def _is_colour(header: Dataset) -> bool:
    return not str(header.get("PhotometricInterpretation", "")).startswith("MONOCHROME")


def _colour(values: Array, header: Dataset) -> Array:
    """Return RGB of eight bits."""
    bits = int(header.get("BitsStored") or 8)
    if header.PhotometricInterpretation == "PALETTE COLOR":
        values = apply_color_lut(values, header)
        bits = 8 * values.dtype.itemsize
    return (values >> max(0, bits - 8)).astype(np.uint8)


def _grey(values: Array, header: Dataset, view: View) -> Array:
    """Return grey values of eight bits, windowed."""
    seen = apply_modality_lut(values, header)
    window = view.window or own_window(header)
    if window is None and header.get("VOILUTSequence"):
        table = apply_voi(seen, header, 0)
        grey = table * (255.0 / max(1, int(table.max())))
    else:
        grey = windowed(seen, window or _whole(seen))
    inverse = header.get("PhotometricInterpretation") == "MONOCHROME1"
    if inverse or header.PresentationLUTShape == "INVERSE":
        grey = 255.0 - grey
    return np.rint(grey).astype(np.uint8)


def own_window(header: Dataset) -> Window | None:
    """Return the first window of the header; a VOI LUT goes before it (PS3.3 C.11.2)."""
    centre, width = _first(header, "WindowCenter"), _first(header, "WindowWidth")
    if centre is None or width is None or width < 1 or header.get("VOILUTSequence"):
        return None
    function = str(header.get("VOILUTFunction") or "LINEAR").lower().replace("_", "-")
    return Window(centre=centre, width=width, function=function)


def _first(header: Dataset, keyword: str) -> float | None:
    value: Any = header.get(keyword)
    if value is None or value == "":
        return None
    return float(
        value[0] if isinstance(value, (list, tuple)) or hasattr(value, "append") else value
    )


def _whole(values: Array) -> Window:
    """Return the window from the least to the greatest value."""
    low, high = float(values.min()), float(values.max())
    return Window(centre=(low + high) / 2, width=max(high - low, 1.0), function="linear-exact")


def windowed(values: Array, window: Window) -> Array:
    """Spread a window over 0 to 255 (PS3.3 C.11.2.1.2.1, C.11.2.1.3)."""
    x = np.asarray(values, np.float64)
    if window.function == "sigmoid":
        power = np.clip(-4.0 * (x - window.centre) / window.width, -700, 700)
        return np.asarray(255.0 / (1.0 + np.exp(power)))
    if window.function == "linear-exact" or window.width <= 1:
        share = (x - window.centre) / window.width + 0.5
    else:
        share = (x - (window.centre - 0.5)) / (window.width - 1.0) + 0.5
    return np.asarray(np.clip(share, 0.0, 1.0) * 255.0)


def _cut(image: Image.Image, view: View) -> Image.Image:
    """Cut out the region of a viewport; a negative side turns it round (PS3.18 8.3.5.1.3)."""
    if view.region is None:
        return image
    x, y, width, height = view.region
    right = x + abs(width) if width else image.width
    below = y + abs(height) if height else image.height
    box = (
        int(max(0, min(x, image.width - 1))), int(max(0, min(y, image.height - 1))),
        int(max(1, min(right, image.width))), int(max(1, min(below, image.height))),
    )  # fmt: skip
    if box[0] >= box[2] or box[1] >= box[3]:
        raise unusable("the viewport's region is outside the image")
    image = image.crop(box)
    if width < 0:
        image = image.transpose(Image.Transpose.FLIP_LEFT_RIGHT)
    return image.transpose(Image.Transpose.FLIP_TOP_BOTTOM) if height < 0 else image


def _fitted(image: Image.Image, view: View) -> Image.Image:
    """Scale to fit a viewport; the proportions stay."""
    if view.size is None:
        return image
    scale = min(view.size[0] / image.width, view.size[1] / image.height)
    size = (max(1, round(image.width * scale)), max(1, round(image.height * scale)))
    return image.resize(size, Image.Resampling.BILINEAR)
