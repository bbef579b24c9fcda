"""Nuclear medicine: a whole-body bone scan from front and back at once (PS3.3 A.5)."""

from collections.abc import Sequence
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from simulator.imaging import noise, skeleton
from simulator.imaging.beads import draw
from simulator.imaging.frame import Frame, Pixels, Take
from simulator.imaging.header import code_item, time_of
from simulator.imaging.skeleton import Tube

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pydicom import Dataset

Array = NDArray[np.float32]

PIXELS = Pixels(16)
VARYING = ("AcquisitionTime",)
CELL = 2.4  # mm of the cached count maps
TALL, WIDE, TOP = 2000.0, 600.0, 920.0  # mm; TOP in phantom coordinates (the pubis is at zero)

Line = tuple[tuple[float, float, float], ...]


def _bones(front: bool) -> list[tuple[list[Tube], float]]:
    """Return bones with their uptake; what is nearer to the camera counts more."""
    near, far = (1.0, 0.45)
    ribs = [Tube(line=r.line, radii=tuple(0.8 * q for q in r.radii)) for r in skeleton.ribs()]
    spine = [
        Tube(line=((-w, 0.0, z), (w, 0.0, z)), radii=(9.0, 9.0))
        for name, z, _ in skeleton.vertebrae()
        for w in ((15.0,) if name[0] == "L" else (9.0,))
    ]
    limbs = [_pair(side, *line) for side in (1.0, -1.0) for line in LIMBS]
    pelvis = [
        Tube(line=((s * 30, 0, 130), (s * 80, 0, 150), (s * 116, 0, 130)), radii=(14, 16, 9))
        for s in (1.0, -1.0)
    ]
    hips = [
        Tube(line=((s * 34, 0, 40), (s * 70, 0, 34), (s * 92, 0, 66)), radii=(8, 11, 17))
        for s in (1.0, -1.0)
    ]
    sternum = [Tube(line=((0, 0, 556), (0, 0, 500), (0, 0, 430)), radii=(15, 11, 9))]
    blades = [
        Tube(line=((s * 80, 0, 570), (s * 108, 0, 540), (s * 96, 0, 462)), radii=(10, 20, 6))
        for s in (1.0, -1.0)
    ]
    return [
        (ribs, 0.8),
        (spine, far * 1.5 if front else near * 1.7),
        (limbs, 0.75),
        (pelvis, 0.5 if front else 0.75),
        (hips, 0.7),
        (sternum, 1.1 if front else 0.25),
        (blades, 0.25 if front else 0.8),
        ([Tube(line=((0, 0, 740), (0, 0, 800)), radii=(62, 66))], 0.16),
        ([Tube(line=((0, 0, 684), (0, 0, 690)), radii=(26, 30))], 0.3 if front else 0.1),
        ([Tube(line=((0, 0, 66), (0, 0, 74)), radii=(30, 30))], 0.95 if front else 0.4),
        (_kidneys(), 0.12 if front else 0.45),
    ]


# Centre lines (x, z) of one side's long bones with their radii, mm.
LIMBS = (
    (((168, 578), (184, 470), (196, 330)), (17.0, 7.0, 12.0)),
    (((196, 318), (204, 200), (212, 92)), (11.0, 5.0, 8.0)),
    (((212, 80), (216, 40), (220, -20)), (12.0, 13.0, 6.0)),
    (((26, 560), (90, 592), (160, 590)), (6.0, 4.0, 7.0)),
    (((128, 50), (112, -180), (96, -390)), (15.0, 10.0, 21.0)),
    (((96, -412), (94, -600), (92, -790)), (21.0, 8.0, 12.0)),
    (((92, -806), (104, -850), (112, -900)), (14.0, 11.0, 6.0)),
)


def _pair(side: float, points: Sequence[tuple[float, float]], radii: tuple[float, ...]) -> Tube:
    return Tube(line=tuple((side * x, 0.0, float(z)) for x, z in points), radii=radii)


def _kidneys() -> list[Tube]:
    return [
        Tube(line=((s * 62.0, 0.0, 262.0), (s * 58.0, 0.0, 312.0)), radii=(24.0, 22.0))
        for s in (1.0, -1.0)
    ]


BODY: tuple[tuple[Line, tuple[float, ...]], ...] = (
    (((0, 0, 780), (0, 0, 700), (0, 0, 640), (0, 0, 590)), (76, 64, 60, 110)),
    (((0, 0, 560), (0, 0, 300), (0, 0, 60)), (168, 150, 172)),
    (((190, 0, 560), (200, 0, 300), (216, 0, 0)), (44, 36, 24)),
    (((-190, 0, 560), (-200, 0, 300), (-216, 0, 0)), (44, 36, 24)),
    (((96, 0, 60), (96, 0, -380), (94, 0, -860)), (80, 58, 36)),
    (((-96, 0, 60), (-96, 0, -380), (-94, 0, -860)), (80, 58, 36)),
)


@lru_cache(maxsize=2)
def counts(front: bool) -> Array:
    """Return mean counts (rows, columns) at 2.4 mm, blurred as a collimator blurs."""
    from scipy.ndimage import gaussian_filter

    shape = (round(TALL / CELL), round(WIDE / CELL))
    image = np.zeros(shape, np.float32)
    for tubes, uptake in _bones(front):
        draw(image, tubes, _place, CELL, uptake, 0.0)
    body = np.zeros(shape, np.float32)
    for line, radii in BODY:
        single = np.zeros(shape, np.float32)
        draw(single, [Tube(line=line, radii=radii)], _place, CELL, 0.018, 0.0)
        np.maximum(body, single, out=body)
    image += body
    gaussian_filter(image, 2.4, output=image)
    image.flags.writeable = False
    return image


