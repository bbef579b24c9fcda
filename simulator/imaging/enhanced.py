"""What enhanced multi-frame images share: functional groups, dimensions (PS3.3 C.7.6.16)."""

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from simulator.imaging.header import code_item, date_of, time_of
from simulator.imaging.planes import Stack
from simulator.imaging.template import decimal
from simulator.imaging.uids import make_uid

if TYPE_CHECKING:
    from pydicom import Dataset

REGIONS = {
    "HEAD": ("69536005", "Head"),
    "BRAIN": ("12738006", "Brain"),
    "CHEST": ("51185008", "Chest"),
    "ABDOMEN": ("818983003", "Abdomen"),
    "LSPINE": ("122496007", "Lumbar spine"),
}


def group(**values: Any) -> "list[Dataset]":
    """Return a functional group: a sequence with one item."""
    from pydicom import Dataset

    item = Dataset()
    for keyword, value in values.items():
        setattr(item, keyword, value)
    return [item]


def moment_of(ds: "Dataset") -> datetime:
    """Return when the series began."""
    return datetime.strptime(f"{ds.SeriesDate}{ds.SeriesTime}", "%Y%m%d%H%M%S.%f")


def date_time(moment: datetime) -> str:
    """Write a DT value."""
    return date_of(moment) + time_of(moment)


def add_image(ds: "Dataset", image_type: list[str], seconds: float) -> None:
    """Add what enhanced CT and MR images say alike; AcquisitionDate and Time are not theirs."""
    del ds.AcquisitionDate
    ds.ImageType = image_type
    ds.AcquisitionDateTime, ds.AcquisitionDuration = date_time(moment_of(ds)), seconds
    ds.ContentQualification, ds.PixelPresentation = "PRODUCT", "MONOCHROME"
    ds.VolumetricProperties, ds.VolumeBasedCalculationTechnique = "VOLUME", "NONE"
    ds.BurnedInAnnotation, ds.LossyImageCompression = "NO", "00"
    ds.PresentationLUTShape, ds.AcquisitionContextSequence = "IDENTITY", []
    ds.PatientPosition = "HFS"


def shared_groups(body_part: str, where: Stack, thickness: float, window: tuple[int, int],
                  rescale: tuple[int, str]) -> "Dataset":  # fmt: skip
    """Return the groups common to CT and MR that hold for all frames."""
    from pydicom import Dataset

    code, meaning = REGIONS[body_part]
    item = Dataset()
    item.PixelMeasuresSequence = group(
        SliceThickness=thickness,
        PixelSpacing=[decimal(where.spacing)] * 2,
        SpacingBetweenSlices=decimal(where.step or thickness),
    )
    item.PlaneOrientationSequence = group(
        ImageOrientationPatient=[decimal(v) for v in where.orientation]
    )
    item.FrameAnatomySequence = group(
        FrameLaterality="U", AnatomicRegionSequence=[code_item(code, "SCT", meaning)]
    )
    item.FrameVOILUTSequence = group(WindowCenter=window[0], WindowWidth=window[1])
    item.PixelValueTransformationSequence = group(
        RescaleIntercept=rescale[0], RescaleSlope=1, RescaleType=rescale[1]
    )
    return item


def frame_item(where: Stack, index: int, began: datetime, seconds: float) -> "Dataset":
    """Return what one frame has of its own: when, which, and where."""
    from pydicom import Dataset

    when = date_time(began + timedelta(seconds=round(seconds * index, 3)))
    item = Dataset()
    item.FrameContentSequence = group(
        FrameAcquisitionNumber=1,
        FrameReferenceDateTime=when,
        FrameAcquisitionDateTime=when,
        FrameAcquisitionDuration=seconds * 1000,
        StackID="1",
        InStackPositionNumber=index + 1,
        DimensionIndexValues=[1, index + 1],
    )
    item.PlanePositionSequence = group(
        ImagePositionPatient=[decimal(v) for v in where.corner(index)]
    )
    return item


def add_dimensions(ds: "Dataset", key: tuple[object, ...]) -> None:
    """Say that frames are ordered by stack and by position in it (PS3.3 C.7.6.17)."""
    from pydicom import Dataset
    from pydicom.tag import Tag

    uid = make_uid("dimensions", *key)
    ds.DimensionOrganizationSequence = group(DimensionOrganizationUID=uid)
    ds.DimensionIndexSequence = []
    for keyword in ("StackID", "InStackPositionNumber"):
        item = Dataset()
        item.DimensionOrganizationUID = uid
        item.DimensionIndexPointer = Tag(keyword)
        item.FunctionalGroupPointer = Tag("FrameContentSequence")
        ds.DimensionIndexSequence.append(item)


def without_plane(ds: "Dataset") -> None:
    """Remove the plane attributes that live in functional groups here."""
    del ds.ImageOrientationPatient, ds.PixelSpacing
