"""One PNG with a few images of every device: `contact_sheet("sheet.png")`."""

from collections.abc import Iterator
from datetime import datetime
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from simulator.fleet.profile import ModalityProfile, load_profiles
from simulator.imaging.exam import Exam
from simulator.imaging.study import acquire
from simulator.imaging.uids import make_uid

TILE = 256  # pixels per side
COLUMNS = 6


def contact_sheet(
    path: Path | str, seed: int = 1, pixels: str = "small", devices: tuple[str, ...] = ()
) -> None:
    """Write a PNG with six images of every protocol of the fleet, a row each."""
    from PIL import Image

    rows = []
    for name, profile in load_profiles().items():
        if not devices or name in devices:
            rows += [_row(profile, key, seed, pixels) for key in profile.protocols]
    Image.fromarray(np.vstack(rows)).save(path)


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


def _row(profile: ModalityProfile, protocol: str, seed: int, pixels: str) -> NDArray[np.uint8]:
    """Return one row of the sheet: images spread over an exam, or over several patients' exams."""
    pictures: list[NDArray[np.uint8]] = []
    patient = 0
    while len(pictures) < COLUMNS:
        patient += 1
        exam = sample_exam(profile, protocol, patient)
        pictures += _displayed(acquire(profile, exam, seed=seed, pixels=pixels))
    row = np.zeros((TILE, TILE * COLUMNS, 3), np.uint8)
    step = len(pictures) / COLUMNS if patient == 1 else 1
    for i in range(COLUMNS):
        tile = _fit(pictures[int(step * (i + 0.5))])
        top, left = (TILE - tile.shape[0]) // 2, i * TILE + (TILE - tile.shape[1]) // 2
        row[top : top + tile.shape[0], left : left + tile.shape[1]] = tile
    return row


def _displayed(instances: Iterator[Any]) -> Iterator[NDArray[np.uint8]]:
    """Yield each instance as a viewer shows it, (rows, columns, 3)."""
    from pydicom import dcmread

    for instance in instances:
        ds = dcmread(BytesIO(instance.part10()))
        image = ds.pixel_array
        if image.ndim == 2:
            slope, intercept = (
                float(ds.get("RescaleSlope", 1)),
                float(ds.get("RescaleIntercept", 0)),
            )
            low = float(ds.WindowCenter) - float(ds.WindowWidth) / 2
            grey = (image * slope + intercept - low) * (255 / float(ds.WindowWidth))
            image = np.clip(grey, 0, 255)[:, :, None].repeat(3, axis=2)
        yield image.astype(np.uint8)


def _fit(picture: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Return the picture scaled to fit a tile."""
    from PIL import Image

    image = Image.fromarray(picture)
    image.thumbnail((TILE, TILE))
    if max(image.size) < TILE:
        factor = TILE / max(image.size)
        image = image.resize((int(image.width * factor), int(image.height * factor)))
    return np.asarray(image)
