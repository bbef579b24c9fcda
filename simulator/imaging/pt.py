"""PET: uptake of FDG, attenuation-corrected, beside the CT of the same session (PS3.3 A.21)."""

from collections.abc import Iterator
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from simulator.imaging import noise
from simulator.imaging.anatomy import CENTRES, volume_of
from simulator.imaging.finding import lesions
from simulator.imaging.frame import Frame, Pixels, Take, stack_frame
from simulator.imaging.header import code_item, date_of, time_of
from simulator.imaging.planes import Sampler, Stack, stack_of
from simulator.imaging.template import decimal
from simulator.imaging.tissues import Tissue as T

if TYPE_CHECKING:
    from pydicom import Dataset

PIXELS = Pixels(16)
VARYING = ("AcquisitionTime", "ImagePositionPatient", "SliceLocation", "ImageIndex",
           "FrameReferenceTime")  # fmt: skip
SLOPE = 1.0  # Bq/ml per stored unit
BLUR = 3.2  # mm: deviation of the point spread, in the plane of a slice
BED = 120000  # ms per bed position

# Standardised uptake values one hour after injection; 0.6 for all others.
SUV = {
    T.AIR: 0.0, T.TABLE: 0.0, T.GAS: 0.05, T.LUNG: 0.4, T.FAT: 0.25, T.VISCERAL: 0.3,
    T.OMENTUM: 0.35, T.SCALP: 0.4, T.MUSCLE: 0.65, T.LIVER: 2.3, T.LIVER_VEIN: 1.9, T.SPLEEN: 1.8,
    T.CORTEX: 2.5, T.MEDULLA: 3.4, T.URINE: 13.0, T.LEFT_HEART: 5.5, T.MYOCARDIUM: 1.8,
    T.CHAMBER: 1.6, T.ARTERY: 1.6, T.VEIN: 1.5, T.LUNG_VESSEL: 0.9, T.BOWEL: 1.5, T.STOMACH: 1.4,
    T.STOOL: 0.8, T.MARROW: 1.4, T.BONE: 0.7, T.RIB: 0.8, T.DISC: 0.5, T.CORD: 1.3,
    T.GREY: 9.5, T.WHITE: 3.2, T.NUCLEI: 10.0, T.CSF: 0.5, T.VITREOUS: 0.2, T.MUCOSA: 1.8,
    T.GLAND: 1.6, T.BREAST: 0.8, T.TUMOUR: 9.5, T.CONSOLIDATION: 3.0, T.FLUID: 0.7,
}  # fmt: skip


@lru_cache(maxsize=1)
def uptake() -> NDArray[np.float32]:
    """Return SUV by label."""
    table = np.full(256, 0.6, np.float32)
    for tissue, value in SUV.items():
        table[tissue] = value
    return table


def stack(take: Take) -> Stack:
    """Return where the slices lie."""
    return stack_of(take.series, take.size, take.body, CENTRES[take.protocol.anatomy])


def activity(take: Take) -> float:
    """Return Bq/ml at an SUV of one, decay-corrected to the start of the scan."""
    return round(dose(take) / (take.body.weight * 1000), 4)


def dose(take: Take) -> float:
    """Return the injected activity, Bq: 3.7 MBq per kilogram."""
    return round(3.7e6 * take.body.weight)


def frames(take: Take) -> Iterator[Frame]:
    """Yield the slices in Bq/ml, as blurred and noisy as a scanner sees them."""
    from scipy.ndimage import gaussian_filter

    where, body = stack(take), take.body
    sampler = Sampler(volume_of(take.protocol.anatomy, body.sex), where, body,
                      lesions(take.finding))  # fmt: skip
    tile, shape = noise.tile("soft"), (take.size.rows, take.size.columns)
    scale = np.float32(activity(take) / SLOPE)
    sigma = BLUR / where.spacing
    for index in range(take.size.images):
        rng = noise.generator(*take.key, index)
        suv = gaussian_filter(sampler.slice(index, uptake(), 9.0), sigma)
        grain = noise.crop(tile, shape, rng) * np.float32(0.11 / noise.UNIT)
        suv += np.sqrt(np.maximum(suv, 0)) * grain
        suv *= scale
        stored = np.clip(np.rint(suv, out=suv), 0, 65535, out=suv).astype("<u2")
        yield _numbered(stack_frame(stored, where, index), index)


def _numbered(frame: Frame, index: int) -> Frame:
    """Add what counts slices and time."""
    when = f"{BED / 2 + index * 800:.1f}"
    values = {**frame.values, "ImageIndex": str(index + 1), "FrameReferenceTime": when}
    return Frame(pixels=frame.pixels, values=values)


def describe(ds: "Dataset", take: Take) -> None:
    """Add the PET modules (PS3.3 C.8.9)."""
    series, size, where = take.series, take.size, stack(take)
    ds.ImageType = ["ORIGINAL", "PRIMARY"]
    ds.SeriesType, ds.Units, ds.CountsSource = ["STATIC", "IMAGE"], "BQML", "EMISSION"
    ds.NumberOfSlices = size.images
    ds.CorrectedImage = ["NORM", "DTIM", "ATTN", "SCAT", "DECY", "RAN"]
    ds.RandomsCorrectionMethod, ds.ScatterCorrectionMethod = "DLYD", "Model-based"
    ds.AttenuationCorrectionMethod = "CT-based"
    ds.ReconstructionMethod = "OSEM3D 3i24s TOF"
    ds.DecayCorrection, ds.CollimatorType = "START", "NONE"
    ds.RescaleIntercept, ds.RescaleSlope = 0, decimal(SLOPE)
    ds.ActualFrameDuration, ds.DecayFactor = BED, "1.0"
    ds.SliceThickness, ds.SpacingBetweenSlices = series.thickness, decimal(where.step)
    ds.DoseCalibrationFactor, ds.DeadTimeFactor = 1, 1
    ds.BurnedInAnnotation, ds.LossyImageCompression = "NO", "00"
    top = activity(take) * 7
    ds.WindowCenter, ds.WindowWidth = decimal(top / 2), decimal(top)
    ds.RadiopharmaceuticalInformationSequence = [_tracer(take)]
    oriented = code_item("102538003", "SCT", "recumbent")
    oriented.PatientOrientationModifierCodeSequence = [code_item("40199007", "SCT", "supine")]
    ds.PatientOrientationCodeSequence = [oriented]
    ds.PatientGantryRelationshipCodeSequence = [code_item("102540008", "SCT", "headfirst")]


def _tracer(take: Take) -> "Dataset":
    from datetime import timedelta

    from pydicom import Dataset

    injected = take.exam.started - timedelta(minutes=62)
    item = Dataset()
    item.Radiopharmaceutical, item.RadionuclideTotalDose = "Fluorodeoxyglucose", dose(take)
    item.RadiopharmaceuticalStartTime = time_of(injected)
    item.RadiopharmaceuticalStartDateTime = date_of(injected) + time_of(injected)
    item.RadionuclideHalfLife, item.RadionuclidePositronFraction = "6586.2", "0.967"
    item.RadionuclideCodeSequence = [code_item("77004003", "SCT", "^18^Fluorine")]
    item.RadiopharmaceuticalCodeSequence = [
        code_item("35321007", "SCT", "Fluorodeoxyglucose F^18^")
    ]
    item.RadiopharmaceuticalRoute = "Intravenous"
    return item
