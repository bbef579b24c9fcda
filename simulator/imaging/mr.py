"""MR: signal equations over a label volume, coil shading and Rician noise."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from simulator.fleet.profile import Size
from simulator.imaging import noise
from simulator.imaging.anatomy import CENTRES, volume_of
from simulator.imaging.finding import lesions
from simulator.imaging.frame import Frame, Pixels, Take, stack_frame
from simulator.imaging.planes import Sampler, Stack, stack_of
from simulator.imaging.template import decimal
from simulator.imaging.tissues import diffusion, signal

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
    b: int = 0  # diffusion weighting, s/mm2


WEIGHTINGS = {
    "t1": Weighting(520, 12, 0, 90, 2.4, 16, 1, "SE", "se2d1"),
    "t2": Weighting(4500, 100, 0, 90, 2.0, 16, 15, "SE", "tse2d1_15"),
    "flair": Weighting(9000, 110, 2500, 90, 3.2, 16, 16, "IR", "tir2d1_16"),
    "gre": Weighting(500, 9, 0, 25, 5.0, 18, 1, "GR", "fl2d1"),
    "pd": Weighting(3200, 20, 0, 90, 1.5, 16, 7, "SE", "tse2d1_7"),
    "dwi": Weighting(5200, 85, 0, 90, 5.2, 26, 1, "EP", "ep_b1000", 1000),
    "adc": Weighting(5200, 85, 0, 90, 0.0, 40, 1, "EP", "ep_adc", 1000),
}
WHITES = {"t1": 1300, "t2": 1000, "flair": 1000, "gre": 1900, "pd": 1300, "dwi": 900, "adc": 3000}


def centre(take: Take) -> tuple[float, float, float]:
    """Return the middle of the pictures: a spine lies further back than the torso's middle."""
    torso = take.protocol.anatomy == "torso"
    return (0.0, 40.0, 235.0) if torso else CENTRES[take.protocol.anatomy]


def stack(take: Take) -> Stack:
    """Return where the slices lie."""
    return stack_of(take.series, take.size, take.body, centre(take))


def shading(size: Size, anatomy: str) -> NDArray[np.float64]:
    """Return the receive coil's sensitivity (rows, columns): all round a head, behind a spine."""
    u = (np.arange(size.columns) * 2.0 / (size.columns - 1) - 1)[None, :]
    v = (np.arange(size.rows) * 2.0 / (size.rows - 1) - 1)[:, None]
    if anatomy == "torso":
        return 0.35 + 0.95 / (1 + 1.1 * (u - 0.45) ** 2 + 0.35 * v**2) ** 2
    return 0.94 + 0.10 * (u * u + v * v) + 0.04 * u


def frames(take: Take) -> Iterator[Frame]:
    """Yield the slices as images of their own."""
    where = stack(take)
    for index, stored in enumerate(slices(take, where)):
        yield stack_frame(stored, where, index)


def slices(take: Take, where: Stack) -> Iterator[NDArray[np.uint16]]:
    """Yield magnitude images (rows, columns), twelve bits unsigned; ADC maps in 1e-6 mm2/s."""
    protocol, series, size, body = take.protocol, take.series, take.size, take.body
    volume = volume_of(protocol.anatomy, body.sex)
    sampler = Sampler(volume, where, body, lesions(take.finding))
    way, tile = WEIGHTINGS[series.recipe], noise.tile("white")
    if series.recipe == "adc":
        table, coil = diffusion(), np.ones((size.rows, size.columns), np.float32)
    else:
        table = signal(way.tr, way.te, way.ti, way.flip, way.b)
        coil = (shading(size, protocol.anatomy) * way.gain).astype(np.float32)
    shape, unit = (size.rows, size.columns), np.float32(way.sigma / noise.UNIT)
    for index in range(len(where.positions)):
        rng = noise.generator(*take.key, index)
        real = sampler.slice(index, table, series.thickness)
        real *= coil
        real += noise.crop(tile, shape, rng) * unit
        imaginary = noise.crop(tile, shape, rng) * unit
        real *= real
        real += imaginary * imaginary
        magnitude = np.rint(np.sqrt(real, out=real), out=real)
        yield np.minimum(magnitude, 4095).astype("<u2")


def window(take: Take) -> tuple[int, int]:
    """Return window centre and width: the spine coil is hot near the skin."""
    white = WHITES[take.series.recipe]
    if take.protocol.anatomy == "torso":
        white = {"t1": 1900, "t2": 800}.get(take.series.recipe, white)
    return white // 2, white


def describe(ds: "Dataset", take: Take) -> None:
    """Add the MR Image and Image Plane modules (PS3.3 C.8.3.1, C.7.6.2)."""
    protocol, series, size = take.protocol, take.series, take.size
    where = stack(take)
    way = WEIGHTINGS[series.recipe]
    ds.ImageType = ["ORIGINAL", "PRIMARY", "M", "ND"]
    if way.b:
        ds.ImageType = (
            ["DERIVED", "PRIMARY", "DIFFUSION", "ADC"]
            if series.recipe == "adc"
            else ["ORIGINAL", "PRIMARY", "DIFFUSION", "NONE"]
        )
        ds.DiffusionBValue = float(way.b)
    ds.ScanningSequence, ds.SequenceVariant = way.sequence, "SK"
    ds.ScanOptions, ds.MRAcquisitionType, ds.SequenceName = "", "2D", way.name
    ds.RepetitionTime, ds.EchoTime, ds.EchoTrainLength = way.tr, way.te, way.train
    if way.ti:
        ds.InversionTime = way.ti
    ds.FlipAngle, ds.NumberOfAverages, ds.EchoNumbers = way.flip, 1, 1
    field = 3.0 if "3T" in take.profile.model else 1.5
    ds.ImagingFrequency, ds.ImagedNucleus, ds.MagneticFieldStrength = (
        f"{42.577 * field:.2f}",
        "1H",
        f"{field:g}",
    )
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
    ds.WindowCenter, ds.WindowWidth = window(take)


PIXELS = Pixels(12)
VARYING = ("AcquisitionTime", "ImagePositionPatient", "SliceLocation")
