"""Digital mammography for presentation (PS3.3 A.27)."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from simulator.imaging import breast, lettering, noise, projection
from simulator.imaging.frame import Frame, Pixels, Take
from simulator.imaging.header import code_item

if TYPE_CHECKING:
    from pydicom import Dataset

PIXELS = Pixels(12)
VARYING = ("AcquisitionTime",)
BAND = 256

# PatientOrientation by side and view: the chest wall is at the left edge for a left breast.
ORIENTATIONS = {
    "LCC": ("A", "R"), "RCC": ("P", "L"), "LMLO": ("A", "FR"), "RMLO": ("P", "FL"),
}  # fmt: skip
VIEW_CODES = {
    "CC": ("399162004", "cranio-caudal"),
    "MLO": ("399368009", "medio-lateral oblique"),
}


def frames(take: Take) -> Iterator[Frame]:
    """Yield mammograms; the patient's breasts are alike, and alike from exam to exam."""
    for index in range(take.size.images):
        yield Frame(pixels=_picture(take, index))


def _picture(take: Take, index: int) -> NDArray[np.uint16]:
    """Return stored values (rows, columns)."""
    size, name = take.size, take.series.recipe
    side, view = name[0], name[1:]
    body = (take.body.scale, take.body.bend)
    shape = breast.shape_of(noise.generator("breast", *body), view == "MLO")
    found = take.finding
    mass = found is not None and found.name == "breast mass" and found.side == side
    level, thick = breast.attenuation(shape, (*body, name), mass)
    rng = noise.generator(*take.key, index)
    grain = noise.crop(noise.tile("detector"), (size.rows, size.columns), rng)
    row = (np.arange(size.rows) + 0.5) * (level.shape[0] / size.rows) - 0.5
    column = (np.arange(size.columns) + 0.5) * (level.shape[1] / size.columns) - 0.5
    if side == "R":
        column = column[::-1]
    stored = np.empty((size.rows, size.columns), "<u2")
    for first in range(0, size.rows, BAND):
        band = slice(first, first + BAND)
        grey = projection.taken(level, row[band], column)
        cover = projection.taken(thick, row[band], column)
        grey *= np.float32(2750)
        grey += cover * (grain[band] * np.float32(26.0 / noise.UNIT) + np.float32(260))
        stored[band] = np.clip(np.rint(grey, out=grey), 0, 4000, out=grey)
    _mark(stored, side, view)
    return stored


def _mark(stored: NDArray[np.uint16], side: str, view: str) -> None:
    """Burn in side and view, away from the chest wall."""
    rows, columns = stored.shape
    scale = max(2, rows // 300)
    column = columns - 70 * scale if side == "L" else 20 * scale
    lettering.write(stored, f"{side} {view}", rows // 24, column, 4095, scale)


def describe(ds: "Dataset", take: Take) -> None:
    """Add the mammography modules (PS3.3 C.8.11.7)."""
    size, name = take.size, take.series.recipe
    side, view = name[0], name[1:]
    pixel = round(breast.TALL / size.rows, 6)
    code, meaning = VIEW_CODES[view]
    ds.ImageType = ["ORIGINAL", "PRIMARY", ""]
    ds.PresentationIntentType = "FOR PRESENTATION"
    ds.PixelIntensityRelationship, ds.PixelIntensityRelationshipSign = "LOG", -1
    ds.RescaleIntercept, ds.RescaleSlope, ds.RescaleType = 0, 1, "US"
    ds.PresentationLUTShape, ds.LossyImageCompression = "IDENTITY", "00"
    ds.WindowCenter, ds.WindowWidth = 2048, 4096
    ds.BurnedInAnnotation, ds.ImageLaterality = "NO", side
    ds.PatientOrientation, ds.ViewPosition = list(ORIENTATIONS[name]), view
    ds.ImagerPixelSpacing = [pixel, pixel]
    ds.DetectorType, ds.DetectorConfiguration = "DIRECT", "AREA"
    ds.DetectorID, ds.DetectorTemperature = "LBX-2430", 28
    ds.PositionerType, ds.OrganExposed = "MAMMOGRAPHIC", "BREAST"
    ds.PositionerPrimaryAngle = 0 if view == "CC" else 45
    ds.KVP, ds.ExposureInuAs, ds.Exposure, ds.ExposureTime = 29, 78000, 78, 850
    ds.XRayTubeCurrent, ds.AnodeTargetMaterial = 92, "TUNGSTEN"
    ds.FilterMaterial, ds.FilterType, ds.FocalSpots = "RHODIUM", "FLAT", 0.3
    ds.DistanceSourceToDetector, ds.DistanceSourceToPatient = 660, 640
    ds.EstimatedRadiographicMagnificationFactor = "1.03125"
    ds.BodyPartThickness, ds.CompressionForce = 56, 92
    ds.OrganDose, ds.BreastImplantPresent = "0.0118", "NO"
    ds.ViewCodeSequence = [code_item(code, "SCT", meaning)]
    ds.ViewCodeSequence[0].ViewModifierCodeSequence = []
    ds.AnatomicRegionSequence = [code_item("76752008", "SCT", "Breast")]
    ds.AcquisitionContextSequence = []
    ds.ExposureIndex, ds.Grid = "318", ["RECIPROCATING"]
