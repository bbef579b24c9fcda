"""What angiography and fluoroscopy headers share (PS3.3 C.8.7.1, C.8.7.2)."""

from typing import TYPE_CHECKING

from simulator.imaging.template import decimal

if TYPE_CHECKING:
    from pydicom import Dataset

    from simulator.imaging.frame import Take

RATE = 15  # frames a second


def describe_run(ds: "Dataset", take: "Take") -> None:
    """Add the X-Ray Image, X-Ray Acquisition, Multi-frame and Cine modules."""
    from pydicom.tag import Tag

    pixel = round(take.series.fov / take.size.columns, 6)
    ds.ImageType = ["ORIGINAL", "PRIMARY", "SINGLE PLANE"]
    ds.PixelIntensityRelationship = "LOG"
    # A logarithmic relation needs a Modality LUT or this pair (PS3.3 C.11.1.1.2).
    ds.RescaleIntercept, ds.RescaleSlope, ds.RescaleType = 0, 1, "US"
    ds.KVP, ds.XRayTubeCurrent, ds.ExposureTime, ds.Exposure = 78, 420, 7, 3
    ds.RadiationSetting, ds.RadiationMode = "GR", "PULSED"
    ds.AveragePulseWidth = 7
    ds.ImagerPixelSpacing = [pixel, pixel]
    ds.FieldOfViewShape, ds.FieldOfViewDimensions = "RECTANGLE", [int(take.series.fov)] * 2
    ds.DistanceSourceToDetector, ds.DistanceSourceToPatient = 1050, 750
    ds.PatientOrientation = ""
    ds.BurnedInAnnotation, ds.LossyImageCompression = "NO", "00"
    ds.WindowCenter, ds.WindowWidth = 128, 256
    ds.CineRate = ds.RecommendedDisplayFrameRate = RATE
    ds.FrameTime, ds.FrameIncrementPointer = decimal(1000 / RATE), Tag("FrameTime")
    ds.StartTrim, ds.StopTrim = 1, take.size.frames
