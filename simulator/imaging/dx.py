"""Digital X-ray: path lengths turned into a display-ready picture, with noise and a marker."""

from collections.abc import Iterator
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from simulator.imaging import noise, projection
from simulator.imaging.frame import Frame, Take
from simulator.imaging.header import code_item

if TYPE_CHECKING:
    from pydicom import Dataset


class View(NamedTuple):
    """Beam, ViewPosition, PatientOrientation, SNOMED view code, kV, mAs, path range (mm)."""

    beam: str
    position: str
    orientation: tuple[str, str]
    code: tuple[str, str]
    kv: int
    mas: float
    low: float
    high: float
    mirrored: bool


VIEWS = {
    "pa": View(
        "front", "PA", ("L", "F"), ("272479007", "postero-anterior"), 125, 2, 70, 262, False
    ),
    "ll": View("side", "LL", ("P", "F"), ("399173006", "left lateral"), 125, 6, 80, 335, False),
    "ap": View(
        "front", "AP", ("L", "F"), ("399348003", "antero-posterior"), 80, 25, 110, 270, False
    ),
}
BITS = 12
VARYING = ("AcquisitionTime",)
CURVE = 4096


@lru_cache(maxsize=1)
def tone() -> NDArray[np.int32]:
    """Return the display curve: a smooth S over 4096 steps, 0 to 4095, in exact arithmetic."""
    t = np.arange(CURVE) / (CURVE - 1)
    s = t * t * (3 - 2 * t)
    return np.rint((0.35 * t + 0.65 * s) * 3900 + 60).astype(np.int32)


def frames(take: Take) -> Iterator[Frame]:
    """Yield radiographs for presentation: bone is bright, air is black."""
    series, size, body = take.series, take.size, take.body
    view = VIEWS[series.recipe]
    shape = (size.rows, size.columns)
    pixel = series.fov / size.columns
    middle = (series.coverage[0] + series.coverage[1]) / 2 * body.scale[2]
    centre = 0.0 if view.beam == "front" else 4.0
    across = body.scale[0] if view.beam == "front" else body.scale[1]
    image = projection.processed(body.sex, view.beam)
    path = projection.sample(
        image, view.beam, middle + pixel * size.rows / 2, centre - series.fov / 2, pixel, shape,
        (body.scale[2], across),
    )  # fmt: skip
    tile = noise.tile("detector")
    for index in range(size.images):
        rng = noise.generator(*take.key, index)
        level = (path - view.low) * ((CURVE - 1) / (view.high - view.low))
        np.clip(level, 0, CURVE - 1, out=level)
        # Quantum noise grows with the tissue that swallowed the photons.
        level += noise.crop(tile, shape, rng) * (6 + level * 0.008) * (1.0 / noise.UNIT)
        stored = tone().take(np.clip(level, 0, CURVE - 1).astype(np.intp)).astype("<u2")
        _marker(stored)
        yield Frame(pixels=stored)


def _marker(stored: NDArray[np.uint16]) -> None:
    """Burn in the lead marker: L on the patient's left, at the picture's right edge."""
    rows, columns = stored.shape
    tall, thick = rows // 28, max(2, rows // 200)
    top, left = rows // 14, columns - rows // 10
    stored[top : top + tall, left : left + thick] = 4095
    stored[top + tall - thick : top + tall, left : left + tall * 3 // 5] = 4095


def describe(ds: "Dataset", take: Take) -> None:
    """Add the DX modules (PS3.3 A.26, C.8.11)."""
    protocol, series, size = take.protocol, take.series, take.size
    view = VIEWS[series.recipe]
    pixel = round(series.fov / size.columns, 6)
    ds.ImageType = ["ORIGINAL", "PRIMARY", ""]
    ds.PresentationIntentType = "FOR PRESENTATION"
    ds.PixelIntensityRelationship, ds.PixelIntensityRelationshipSign = "LOG", 1
    ds.RescaleIntercept, ds.RescaleSlope, ds.RescaleType = 0, 1, "US"
    ds.PresentationLUTShape, ds.LossyImageCompression = "IDENTITY", "00"
    ds.WindowCenter, ds.WindowWidth = 2048, 4096
    ds.BurnedInAnnotation, ds.ImageLaterality = "NO", "U"
    ds.PatientOrientation, ds.ViewPosition = list(view.orientation), view.position
    ds.ImagerPixelSpacing = ds.PixelSpacing = [pixel, pixel]
    ds.PixelSpacingCalibrationType = "GEOMETRY"
    ds.PixelSpacingCalibrationDescription = "Detector plane"
    ds.DetectorType, ds.DetectorConfiguration = "SCINTILLATOR", "AREA"
    ds.DetectorID, ds.DetectorTemperature = "FPD-4343", 31
    ds.KVP, ds.ExposureInuAs, ds.Exposure = view.kv, int(view.mas * 1000), int(view.mas)
    ds.ExposureTime, ds.XRayTubeCurrent = 8, 250
    ds.DistanceSourceToDetector, ds.DistanceSourceToPatient = 1800, 1600
    ds.Grid, ds.ExposureIndex, ds.TargetExposureIndex, ds.DeviationIndex = (
        "FIXED",
        "412",
        "400",
        "0.1",
    )
    ds.AcquisitionDeviceProcessingDescription = "Multiscale"
    ds.ViewCodeSequence = [code_item(view.code[0], "SCT", view.code[1])]
    ds.ViewCodeSequence[0].ViewModifierCodeSequence = []
    region = {"CHEST": ("51185008", "Chest"), "ABDOMEN": ("818983003", "Abdomen")}
    code, meaning = region[protocol.body_part]
    ds.AnatomicRegionSequence = [code_item(code, "SCT", meaning)]
    ds.AcquisitionContextSequence = []
    ds.PositionerType = "NONE"
