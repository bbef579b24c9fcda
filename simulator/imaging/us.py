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
from simulator.imaging.frame import Frame, Take
from simulator.imaging.planes import bilinear
from simulator.imaging.scene import Grid, build

if TYPE_CHECKING:
    from pydicom import Dataset

Array = NDArray[np.float64]

BEAMS, SAMPLES = 192, 500
RADIUS = 52.0  # mm, of the curved array
HALF_ANGLE = 0.60  # radians
DEPTH = 150.0  # mm
RANGE = 62.0  # dB shown between black and white
BITS = 8
VARYING = ("AcquisitionTime",)

LABELS = {
    "liver": "LIVER RT LOBE",
    "portal": "LIVER PORTAL V",
    "gallbladder": "GALLBLADDER",
    "kidney": "RT KIDNEY LONG",
    "kidney-left": "LT KIDNEY LONG",
    "spleen": "SPLEEN",
    "aorta": "AORTA LONG",
}


@lru_cache(maxsize=1)
def grid() -> Grid:
    """Return the polar grid in mm; sines are rounded so that libm's last bit does not matter."""
    angles = [HALF_ANGLE * (2 * i / (BEAMS - 1) - 1) for i in range(BEAMS)]
    sine = np.array([round(math.sin(a), 12) for a in angles])
    cosine = np.array([round(math.cos(a), 12) for a in angles])
    range_ = (RADIUS + np.arange(SAMPLES) * (DEPTH / (SAMPLES - 1)))[:, None]
    return Grid(x=range_ * sine, y=range_ * cosine - RADIUS)


@lru_cache(maxsize=1)
def speckle() -> NDArray[np.int16]:
    """Return a tile of fully developed speckle (Rayleigh amplitude), in 1/64 dB."""
    from scipy.ndimage import gaussian_filter

    rng = noise.generator("speckle")
    parts = [
        gaussian_filter(rng.standard_normal((noise.TILE, noise.TILE)), (2.0, 1.0), mode="wrap")
        for _ in range(2)
    ]
    power = parts[0] ** 2 + parts[1] ** 2
    decibels = 10 * np.log10(power / float(power.mean()) + 1e-4)
    speckles: NDArray[np.int16] = np.rint(decibels * 64).astype(np.int16)
    return speckles


def millimetres_per_pixel(size: Size) -> float:
    """Return the picture's scale: the sector fills most of the height."""
    return 188.0 / size.rows


@lru_cache(maxsize=2)
def _scan(size: Size) -> tuple[Any, NDArray[np.intp]]:
    """Return the map from the polar grid to the screen, and which screen pixels it fills."""
    pixel = millimetres_per_pixel(size)
    x = (np.arange(size.columns) - size.columns * 0.5)[None, :] * pixel
    y = (np.arange(size.rows) - size.rows * 0.1)[:, None] * pixel + RADIUS
    radius = np.sqrt(x * x + y * y)
    # The angle by interpolating the tangent's inverse: no arctangent of the CPU's own.
    steps = [HALF_ANGLE * (i / 256 * 2.2 - 1.1) for i in range(257)]
    slope = np.array([round(math.tan(a), 12) for a in steps])
    angle = np.interp(x / y, slope, steps)
    row = (radius - RADIUS) * ((SAMPLES - 1) / DEPTH)
    column = (angle / HALF_ANGLE + 1) * ((BEAMS - 1) / 2)
    inside = (row >= 0) & (row <= SAMPLES - 1) & (column >= 0) & (column <= BEAMS - 1)
    where = np.flatnonzero(inside)
    matrix = bilinear((SAMPLES, BEAMS), row.ravel()[where], column.ravel()[where])
    return matrix, where


def b_mode(name: str, patient: tuple[object, ...], key: tuple[object, ...]) -> Array:
    """Return echo levels (samples, beams) as grey values 0 to 255."""
    from scipy.ndimage import gaussian_filter

    scene = build(name, grid(), (*patient, name))
    rng = noise.generator(*key)
    # The beam has a width: edges across it are softer than edges along it.
    level = gaussian_filter(scene.level, (1.2, 1.3), truncate=2.5)
    level += np.cumsum(scene.shade, axis=0)
    depth = np.arange(SAMPLES)[:, None] / SAMPLES
    level += noise.crop(speckle(), level.shape, rng) * (1 / 64)
    level -= 5 * depth * depth + 4 * (1 - depth) * depth
    floor = -58 + 12 * depth  # the receiver's own noise rises with the time gain
    np.maximum(
        level,
        floor + noise.crop(noise.tile("white"), level.shape, rng) * (2.5 / noise.UNIT),
        out=level,
    )
    grey: Array = np.clip((level + RANGE - 8) * (255 / RANGE), 0, 255)
    return grey


def frames(take: Take) -> Iterator[Frame]:
    """Yield RGB screens, one scene after another."""
    series, size, body = take.series, take.size, take.body
    names = series.recipe.split("+")
    matrix, where = _scan(size)
    patient = (body.scale, body.bend)
    for index in range(size.images):
        name = names[index % len(names)]
        grey = b_mode(name, patient, (*take.key, index))
        screen = np.zeros((size.rows, size.columns), np.uint8)
        screen.ravel()[where] = np.rint(matrix @ grey.ravel())
        _annotate(screen, name, take.exam, size)
        rgb = screen.reshape(-1, 1).repeat(3, axis=1).reshape(size.rows, size.columns, 3)
        yield Frame(pixels=rgb)


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
