"""One PNG with a few images of every device: `contact_sheet("sheet.png")`."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from simulator.fleet.profile import ModalityProfile, load_profiles
from simulator.imaging import lettering
from simulator.imaging.exam import Exam
from simulator.imaging.study import Instance, acquire
from simulator.imaging.uids import make_uid

if TYPE_CHECKING:
    from pydicom import Dataset

TILE = 256  # pixels per side
COLUMNS = 6
Shot = tuple[str, str, str]  # device, protocol, indication
# What the README shows: an examination a row, or a row of examinations.
SHOWN: tuple[tuple[Shot, ...], ...] = (
    (("CT1", "chest", "Weight loss"),),
    (("CT1", "head", "Head injury"),),
    (("MR1", "brain", "First seizure"),),
    (("MR1", "lspine", "Back pain"),),
    (
        *(("DX1", "chest", "Shortness of breath"), ("DX1", "abdomen", "")),
        *(("DX2", "pelvis", ""), ("CR1", "knee", "")),
        *(("DX2", "ankle", "Fracture"), ("CR1", "hand", "")),
    ),
    (("MG1", "screening", ""),),
    (("US1", "abdomen", "Upper quadrant pain"),),
    (("XA1", "coronary", "Angina"),),
    (("RF1", "swallow", ""),),
    (("NM1", "bone", "Bone pain"),),
    (("PT1", "wholebody", ""),),
)


def contact_sheet(
    path: Path | str,
    seed: int = 1,
    pixels: str = "small",
    devices: tuple[str, ...] = (),
    indication: str = "",
    rows: tuple[tuple[Shot, ...], ...] = (),
) -> None:
    """Write a PNG with six images of every protocol of the fleet, a labelled row each.

    An indication brings its finding into the pictures. `rows` chooses what is shown.
    """
    from PIL import Image

    chosen = rows or tuple(
        ((name, protocol, indication),)
        for name, profile in load_profiles().items()
        if not devices or name in devices
        for protocol in profile.protocols
    )
    Image.fromarray(np.vstack([_row(shots, seed, pixels) for shots in chosen])).save(path)


def sample_exam(profile: ModalityProfile, protocol: str, patient: int = 1) -> Exam:
    """Return an exam of an invented patient, for pictures and tests."""
    return Exam(
        patient_name=("Okafor^Grace", "Lindqvist^Erik")[patient % 2 == 0],
        patient_id=f"PL{patient:06d}",
        issuer="PACSLAB",
        birth_date="19680517",
        sex="FM"[patient % 2 == 0],
        accession=f"A{patient:07d}",
        study_uid=make_uid("sample study", profile.name, protocol, patient),
        requested_procedure_id=f"RP{patient:06d}",
        step_id=f"SPS{patient:06d}",
        procedure=profile.protocol(protocol).description,
        protocol=protocol,
        indication="Persistent cough",
        referring="Marsh^Helen",
        performing="Tech^One",
        institution="Harbour General Hospital",
        station=profile.ae_title,
        started=datetime(2026, 3, 2, 9, 15),
        pps_uid=make_uid("sample step", profile.name, protocol, patient),
        pps_id=f"PPS{patient:06d}",
    )


def _row(shots: tuple[Shot, ...], seed: int, pixels: str) -> NDArray[np.uint8]:
    """Return one row: images spread over an exam, over several patients', or over many exams."""
    fleet = load_profiles()
    pictures: list[NDArray[np.uint8]] = []
    patient = 0
    while len(pictures) < COLUMNS:
        patient += 1
        for name, protocol, indication in shots:
            exam = sample_exam(fleet[name], protocol, patient)
            exam = replace(exam, indication=indication or exam.indication)
            made = _displayed(acquire(fleet[name], exam, seed=seed, pixels=pixels))
            pictures += made if len(shots) == 1 else [next(made)]
    row = np.zeros((TILE, TILE * COLUMNS, 3), np.uint8)
    step = len(pictures) / COLUMNS if patient == 1 else 1
    for i in range(COLUMNS):
        tile = _fit(pictures[int(step * (i + 0.5))])
        top, left = (TILE - tile.shape[0]) // 2, i * TILE + (TILE - tile.shape[1]) // 2
        row[top : top + tile.shape[0], left : left + tile.shape[1]] = tile
    first = fleet[shots[0][0]]
    named = f"{first.name} {first.protocols[shots[0][1]].description}"
    lettering.write(row, named if len(shots) == 1 else "Plain radiography", 2, 3, 255)
    return row


def _displayed(instances: Iterator[Instance]) -> Iterator[NDArray[np.uint8]]:
    """Yield each image as a viewer shows it, (rows, columns, 3); of clips a few frames."""
    from pydicom import dcmread

    for instance in instances:
        ds = dcmread(BytesIO(instance.part10()))
        if "Rows" not in ds:
            continue
        pixels = ds.pixel_array
        count = int(ds.get("NumberOfFrames", 1))
        shots = pixels[:: max(1, count // COLUMNS)] if count > 1 else [pixels]
        for image in shots:
            yield _windowed(ds, image)


def _windowed(ds: "Dataset", image: NDArray[Any]) -> NDArray[np.uint8]:
    """Return grey values as the header asks for them, in three equal colours."""
    if image.ndim == 3:
        return image.astype(np.uint8)
    slope, intercept = float(ds.get("RescaleSlope", 1)), float(ds.get("RescaleIntercept", 0))
    where = ds
    if "SharedFunctionalGroupsSequence" in ds:
        shared = ds.SharedFunctionalGroupsSequence[0]
        where = shared.FrameVOILUTSequence[0]
        intercept = float(shared.PixelValueTransformationSequence[0].RescaleIntercept)
    low = float(where.WindowCenter) - float(where.WindowWidth) / 2
    grey = (image * slope + intercept - low) * (255 / float(where.WindowWidth))
    if ds.PhotometricInterpretation == "MONOCHROME1":
        grey = 255 - grey
    if ds.Modality in ("NM", "PT"):
        grey = 255 - grey  # hot spots are shown dark
    rgb: NDArray[np.uint8] = np.clip(grey, 0, 255)[:, :, None].repeat(3, axis=2).astype(np.uint8)
    return rgb


def _fit(picture: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Return the picture scaled to fit a tile."""
    from PIL import Image

    image = Image.fromarray(picture)
    image.thumbnail((TILE, TILE))
    if max(image.size) < TILE:
        factor = TILE / max(image.size)
        image = image.resize((int(image.width * factor), int(image.height * factor)))
    return np.asarray(image)
