"""Secondary capture: a page of a scanner's dose screen or a paper that was scanned (PS3.3 A.8)."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from simulator.imaging import lettering
from simulator.imaging.frame import Frame, Pixels, Take

if TYPE_CHECKING:
    from pydicom import Dataset

PIXELS = Pixels(8, 3)
VARYING: tuple[str, ...] = ()

# Ink and paper by recipe.
COLORS = {"dose": ((235, 235, 200), (12, 16, 40)), "paper": ((30, 30, 42), (246, 244, 236))}


def frames(take: Take) -> Iterator[Frame]:
    """Yield pages (rows, columns, 3)."""
    for index in range(take.size.images):
        yield Frame(pixels=_page(take, index))


def _page(take: Take, index: int) -> NDArray[np.uint8]:
    """Write the lines of a page."""
    size = take.size
    ink, paper = COLORS[take.series.recipe]
    mask = np.zeros((size.rows, size.columns), np.uint8)
    scale = max(1, size.columns // 480)
    for number, line in enumerate(_lines(take, index)):
        lettering.write(mask, line, 14 * scale * (number + 1), 12 * scale, 1, scale)
    mask[12 * scale * 2 + 6 * scale, 12 * scale : -12 * scale] = 1
    table = np.array([paper, ink], np.uint8)
    page: NDArray[np.uint8] = table[mask]
    return page


def _lines(take: Take, index: int) -> list[str]:
    """Return what stands on a page."""
    exam = take.exam
    name = exam.patient_name.split("=")[0].replace("^", " ").strip()
    head = [f"{name}   {exam.patient_id}   {exam.birth_date} {exam.sex}", ""]
    if take.series.recipe == "paper":
        return [*head, exam.institution, f"Request {exam.accession}", "",
                f"Examination: {exam.procedure}", f"Indication: {exam.indication}",
                f"Referred by: {exam.referring.replace('^', ' ')}",
                f"Page {index + 1}"]  # fmt: skip
    rows = ["Ser  Description               kV   mAs   CTDIvol   DLP", ""]
    total = 0.0
    for number, series in enumerate(take.protocol.series, 1):
        if series.plane == "axial":
            span = abs(series.coverage[1] - series.coverage[0]) / 10
            total += 8.4 * span
            rows.append(f"{number:<4} {series.description[:24]:<25} 120  110   8.40   "
                        f"{8.4 * span:7.1f}")  # fmt: skip
    return [*head, "Patient protocol / dose page", "", *rows, "", f"Total DLP {total:.1f} mGy.cm"]


def describe(ds: "Dataset", take: Take) -> None:
    """Add the SC Equipment and SC Image modules (PS3.3 C.8.6)."""
    paper = take.series.recipe == "paper"
    ds.ConversionType = "SD" if paper else "WSD"
    ds.ImageType = ["DERIVED" if not paper else "ORIGINAL", "SECONDARY"]
    ds.SecondaryCaptureDeviceManufacturer = take.profile.manufacturer
    ds.SecondaryCaptureDeviceManufacturerModelName = take.profile.model
    ds.DateOfSecondaryCapture, ds.TimeOfSecondaryCapture = ds.SeriesDate, ds.SeriesTime
    ds.BurnedInAnnotation, ds.LossyImageCompression = "YES", "00"
    ds.PatientOrientation = ""
    if take.protocol.laterality:
        ds.Laterality = take.protocol.laterality
