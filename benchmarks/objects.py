"""The objects that are sent: CT images of two sizes, each with an identity of its own."""

from __future__ import annotations

import random
from collections.abc import Sequence
from pathlib import Path

from pydicom.dataset import Dataset
from pydicom.filebase import DicomBytesIO
from pydicom.filewriter import dcmwrite
from pydicom.uid import CTImageStorage, ExplicitVRLittleEndian

SIZES = {"0.5 MB": 512, "9 KB": 64}  # rows and columns of 16 bits
_ROOT = "1.2.826.0.1.3680043.9.7433"
NAMES = [f"{family}^{given}" for family in ("SMITH", "JONES", "WEBER", "ROSSI", "DUPONT", "NOVAK",
         "SILVA", "KIM", "SATO", "OKAFOR") for given in ("ANN", "BOB", "EVA", "TOM")]  # fmt: skip


def write(folder: Path, rows: int, numbers: Sequence[int], study: int) -> Path:
    """Write one file for each number, all of one study; return the folder."""
    folder.mkdir(parents=True)
    pattern = encoded(rows)
    for number in numbers:
        (folder / f"{number}.dcm").write_bytes(marked(pattern, number, study))
    return folder


def marked(pattern: bytes, number: int, study: int) -> bytes:
    """Return a pattern with its marks replaced by what belongs to an instance and its study."""
    data = pattern.replace(b"9" * 10, f"{number:010}".encode())
    data = data.replace(b"8" * 10, f"{study:010}".encode())
    data = data.replace(b"NAMENAMENAME", name(study).ljust(12).encode())
    return data.replace(b"20260302", date(study).encode())


def study_uid(study: int) -> str:
    """Return the UID of a study that `write` wrote."""
    return f"{_ROOT}.1.1{study:010}"


def series_uid(study: int) -> str:
    """Return the UID of its series."""
    return f"{_ROOT}.2.1{study:010}"


def instance_uid(number: int) -> str:
    """Return the UID of an instance."""
    return f"{_ROOT}.3.1{number:010}"


def name(study: int) -> str:
    """Return the name of a study's patient."""
    return NAMES[study % len(NAMES)]


def date(study: int) -> str:
    """Return a study's date."""
    return f"2026{1 + study % 12:02}{1 + study % 28:02}"


def encoded(rows: int) -> bytes:
    """Return a file whose numbers are marks: 9999999999 the instance, 8888888888 the study."""
    ds = Dataset()
    ds.SOPClassUID, ds.SOPInstanceUID = CTImageStorage, f"{_ROOT}.3.1" + "9" * 10
    ds.StudyInstanceUID, ds.SeriesInstanceUID = study_uid(8888888888), f"{_ROOT}.2.1" + "8" * 10
    ds.PatientName, ds.PatientID, ds.StudyDate = "NAMENAMENAME", "P" + "8" * 10, "20260302"
    ds.StudyTime, ds.AccessionNumber, ds.StudyID = "070000", "A" + "8" * 10, "1"
    ds.PatientBirthDate, ds.PatientSex, ds.ReferringPhysicianName = "19700101", "F", "REF^RITA"
    ds.Modality, ds.SeriesNumber, ds.InstanceNumber = "CT", 1, 1
    ds.StudyDescription, ds.SeriesDescription = "CT chest", "axial"
    ds.Manufacturer, ds.InstitutionName, ds.StationName = "PACS Lab", "Hospital", "CT1"
    ds.ImagePositionPatient, ds.PixelSpacing = [0, 0, 0], [0.7, 0.7]
    ds.ImageOrientationPatient = [1, 0, 0, 0, 1, 0]
    ds.FrameOfReferenceUID = f"{_ROOT}.4"
    ds.Rows = ds.Columns = rows
    ds.SamplesPerPixel, ds.PhotometricInterpretation = 1, "MONOCHROME2"
    ds.BitsAllocated, ds.BitsStored, ds.HighBit, ds.PixelRepresentation = 16, 16, 15, 0
    ds.PixelData = random.Random(1).randbytes(rows * rows * 2)
    ds.ensure_file_meta()
    ds.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    buffer = DicomBytesIO()
    dcmwrite(buffer, ds, enforce_file_format=True)
    return bytes(buffer.getvalue())
