"""Radiographs: a label volume summed along the beam, with ribs and vessels drawn sharply on top."""

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from simulator.imaging import skeleton
from simulator.imaging.anatomy import volume_of
from simulator.imaging.beads import Place, draw
from simulator.imaging.canvas import Volume
from simulator.imaging.finding import Finding
from simulator.imaging.lesion import Lesion
from simulator.imaging.tissues import Tissue as T
from simulator.imaging.tissues import attenuation

Array = NDArray[np.float32]

PIXEL = 0.5  # mm of the cached projections
TOP = 660.0  # mm: the first row's upper edge
WIDTH = {"front": 460.0, "side": 320.0}  # mm
START = {"front": -230.0, "side": -160.0}

# What ribs and vessels add per millimetre, in units of water = 1: cortical shell and blood.
SHELL, BLOOD, BLADE, FLESH = 1.35, 0.92, 0.8, 0.75

AIR = 110.0  # mm of lung in which vessels are seen fully
CHEST = (300.0, 390.0)  # mm: between these heights the beam becomes that of a chest film

SATURATION = np.float32(75.0)  # mm: a finding shows no more than this


def projected(sex: str, beam: str) -> Array:
    """Return water-equivalent path lengths (mm), rows from head to foot, at 0.5 mm.

    `beam` is `front` (through the back, columns to the patient's left) or `side` (columns to
    the back).
    """
    from scipy.ndimage import gaussian_filter

    volume = volume_of("torso", sex)
    sx, sy, sz = volume.spacing
    step, across = (sy, sx) if beam == "front" else (sx, sy)
    path = _summed(volume, beam) * np.float32(step / 1000)
    fine = _enlarged(path[::-1], sz / PIXEL, across / PIXEL)
    gaussian_filter(fine, 1.6, output=fine)
    place = _placing(beam)
    draw(fine, skeleton.ribs(), place, PIXEL, SHELL, hollow=0.80)
    vessels = np.zeros_like(fine)
    draw(vessels, skeleton.lung_vessels(), place, PIXEL, BLOOD, hollow=0.0)
    # Air lets one see vessels; in front of the heart and below the diaphragm there is little.
    air = _enlarged(_air(volume, beam)[::-1] * np.float32(step / AIR), sz / PIXEL, across / PIXEL)
    fine += vessels * np.minimum(air, np.float32(1.0))
    draw(fine, skeleton.scapulae(), place, PIXEL, BLADE, hollow=0.75)
    if beam == "front":
        _hang_arms(fine, place)
    gaussian_filter(fine, 0.7, output=fine)
    return fine


def _summed(volume: Volume, beam: str) -> Array:
    """Return attenuations summed along the beam: harder from the diaphragm upwards."""
    axis = 0 if beam == "front" else 1
    soft, hard = attenuation(), attenuation(hard=beam == "front")
    rows = []
    for k, plane in enumerate(volume.labels):
        z = k * volume.spacing[2] + volume.origin[2]
        share = min(1.0, max(0.0, (z - CHEST[0]) / (CHEST[1] - CHEST[0])))
        # Sums of integers are exact, in whatever order a CPU adds them.
        low, high = soft.take(plane).sum(axis=axis), hard.take(plane).sum(axis=axis)
        rows.append(low * (1 - share) + high * share)
    return np.stack(rows).astype(np.float32)


def _air(volume: Volume, beam: str) -> Array:
    """Return how many voxels of lung a ray meets."""
    axis = 0 if beam == "front" else 1
    lung = [((p == T.LUNG) | (p == T.LUNG_VESSEL)).sum(axis=axis) for p in volume.labels]
    return np.stack(lung).astype(np.float32)


def _hang_arms(image: Array, place: Place) -> None:
    """Add both arms beside the chest; the lateral view is taken with the arms raised."""
    from scipy.ndimage import gaussian_filter

    for side in (1.0, -1.0):
        bone, flesh = skeleton.arms(side)
        soft = np.zeros_like(image)
        draw(soft, [flesh], place, PIXEL, FLESH, 0.0)
        np.maximum(image, gaussian_filter(soft, 3.0), out=image)  # shoulder and arm are one
        draw(image, [bone], place, PIXEL, SHELL * 0.5, hollow=0.72)


def _enlarged(image: Array, down: float, across: float) -> Array:
    """Enlarge an image linearly by the two factors."""
    for axis, factor in enumerate((down, across)):
        count = round(image.shape[axis] * factor)
        spot = np.clip((np.arange(count) + 0.5) / factor - 0.5, 0, image.shape[axis] - 1.001)
        image = _lerp(image, spot, axis)
    return image


def _lerp(image: Array, spot: NDArray[np.float64], axis: int) -> Array:
    """Sample an image along one axis at fractional indices."""
    index = spot.astype(np.intp)
    shape = (-1, 1) if axis == 0 else (1, -1)
    weight = (spot - index).reshape(shape).astype(np.float32)
    low = image.take(index, axis)
    result: Array = image.take(index + 1, axis)
    result -= low
    result *= weight
    result += low
    return result


