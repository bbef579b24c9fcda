"""How fast the fleet draws: CPU time of one core, each beside its target.

An image is rendered, encoded and written to a file, as a device does. The naive path draws the
same CT slice with `map_coordinates` and builds and saves its data set with pydicom, each time.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from itertools import islice
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np

from simulator.fleet.profile import load_profiles
from simulator.imaging import anatomy
from simulator.imaging.contact_sheet import sample_exam
from simulator.imaging.study import Instance, acquire

# What a picture may cost, ms of CPU: device, protocol, which of its objects, target.
PICTURES = (
    ("CT 512 x 512", "CT1", "chest", (0, 200), 5.0),
    ("chest X-ray, 5 megapixels", "DX1", "chest", (0, 2), 300.0),
    ("MR 256 x 256", "MR1", "brain", (75, 251), 3.0),
    ("ultrasound frame", "US1", "abdomen", (0, 30), 25.0),
    ("mammogram", "MG1", "screening", (0, 4), 300.0),
)
VOLUME = 300.0  # ms to load a body
BETTER = 7.0  # times the naive path


def measure(folder: Path) -> list[tuple[str, str, str, bool]]:
    """Return what was measured, its value, its target and whether it is met."""
    folder.mkdir(parents=True, exist_ok=True)
    rows = []
    for what, device, protocol, which, target in PICTURES:
        cost = _drawn(folder, device, protocol, which)
        rows.append((what, f"{cost:.1f} ms", f"≤ {target:.0f} ms", cost <= target))
        if device == "CT1":
            rate, slow = 1000 / cost, _naive(folder)
            rows.append(("CT, one core", f"{rate:.0f}/s", "≥ 200/s", rate >= 200))
            rows.append(("CT, naive numpy and pydicom", f"{1000 / slow:.0f}/s", "", True))
            better = slow / cost
            rows.append(("CT, times the naive path", f"×{better:.1f}", f"≥ ×{BETTER:.0f}",
                         better >= BETTER))  # fmt: skip
    for name, sex in (("torso", "F"), ("head", ""), ("body", "M")):
        anatomy.volume_of(name, sex)  # kept for the next process, which the next lines play
        anatomy.forget()
        cost = _timed(lambda name=name, sex=sex: anatomy.volume_of(name, sex))
        rows.append((f"{name}'s label volume", f"{cost:.0f} ms", f"≤ {VOLUME:.0f} ms",
                     cost <= VOLUME))  # fmt: skip
    return rows


def show(rows: list[tuple[str, str, str, bool]]) -> None:
    """Print each quantity beside its target."""
    print("\nPictures: CPU time of one core, written to a file each; medians of three patients")
    for what, value, target, met in rows:
        print(f"  {what:32} {value:>10}   {target:10} {'' if met else 'MISSED'}".rstrip())


def _drawn(folder: Path, device: str, protocol: str, which: tuple[int, int]) -> float:
    """Return ms an image, the median of three patients after one that fills the caches."""
    profile = load_profiles()[device]
    first, last = which

    def exam(patient: int) -> float:
        exam = sample_exam(profile, protocol, patient)
        made = acquire(profile, exam, seed=1, pixels="full")
        for _ in islice(made, first):
            pass
        return _timed(lambda: _write(folder, islice(made, last - first))) / (last - first)

    for patient in (1, 2):  # of either sex
        exam(patient)
    return median(exam(patient) for patient in (3, 4, 5))


def _write(folder: Path, instances: Iterator[Instance]) -> None:
    for number, instance in enumerate(instances):
        (folder / f"{number % 16}.dcm").write_bytes(instance.part10())


def _timed(work: Callable[[], Any]) -> float:
    """Return the milliseconds of CPU that some work takes, of all threads of this process."""
    began = time.process_time()
    work()
    return (time.process_time() - began) * 1000


def _naive(folder: Path, count: int = 10) -> float:
    """Return ms a CT slice the obvious way."""
    profile = load_profiles()["CT1"]
    exam = sample_exam(profile, "chest", 1)
    first = next(acquire(profile, exam, seed=1, pixels="full"))
    volume = anatomy.volume_of("torso", "F")
    return _timed(lambda: [_naive_slice(folder, first, volume, k) for k in range(count)]) / count


def _naive_slice(folder: Path, first: Instance, volume: Any, number: int) -> None:
    """Resample, blur and grain one slice, and build and save its data set."""
    from io import BytesIO

    from pydicom import Dataset, FileDataset, dcmread
    from pydicom.uid import ExplicitVRLittleEndian, generate_uid
    from scipy.ndimage import gaussian_filter, map_coordinates

    from simulator.imaging.tissues import hounsfield

    plane = hounsfield("native")[volume.labels[120 + number]]
    rows, columns = np.mgrid[0:512, 0:512].astype(np.float64)
    picture = map_coordinates(plane, [rows * 0.5, columns * 0.7], order=1)
    picture = gaussian_filter(picture, 0.8) + np.random.default_rng(number).normal(
        0, 12, (512, 512)
    )
    old = dcmread(BytesIO(first.part10()))
    ds = FileDataset(None, Dataset(), file_meta=old.file_meta, preamble=bytes(128))
    for element in old:
        ds.add_new(element.tag, element.VR, element.value)
    ds.SOPInstanceUID = ds.file_meta.MediaStorageSOPInstanceUID = generate_uid()
    ds.InstanceNumber = number
    ds.PixelData = np.clip(picture + 1024, 0, 4095).astype("<u2").tobytes()
    ds.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    ds.save_as(folder / "naive.dcm", enforce_file_format=True)
