"""Digital X-ray for presentation (PS3.3 A.26)."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from simulator.imaging import radiograph
from simulator.imaging.frame import Frame, Pixels, Take
from simulator.imaging.header import code_item
from simulator.imaging.views import VIEWS

if TYPE_CHECKING:
    from pydicom import Dataset

PIXELS = Pixels(12)
VARYING = ("AcquisitionTime",)
REGIONS = {
    "CHEST": ("51185008", "Chest"),
    "ABDOMEN": ("818983003", "Abdomen"),
    "PELVIS": ("12921003", "Pelvis"),
    "HAND": ("85562004", "Hand"),
    "KNEE": ("72696002", "Knee"),
    "ANKLE": ("70258002", "Ankle joint"),
}


def frames(take: Take) -> Iterator[Frame]:
    """Yield radiographs: bone is bright, air is black."""
    for index in range(take.size.images):
        yield Frame(pixels=radiograph.picture(take, index))


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
    ds.BurnedInAnnotation, ds.ImageLaterality = "NO", protocol.laterality or "U"
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
    code, meaning = REGIONS[protocol.body_part]
    ds.AnatomicRegionSequence = [code_item(code, "SCT", meaning)]
    ds.AcquisitionContextSequence = []
    ds.PositionerType = "NONE"
