"""Ultrasound: scenes in decibels, speckle, scan conversion and the machine's screen around it."""

import math
from collections.abc import Iterator
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from simulator.fleet.profile import Size
from simulator.imaging import lettering, noise
from simulator.imaging.exam import Exam
from simulator.imaging.frame import Frame, Pixels, Take
from simulator.imaging.heart_scene import build_heart
from simulator.imaging.planes import bilinear
from simulator.imaging.scene import Grid, Scene, build

if TYPE_CHECKING:
    from pydicom import Dataset

Array = NDArray[np.float64]
Plane = NDArray[np.float32]

BEAMS, SAMPLES = 192, 500
RADIUS = 52.0  # mm, of the curved array
HALF_ANGLE = 0.60  # radians
DEPTH = 150.0  # mm
RANGE = 62.0  # dB shown between black and white
PIXELS = Pixels(8, 3)
VARYING = ("AcquisitionTime",)

LABELS = {
    "liver": "LIVER RT LOBE",
    "portal": "LIVER PORTAL V",
    "gallbladder": "GALLBLADDER",
    "kidney": "RT KIDNEY LONG",
    "kidney-left": "LT KIDNEY LONG",
    "spleen": "SPLEEN",
    "aorta": "AORTA LONG",
    "heart": "APICAL 4 CHAMBER",
    "bladder": "BLADDER TRANS",
}


@lru_cache(maxsize=1)
def grid() -> Grid:
    """Return the polar grid in mm; sines are rounded so that libm's last bit does not matter."""
    angles = [HALF_ANGLE * (2 * i / (BEAMS - 1) - 1) for i in range(BEAMS)]
    sine = np.array([round(math.sin(a), 12) for a in angles])
    cosine = np.array([round(math.cos(a), 12) for a in angles])
    range_ = (RADIUS + np.arange(SAMPLES) * (DEPTH / (SAMPLES - 1)))[:, None]
    x, y = range_ * sine, range_ * cosine - RADIUS
    return Grid(x=x.astype(np.float32), y=y.astype(np.float32))


@lru_cache(maxsize=1)
def speckle() -> NDArray[np.int16]:
    """Return a tile of fully developed speckle (Rayleigh amplitude), in 1/64 dB."""
    from scipy.ndimage import gaussian_filter

    rng = noise.generator("speckle")
    power = np.zeros((noise.TILE, noise.TILE))
    for _ in range(2):
        part = rng.standard_normal((noise.TILE, noise.TILE))
        gaussian_filter(part, (2.0, 1.0), mode="wrap", output=part)
        part *= part
        power += part
    power /= float(power.mean())
    power += 1e-4
    decibels = 10 * np.log10(power, out=power)
    speckles: NDArray[np.int16] = np.rint(decibels * 64).astype(np.int16)
    return speckles


def millimetres_per_pixel(size: Size) -> float:
    """Return the picture's scale: the sector fills most of the height."""
    return 188.0 / size.rows


@lru_cache(maxsize=1)
def _scan(size: Size) -> tuple[Any, NDArray[np.intp]]:
    """Return the map from the polar grid to the screen, and which screen pixels it fills."""
    pixel = millimetres_per_pixel(size)
    rows, columns, places = [], [], []
    for first in range(0, size.rows, 64):
        row, column, where = _polar(size, pixel, first, min(first + 64, size.rows))
        rows.append(row)
        columns.append(column)
        places.append(where + first * size.columns)
    matrix = bilinear((SAMPLES, BEAMS), np.concatenate(rows), np.concatenate(columns))
    return matrix, np.concatenate(places)


