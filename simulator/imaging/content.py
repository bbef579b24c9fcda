"""Content items of structured reports (PS3.3 C.17.3), one small function for each value type."""

from typing import TYPE_CHECKING

from simulator.imaging.header import code_item
from simulator.imaging.template import decimal

if TYPE_CHECKING:
    from pydicom import Dataset

Code = tuple[str, str, str]  # value, scheme, meaning


def _item(kind: str, relation: str, concept: Code) -> "Dataset":
    from pydicom import Dataset

    item = Dataset()
    if relation:
        item.RelationshipType = relation
    item.ValueType = kind
    item.ConceptNameCodeSequence = [code_item(*concept)]
    return item


def container(concept: Code, *inside: "Dataset", relation: str = "CONTAINS") -> "Dataset":
    """Return a heading with what stands under it."""
    item = _item("CONTAINER", relation, concept)
    item.ContinuityOfContent = "SEPARATE"
    if inside:
        item.ContentSequence = list(inside)
    return item


def code(concept: Code, value: Code, *inside: "Dataset", relation: str = "CONTAINS") -> "Dataset":
    """Return a coded answer."""
    item = _item("CODE", relation, concept)
    item.ConceptCodeSequence = [code_item(*value)]
    if inside:
        item.ContentSequence = list(inside)
    return item


def text(concept: Code, value: str, relation: str = "CONTAINS") -> "Dataset":
    """Return a text."""
    item = _item("TEXT", relation, concept)
    item.TextValue = value
    return item


def number(concept: Code, value: float, unit: Code, relation: str = "CONTAINS") -> "Dataset":
    """Return a measurement with its UCUM unit."""
    from pydicom import Dataset

    item = _item("NUM", relation, concept)
    measured = Dataset()
    measured.NumericValue = decimal(value)
    measured.MeasurementUnitsCodeSequence = [code_item(*unit)]
    item.MeasuredValueSequence = [measured]
    return item


def uid(concept: Code, value: str, relation: str = "CONTAINS") -> "Dataset":
    """Return a reference by UID."""
    item = _item("UIDREF", relation, concept)
    item.UID = value
    return item


def moment(concept: Code, value: str, relation: str = "CONTAINS") -> "Dataset":
    """Return a date and time (DT)."""
    item = _item("DATETIME", relation, concept)
    item.DateTime = value
    return item


def person(concept: Code, value: str, relation: str = "CONTAINS") -> "Dataset":
    """Return a person's name."""
    item = _item("PNAME", relation, concept)
    item.PersonName = value
    return item


def image(sop_class_uid: str, sop_instance_uid: str) -> "Dataset":
    """Return a reference to an image, without a concept name."""
    from pydicom import Dataset

    item, reference = Dataset(), Dataset()
    item.RelationshipType, item.ValueType = "CONTAINS", "IMAGE"
    reference.ReferencedSOPClassUID = sop_class_uid
    reference.ReferencedSOPInstanceUID = sop_instance_uid
    item.ReferencedSOPSequence = [reference]
    return item


def as_root(ds: "Dataset", root: "Dataset", template: str) -> None:
    """Make a container the root of a document's tree, by a DICOM template (PS3.16)."""
    from pydicom import Dataset

    named = Dataset()
    named.MappingResource, named.TemplateIdentifier = "DCMR", template
    ds.ValueType, ds.ContinuityOfContent = "CONTAINER", "SEPARATE"
    ds.ConceptNameCodeSequence = root.ConceptNameCodeSequence
    ds.ContentTemplateSequence = [named]
    ds.ContentSequence = root.ContentSequence