def _placing(beam: str) -> Place:
    """Return what turns a point (mm) into (row, column)."""
    axis = 0 if beam == "front" else 1
    return lambda spot: ((TOP - spot[2]) / PIXEL, (spot[axis] - START[beam]) / PIXEL)


def patient(finding: Finding | None, sex: str, beam: str) -> Array:
    """Return the processed projection with what this patient has."""
    image = processed(sex, beam)
    if finding is None or not finding.lesions:
        return image
    added = _added(finding.lesions, sex, beam)
    added *= SATURATION / (np.abs(added) + SATURATION)  # compressed like all that is thick
    image = image.copy()
    image[: added.shape[0], : added.shape[1]] += added[: image.shape[0], : image.shape[1]]
    return image


def _added(lesions: Sequence[Lesion], sex: str, beam: str) -> Array:
    """Return what lesions add to the path lengths, mm: only where they replace something."""
    from scipy.ndimage import gaussian_filter

    volume = volume_of("torso", sex)
    sx, sy, sz = volume.spacing
    table, axis = attenuation(), 0 if beam == "front" else 1
    across = volume.labels.shape[2 if beam == "front" else 1]
    sums = np.zeros((volume.labels.shape[0], across), np.int64)
    for k, labels in enumerate(volume.labels):
        plane = labels.copy()
        for lesion in lesions:
            lesion.paint(plane, 2, k, volume.spacing, volume.origin)
        changed = plane != labels
        if changed.any():
            sums[k] = np.where(changed, table.take(plane) - table.take(labels), 0).sum(axis=axis)
    path = (sums[::-1] * ((sy if beam == "front" else sx) / 1000)).astype(np.float32)
    fine = _enlarged(path, sz / PIXEL, (sx if beam == "front" else sy) / PIXEL)
    blurred: Array = gaussian_filter(fine, 1.6)
    return blurred


# Path lengths (mm) before and after: what is thick is compressed, as mediastinum and belly are.
RAW = (0.0, 90.0, 150.0, 190.0, 260.0, 400.0)
SHOWN = (20.0, 92.0, 152.0, 180.0, 186.0, 200.0)
SIDE = (20.0, 92.0, 150.0, 189.0, 250.0, 320.0)
DETAIL = np.float32(1.3)
# Path lengths (mm) before and after above the diaphragm: scatter veils what lies behind the heart.
BEHIND = (0.0, 135.0, 170.0, 205.0, 260.0, 400.0)
VEILED = (0.0, 135.0, 157.0, 165.0, 172.0, 185.0)
VEIL = (330.0, 400.0)  # mm: between these heights the veil sets in


@lru_cache(maxsize=4)
def processed(sex: str, beam: str) -> Array:
    """Return the projection with the large shadows flattened, as a detector's software does."""
    from scipy.ndimage import gaussian_filter

    flat = projected(sex, beam)
    if beam == "front":
        _veil(flat)
    base = _enlarged(gaussian_filter(flat[::4, ::4], 3.5), 4.0, 4.0)
    base = base[: flat.shape[0], : flat.shape[1]]
    whole = flat[: base.shape[0], : base.shape[1]]
    whole -= base
    whole *= DETAIL
    for row in range(0, base.shape[0], 256):  # np.interp works in float64
        band = base[row : row + 256]
        band[:] = np.interp(band, RAW, SHOWN) if beam == "front" else np.interp(band, RAW, SIDE)
    whole += base
    flat.flags.writeable = False
    return flat


def _veil(image: Array) -> None:
    """Make a spine behind heart and great vessels as faint as it is on a chest film."""
    low, high = (round((TOP - z) / PIXEL) for z in VEIL)
    rows = np.arange(low, dtype=np.float32)[:, None]
    share = np.clip((low - rows) / (low - high), 0, 1)
    chest = image[:low]
    chest += share * (np.interp(chest, BEHIND, VEILED).astype(np.float32) - chest)


def sample(image: Array, beam: str, top: float, left: float, pixel: float, shape: tuple[int, int],
           scale: tuple[float, float]) -> Array:  # fmt: skip
    """Return (rows, columns) of a projection from its corner (mm), for a scaled patient."""
    row = (TOP - (top - np.arange(shape[0]) * pixel) / scale[0]) / PIXEL
    column = ((left + np.arange(shape[1]) * pixel) / scale[1] - START[beam]) / PIXEL
    return taken(image, row, column)


def taken(image: Array, row: NDArray[Any], column: NDArray[Any]) -> Array:
    """Sample an image at all crossings of fractional rows and columns; its edges repeat."""
    down = _lerp(image, np.clip(row, 0, image.shape[0] - 1.001), 0)
    return _lerp(down, np.clip(column, 0, image.shape[1] - 1.001), 1)
