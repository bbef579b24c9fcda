"""Presentation state: window, displayed area and an arrow over key images (PS3.3 A.33.1)."""

from typing import TYPE_CHECKING

from simulator.imaging.documents import Made
from simulator.imaging.evidence import by_series, references
from simulator.imaging.header import add_procedure_step, date_of, time_of
from simulator.imaging.key import chosen

if TYPE_CHECKING:
    from pydicom import Dataset

    from simulator.imaging.frame import Take


def write(ds: "Dataset", take: "Take", made: tuple[Made, ...]) -> None:
    """Make `ds` a grayscale softcopy presentation state for the first key image."""
    picked = chosen(made)[:1]
    first = picked[0].take
    _identify(ds, take)
    add_procedure_step(ds, take.exam, take.protocol)
    ds.BodyPartExamined = take.protocol.body_part
    if take.protocol.laterality:
        ds.Laterality = take.protocol.laterality
    ds.ReferencedSeriesSequence = by_series(picked, "ReferencedImageSequence")
    ds.DisplayedAreaSelectionSequence = [_area(first.size.rows, first.size.columns, picked)]
    ds.GraphicLayerSequence = [_layer()]
    ds.GraphicAnnotationSequence = [_annotation(take, picked)]
    ds.PresentationLUTShape = "IDENTITY"  # P-values come out (PS3.3 C.11.6)


def _identify(ds: "Dataset", take: "Take") -> None:
    """Add the Presentation State Identification module, which has dates of its own (C.11.10)."""
    del ds.ContentDate, ds.ContentTime
    ds.ContentLabel, ds.ContentDescription = "KEY_IMAGE", take.series.description[:64]
    ds.ContentCreatorName = take.exam.performing
    ds.PresentationCreationDate = date_of(take.exam.started)
    ds.PresentationCreationTime = time_of(take.exam.started)


def _area(rows: int, columns: int, picked: tuple[Made, ...]) -> "Dataset":
    """Show the whole image (PS3.3 C.10.4)."""
    from pydicom import Dataset

    item = Dataset()
    item.DisplayedAreaTopLeftHandCorner = [1, 1]
    item.DisplayedAreaBottomRightHandCorner = [columns, rows]
    item.PresentationSizeMode, item.PresentationPixelAspectRatio = "SCALE TO FIT", [1, 1]
    item.ReferencedImageSequence = references(picked)
    return item


def _layer() -> "Dataset":
    """Return the one layer there is (PS3.3 C.10.7)."""
    from pydicom import Dataset

    item = Dataset()
    item.GraphicLayer, item.GraphicLayerOrder = "NOTES", 1
    return item


def _annotation(take: "Take", picked: tuple[Made, ...]) -> "Dataset":
    """Write a line across the image's upper edge (PS3.3 C.10.5)."""
    from pydicom import Dataset

    note, item = Dataset(), Dataset()
    note.BoundingBoxAnnotationUnits = "DISPLAY"
    note.UnformattedTextValue = take.finding.words if take.finding else "Key image"
    note.BoundingBoxTopLeftHandCorner = [0.05, 0.05]
    note.BoundingBoxBottomRightHandCorner = [0.95, 0.12]
    note.BoundingBoxTextHorizontalJustification = "LEFT"
    item.GraphicLayer, item.TextObjectSequence = "NOTES", [note]
    item.ReferencedImageSequence = references(picked)
    return item