def _polar(size: Size, pixel: float, first: int, last: int) -> tuple[Array, Array, NDArray[Any]]:
    """Return sample and beam of the screen pixels in some rows that the sector covers."""
    x = (np.arange(size.columns) - size.columns * 0.5)[None, :] * pixel
    y = (np.arange(first, last) - size.rows * 0.1)[:, None] * pixel + RADIUS
    radius = np.sqrt(x * x + y * y)
    # The angle by interpolating the tangent's inverse: no arctangent of the CPU's own.
    steps = [HALF_ANGLE * (i / 256 * 2.2 - 1.1) for i in range(257)]
    slope = np.array([round(math.tan(a), 12) for a in steps])
    angle = np.interp(x / y, slope, steps)
    row = (radius - RADIUS) * ((SAMPLES - 1) / DEPTH)
    column = (angle / HALF_ANGLE + 1) * ((BEAMS - 1) / 2)
    inside = (row >= 0) & (row <= SAMPLES - 1) & (column >= 0) & (column <= BEAMS - 1)
    where = np.flatnonzero(inside)
    return row.ravel()[where], column.ravel()[where], where


@lru_cache(maxsize=1)
def _gain() -> Plane:
    """Return what the time gain leaves uncorrected at each depth, dB (samples, 1)."""
    depth = np.arange(SAMPLES)[:, None] / SAMPLES
    return (5 * depth * depth + 4 * (1 - depth) * depth).astype(np.float32)


@lru_cache(maxsize=1)
def _floor() -> Plane:
    """Return the receiver's own noise, dB (samples, 1): it rises with the time gain."""
    return (12 * np.arange(SAMPLES)[:, None] / SAMPLES - 58).astype(np.float32)


def shown(scene: Scene, speckles: NDArray[np.int16], rng: np.random.Generator) -> Plane:
    """Return echo levels (samples, beams) as grey values 0 to 255."""
    from scipy.ndimage import gaussian_filter

    # The beam has a width: edges across it are softer than edges along it.
    level: Plane = gaussian_filter(scene.level, (1.2, 1.3), truncate=2.5)
    if scene.shaded:
        level += np.cumsum(scene.shade, axis=0)
    level += speckles * np.float32(1 / 64)
    level -= _gain()
    white = noise.crop(noise.tile("white"), level.shape, rng) * np.float32(2.5 / noise.UNIT)
    np.maximum(level, np.add(white, _floor(), out=white), out=level)
    level += np.float32(RANGE - 8)
    level *= np.float32(255 / RANGE)
    return np.clip(level, 0, 255, out=level)


def moving_speckle(place: tuple[int, ...], number: int) -> NDArray[np.int16]:
    """Return speckle that drifts a little from frame to frame, as tissue does."""
    row, column = place[0] + (number * 3) % 24, place[1] + number % 7
    return speckle()[row : row + SAMPLES, column : column + BEAMS]


