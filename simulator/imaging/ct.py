"""CT: Hounsfield units of a label volume, with the noise of the chosen kernel."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from simulator.imaging import noise, scout
from simulator.imaging.anatomy import CENTRES, volume_of
from simulator.imaging.finding import lesions
from simulator.imaging.frame import Frame, Pixels, Take, stack_frame
from simulator.imaging.header import code_item
from simulator.imaging.planes import Sampler, Stack, stack_of
from simulator.imaging.template import decimal
from simulator.imaging.tissues import hounsfield

if TYPE_CHECKING:
    from pydicom import Dataset

# Name on the header, grain, noise (HU) of a 5 mm slice, window centre and width (HU).
KERNELS = {
    "soft": ("B30f", "soft", 11.0, 40, 400),
    "lung": ("L60f", "sharp", 26.0, -550, 1500),
    "brain": ("H30s", "soft", 2.6, 36, 90),
    "bone": ("H70h", "sharp", 22.0, 450, 2200),
    "scout": ("T80s", "white", 5.0, -200, 900),
}
INTERCEPT = -1024


def stack(take: Take) -> Stack:
    """Return where the slices lie."""
    protocol = take.protocol
    return stack_of(take.series, take.size, take.body, CENTRES[protocol.anatomy])


def frames(take: Take) -> Iterator[Frame]:
    """Yield the slices as images of their own; a localizer is a picture from the front."""
    where = stack(take)
    if take.series.recipe == "scout":
        yield stack_frame(scout.picture(take, where), where, 0)
        return
    for index, stored in enumerate(slices(take, where)):
        yield stack_frame(stored, where, index)


def slices(take: Take, where: Stack) -> Iterator[NDArray[np.uint16]]:
    """Yield stored values (rows, columns): HU + 1024, twelve bits unsigned."""
    protocol, series, size, body = take.protocol, take.series, take.size, take.body
    volume = volume_of(protocol.anatomy, body.sex)
    sampler = Sampler(volume, where, body, lesions(take.finding))
    _, grain, sigma, _, _ = KERNELS[series.recipe]
    sigma *= (5.0 / series.thickness) ** 0.5 if series.recipe == "soft" else 1.0
    table, tile = hounsfield(series.phase), noise.tile(grain)
    shape = (size.rows, size.columns)
    for index in range(len(where.positions)):
        rng = noise.generator(*take.key, index)
        hu = sampler.slice(index, table, series.thickness)
        hu += noise.crop(tile, shape, rng) * np.float32(sigma / noise.UNIT)
        hu -= np.float32(INTERCEPT)
        yield np.clip(np.rint(hu, out=hu), 0, 4095, out=hu).astype("<u2")


def dose_of(anatomy: str) -> "tuple[float, Dataset]":
    """Return CTDIvol (mGy) and the phantom it refers to."""
    dose, code, part = (42.0, "113690", "Head") if anatomy == "head" else (8.4, "113691", "Body")
    return dose, code_item(code, "DCM", f"IEC {part} Dosimetry Phantom")


def describe(ds: "Dataset", take: Take) -> None:
    """Add the CT Image and Image Plane modules (PS3.3 C.8.2.1, C.7.6.2)."""
    protocol, series = take.protocol, take.series
    where = stack(take)
    kernel, _, _, centre, width = KERNELS[series.recipe]
    local = series.recipe == "scout"
    ds.ImageType = ["ORIGINAL", "PRIMARY", "LOCALIZER" if local else "AXIAL"]
    ds.RescaleIntercept, ds.RescaleSlope, ds.RescaleType = INTERCEPT, 1, "HU"
    ds.WindowCenter, ds.WindowWidth = centre, width
    ds.KVP, ds.ExposureTime, ds.XRayTubeCurrent, ds.Exposure = 120, 500, 220, 110
    ds.ConvolutionKernel = kernel
    ds.ScanOptions = "SCOUT MODE" if local else "HELICAL MODE"
    ds.GantryDetectorTilt = 0
    ds.TableHeight, ds.RotationDirection, ds.FilterType = 152, "CW", "BODY FILTER"
    ds.DataCollectionDiameter, ds.ReconstructionDiameter = 500, series.fov
    ds.DistanceSourceToDetector, ds.DistanceSourceToPatient = 1040, 570
    ds.SpiralPitchFactor, ds.SingleCollimationWidth, ds.TotalCollimationWidth = 0.9, 0.6, 38.4
    ds.CTDIvol, phantom = dose_of(protocol.anatomy)
    ds.CTDIPhantomTypeCodeSequence = [phantom]
    ds.SliceThickness = series.thickness or None  # a localizer has none
    if where.step:
        ds.SpacingBetweenSlices = decimal(where.step)
    ds.PatientPosition = "HFS"
    if series.phase not in ("", "native"):
        ds.ContrastBolusAgent, ds.ContrastBolusRoute = "Iohexol 300", "IV"
        ds.ContrastBolusVolume, ds.ContrastBolusIngredient = 90, "IODINE"


PIXELS = Pixels(12)
VARYING = ("AcquisitionTime", "ImagePositionPatient", "SliceLocation")
