"""MR: signal equations over a label volume, coil shading and Rician noise."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from simulator.fleet.profile import Size
from simulator.imaging import noise
from simulator.imaging.anatomy import CENTRES, volume_of
from simulator.imaging.frame import Frame, Take, stack_frame
from simulator.imaging.planes import Sampler, Stack, stack_of
from simulator.imaging.template import decimal
from simulator.imaging.tissues import signal

if TYPE_CHECKING:
    from pydicom import Dataset


class Weighting(NamedTuple):
    """TR, TE, TI (ms), flip angle (degrees), gain, noise (stored units), echo train, sequence."""

    tr: float
    te: float
    ti: float
    flip: float
    gain: float
    sigma: float
    train: int
    sequence: str
    name: str


WEIGHTINGS = {
    "t1": Weighting(520, 12, 0, 90, 2.4, 16, 1, "SE", "se2d1"),
    "t2": Weighting(4500, 100, 0, 90, 2.0, 16, 15, "SE", "tse2d1_15"),
    "flair": Weighting(9000, 110, 2500, 90, 3.2, 16, 16, "IR", "tir2d1_16"),
    "gre": Weighting(500, 9, 0, 25, 5.0, 18, 1, "GR", "fl2d1"),
}


def stack(take: Take) -> Stack:
    """Return where the slices lie: a spine further back than the middle of the torso."""
    protocol = take.protocol
    centre = (0.0, 40.0, 235.0) if protocol.anatomy == "torso" else CENTRES[protocol.anatomy]
    return stack_of(take.series, take.size, take.body, centre)


def shading(size: Size, anatomy: str) -> NDArray[np.float64]:
    """Return the receive coil's sensitivity (rows, columns): all round a head, behind a spine."""
    u = (np.arange(size.columns) * 2.0 / (size.columns - 1) - 1)[None, :]
    v = (np.arange(size.rows) * 2.0 / (size.rows - 1) - 1)[:, None]
    if anatomy == "torso":
        return 0.35 + 0.95 / (1 + 1.1 * (u - 0.45) ** 2 + 0.35 * v**2) ** 2
    return 0.94 + 0.10 * (u * u + v * v) + 0.04 * u


def frames(take: Take) -> Iterator[Frame]:
    """Yield magnitude images, twelve bits unsigned."""
    protocol, series, size, body = take.protocol, take.series, take.size, take.body
    where = stack(take)
    sampler = Sampler(volume_of(protocol.anatomy, body.sex), where, body)
    way = WEIGHTINGS[series.recipe]
    table, tile = signal(way.tr, way.te, way.ti, way.flip), noise.tile("white")
    coil = shading(size, protocol.anatomy) * way.gain
    shape, unit = (size.rows, size.columns), way.sigma / noise.UNIT
    for index in range(size.images):
        rng = noise.generator(*take.key, index)
        real = sampler.slice(index, table, series.thickness)
        real *= coil
        real += noise.crop(tile, shape, rng) * unit
        imaginary = noise.crop(tile, shape, rng) * unit
        magnitude = np.sqrt(real * real + imaginary * imaginary)
        stored = np.minimum(np.rint(magnitude), 4095).astype("<u2")
        yield stack_frame(stored, where, index)


def describe(ds: "Dataset", take: Take) -> None:
    """Add the MR Image and Image Plane modules (PS3.3 C.8.3.1, C.7.6.2)."""
    protocol, series, size = take.protocol, take.series, take.size
    where = stack(take)
    way = WEIGHTINGS[series.recipe]
    ds.ImageType = ["ORIGINAL", "PRIMARY", "M", "ND"]
    ds.ScanningSequence, ds.SequenceVariant = way.sequence, "SK"
    ds.ScanOptions, ds.MRAcquisitionType, ds.SequenceName = "", "2D", way.name
    ds.RepetitionTime, ds.EchoTime, ds.EchoTrainLength = way.tr, way.te, way.train
    if way.ti:
        ds.InversionTime = way.ti
    ds.FlipAngle, ds.NumberOfAverages, ds.EchoNumbers = way.flip, 1, 1
    ds.ImagingFrequency, ds.ImagedNucleus, ds.MagneticFieldStrength = "63.68", "1H", "1.5"
    ds.NumberOfPhaseEncodingSteps, ds.PercentSampling, ds.PercentPhaseFieldOfView = (
        size.rows,
        100,
        100,
    )
    ds.PixelBandwidth, ds.InPlanePhaseEncodingDirection, ds.SAR = 130, "COL", "0.8"
    ds.ReceiveCoilName = "Spine 18" if protocol.anatomy == "torso" else "Head 20"
    ds.AcquisitionMatrix = [0, size.rows, size.columns, 0]
    ds.SliceThickness, ds.SpacingBetweenSlices = series.thickness, decimal(where.step)
    ds.PatientPosition = "HFS"
    white = {"t1": 1300, "t2": 1000, "flair": 1000, "gre": 900}[series.recipe]
    if protocol.anatomy == "torso":  # the spine coil is hot near the skin
        white = {"t1": 1900, "t2": 800}.get(series.recipe, white)
    ds.WindowCenter, ds.WindowWidth = white // 2, white


BITS = 12
VARYING = ("AcquisitionTime", "ImagePositionPatient", "SliceLocation")
