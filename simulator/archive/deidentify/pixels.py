"""Pixels that may show who the patient is: what no table of attributes can take away."""

from __future__ import annotations

from pydicom.dataset import Dataset
from pydicom.uid import UID

_WRITE_ON_IMAGES = frozenset({"US", "SC", "OT", "ES", "XC", "GM", "IVUS", "OP", "DOC"})
_FACES = frozenset({"CT", "MR", "PT"})


def warnings(ds: Dataset) -> list[str]:
    """Return what a person must look at before an object leaves the house."""
    if "PixelData" not in ds:
        return []
    said = str(ds.get("BurnedInAnnotation", "")).upper()
    if said == "YES":
        return ["burned-in annotation: the object itself says that its pixels name somebody"]
    capture = "Secondary Capture" in UID(str(ds.get("SOPClassUID", ""))).name
    found = []
    if said != "NO" and (capture or ds.get("Modality") in _WRITE_ON_IMAGES):
        found.append("burned-in annotation is likely: such images often show name and date")
    head = str(ds.get("BodyPartExamined", "")).upper() in ("HEAD", "BRAIN", "FACE", "SKULL")
    if head and ds.get("Modality") in _FACES and ds.get("RecognizableVisualFeatures") != "NO":
        found.append("a face may be recognised in a reconstruction of the head")
    return found


def names_somebody(ds: Dataset) -> bool:
    """Return whether the object says that its pixels hold an identity."""
    return str(ds.get("BurnedInAnnotation", "")).upper() == "YES"