def frames(take: Take) -> Iterator[Frame]:
    """Yield RGB screens, one scene after another."""
    names = take.series.recipe.split("+")
    patient = (take.body.scale, take.body.bend)
    for index in range(take.size.images):
        name = names[index % len(names)]
        scene = scene_of(name, patient, take, still=index // len(names), t=0.27 * index)
        rng = noise.generator(*take.key, index)
        speckles = noise.crop(speckle(), scene.level.shape, rng)
        yield Frame(pixels=screen(shown(scene, speckles, rng), name, take, index))


def scene_of(name: str, patient: tuple[object, ...], take: Take, still: int, t: float) -> Scene:
    """Return what lies under the probe: the heart at phase `t`, or an organ at that breath."""
    if name == "heart":
        rng = noise.generator("heart", *patient)
        return build_heart(grid(), t, [float(v) * 2 - 1 for v in rng.random(4)])
    return build(name, grid(), (*patient, name), take.finding, still=still, breath=t % 1.0)


def screen(grey: Plane, name: str, take: Take, number: int) -> NDArray[np.uint8]:
    """Return the machine's screen (rows, columns, 3) round a picture in the polar grid."""
    size = take.size
    matrix, where = _scan(size)
    image = np.zeros((size.rows, size.columns), np.uint8)
    image.ravel()[where] = np.rint(matrix @ grey.ravel())
    _annotate(image, name, take.exam, size)
    rgb = np.empty((size.rows, size.columns, 3), np.uint8)
    for colour in range(3):  # three strided copies are quicker than one broadcast
        rgb[:, :, colour] = image
    return rgb


def _annotate(screen: NDArray[np.uint8], name: str, exam: Exam, size: Size) -> None:
    """Burn in what the machine shows: who, when, settings, scale, and the operator's label."""
    scale = max(1, size.rows // 480)
    lines = 13 * scale
    person = exam.patient_name.split("=")[0].replace("^", ", ", 1).replace("^", " ").strip(" ,")
    when = exam.started
    lettering.write(screen, f"{person}  {exam.patient_id}", 4, 6, 235, scale)
    lettering.write(screen, exam.institution[:40], 4 + lines, 6, 170, scale)
    stamp = f"{when.year:04d}-{when.month:02d}-{when.day:02d} {when.hour:02d}:{when.minute:02d}"
    lettering.write(screen, stamp, 4, -6, 235, scale)
    lettering.write(screen, "C5-1  Abd Gen  MI 1.1  TIS 0.4", 4 + lines, -6, 170, scale)
    for i, text in enumerate(("FR 34Hz", "4.0 MHz", "Gn 62", "DR 62dB", f"{DEPTH / 10:.1f} cm")):
        lettering.write(screen, text, 60 * scale + lines * i, 6, 170, scale)
    lettering.write(
        screen, LABELS[name], size.rows - 24 * scale, size.columns // 2 - 40 * scale, 245, scale
    )
    _scale_bars(screen, size, scale)
    if name.startswith("kidney"):
        lettering.write(screen, "+ Dist 11.2 cm", size.rows - 24 * scale, -10, 235, scale)


def _scale_bars(screen: NDArray[np.uint8], size: Size, scale: int) -> None:
    """Draw the grey bar and the centimetre ticks."""
    top, bar = 60 * scale, 120 * scale
    ramp = (255 - np.arange(bar) * 255 // (bar - 1)).astype(np.uint8)
    screen[top : top + bar, size.columns - 18 * scale : size.columns - 8 * scale] = ramp[:, None]
    pixel = millimetres_per_pixel(size)
    for centimetre in range(int(DEPTH / 10) + 1):
        row = int(size.rows * 0.1 + centimetre * 10 / pixel)
        length = (9 if centimetre % 5 == 0 else 4) * scale
        if row < size.rows:
            screen[row, size.columns - 30 * scale - length : size.columns - 30 * scale] = 200


def describe(ds: "Dataset", take: Take) -> None:
    """Add the US Image and US Region Calibration modules (PS3.3 C.8.5.6, C.8.5.5)."""
    protocol, size = take.protocol, take.size
    from pydicom import Dataset

    ds.ImageType = ["ORIGINAL", "PRIMARY", "ABDOMINAL", "0001"]
    ds.BurnedInAnnotation, ds.LossyImageCompression = "YES", "00"
    ds.PatientOrientation = ""  # unknown: the probe may be held in any direction
    if protocol.body_part == "KIDNEY":
        ds.Laterality = ""
    ds.TransducerData, ds.ProcessingFunction = "C5-1", "Abd Gen"
    ds.MechanicalIndex, ds.SoftTissueThermalIndex = "1.1", "0.4"
    pixel = millimetres_per_pixel(size) / 10  # cm
    region = Dataset()
    region.RegionSpatialFormat, region.RegionDataType, region.RegionFlags = 1, 1, 0
    region.RegionLocationMinX0, region.RegionLocationMinY0 = 0, size.rows // 10
    region.RegionLocationMaxX1, region.RegionLocationMaxY1 = size.columns - 1, size.rows - 1
    region.PhysicalUnitsXDirection = region.PhysicalUnitsYDirection = 3
    region.PhysicalDeltaX = region.PhysicalDeltaY = pixel
    region.ReferencePixelX0, region.ReferencePixelY0 = size.columns // 2, 0
    region.ReferencePixelPhysicalValueX = region.ReferencePixelPhysicalValueY = 0.0
    region.TransducerFrequency = 4000
    ds.SequenceOfUltrasoundRegions = [region]