def _place(spot: Sequence[float]) -> tuple[float, float]:
    """Return the (row, column) of a point (mm)."""
    return (TOP - spot[2]) / CELL, (spot[0] + WIDE / 2) / CELL


HOT = ((-104, 470), (92, 420), (8, 250), (-6, 346), (70, 128), (-118, -60), (30, 520), (186, 500))


def frames(take: Take) -> "Iterator[Frame]":
    """Yield one image of two frames: anterior, posterior."""
    for index in range(take.size.images):
        yield Frame(pixels=_views(take, index))


def _views(take: Take, index: int) -> "Iterator[NDArray[np.uint16]]":
    """Yield counts (rows, columns) with Poisson-like noise; the back is seen mirrored."""
    from simulator.imaging.projection import taken

    size = take.size
    row = (np.arange(size.rows) + 0.5) * (TALL / CELL / size.rows) - 0.5
    column = (np.arange(size.columns) + 0.5) * (WIDE / CELL / size.columns) - 0.5
    for front in (True, False):
        image = counts(front)
        if take.finding is not None and take.finding.name == "bone metastases":
            image = _with_spots(image, take)
        mean = taken(image, row, column if front else column[::-1]) * np.float32(1.9)
        rng = noise.generator(*take.key, index, front)
        grain = noise.crop(noise.tile("white"), mean.shape, rng) * np.float32(1 / noise.UNIT)
        mean += np.sqrt(mean) * grain
        yield np.clip(np.rint(mean, out=mean), 0, 65535, out=mean).astype("<u2")


def _with_spots(image: Array, take: Take) -> Array:
    """Return the map with foci of high uptake, a patient's own choice of places."""
    rng = noise.generator("foci", take.exam.patient_id)
    image = image.copy()
    for x, z in HOT:
        if rng.random() < 0.75:
            size = 6 + 5 * float(rng.random())
            line = ((float(x), 0.0, float(z)), (x + 4.0, 0.0, z + 3.0))
            draw(image, [Tube(line=line, radii=(size, size))], _place, CELL, 5.0, 0.0)
    from scipy.ndimage import gaussian_filter

    blurred: Array = gaussian_filter(image, 1.2)
    return blurred


def describe(ds: "Dataset", take: Take) -> None:
    """Add the NM modules (PS3.3 C.8.4)."""
    from pydicom import Dataset
    from pydicom.tag import Tag

    size = take.size
    ds.ImageType = ["ORIGINAL", "PRIMARY", "WHOLE BODY", "EMISSION"]
    ds.FrameIncrementPointer = [Tag("EnergyWindowVector"), Tag("DetectorVector")]
    ds.EnergyWindowVector, ds.NumberOfEnergyWindows = [1, 1], 1
    ds.DetectorVector, ds.NumberOfDetectors = [1, 2], 2
    ds.PixelSpacing = [round(TALL / size.rows, 4), round(WIDE / size.columns, 4)]
    ds.CountsAccumulated = 2100000
    ds.ActualFrameDuration, ds.AcquisitionTerminationCondition = 900000, "DIST"
    ds.WholeBodyTechnique, ds.ScanVelocity, ds.ScanLength = "1PS", 2.2, 1950
    ds.BurnedInAnnotation, ds.LossyImageCompression = "NO", "00"
    ds.WindowCenter, ds.WindowWidth = 30, 60
    ds.PatientOrientationCodeSequence = [_oriented("102538003", "recumbent", "40199007", "supine")]
    ds.PatientGantryRelationshipCodeSequence = [code_item("102540008", "SCT", "headfirst")]
    ds.EnergyWindowInformationSequence = [Dataset()]
    window = Dataset()
    window.EnergyWindowLowerLimit, window.EnergyWindowUpperLimit = 126, 154
    ds.EnergyWindowInformationSequence[0].EnergyWindowName = "Tc99m"
    ds.EnergyWindowInformationSequence[0].EnergyWindowRangeSequence = [window]
    ds.RadiopharmaceuticalInformationSequence = [_tracer(take)]
    ds.DetectorInformationSequence = [_detector(code, m) for code, m in (
        ("272461004", "anterior projection"), ("272462006", "posterior projection"))]  # fmt: skip


def _oriented(code: str, meaning: str, how: str, words: str) -> "Dataset":
    item = code_item(code, "SCT", meaning)
    item.PatientOrientationModifierCodeSequence = [code_item(how, "SCT", words)]
    return item


def _tracer(take: Take) -> "Dataset":
    from pydicom import Dataset

    item = Dataset()
    item.Radiopharmaceutical, item.RadionuclideTotalDose = "Tc99m-MDP", 620
    item.RadiopharmaceuticalStartTime = time_of(take.exam.started)
    item.RadionuclideCodeSequence = [code_item("72454003", "SCT", "^99m^Technetium")]
    item.RadiopharmaceuticalCodeSequence = [
        code_item("407743006", "SCT", "Technetium Tc^99m^ medronate")
    ]
    item.RadiopharmaceuticalRoute = "Intravenous"
    item.AdministrationRouteCodeSequence = [code_item("47625008", "SCT", "Intravenous route")]
    return item


def _detector(code: str, meaning: str) -> "Dataset":
    from pydicom import Dataset

    item = Dataset()
    item.CollimatorGridName, item.CollimatorType, item.FocalDistance = "LEHR", "PARA", ""
    item.FieldOfViewShape, item.FieldOfViewDimensions = "RECTANGLE", [540, 400]
    item.ZoomFactor = [1, 1]
    item.ViewCodeSequence = [code_item(code, "SCT", meaning)]
    item.ImagePositionPatient, item.ImageOrientationPatient = [0, 0, 0], [1, 0, 0, 0, 0, -1]
    return item
