"""Acquiring an exam onto a device's disk: the heavy part, which a helper process can do."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from simulator.crew import Crew
from simulator.fleet.disk import Image
from simulator.fleet.profile import ModalityProfile
from simulator.imaging.exam import Exam
from simulator.imaging.study import Instance, acquire


def acquired(
    crew: Crew | None, place: Path, profile: ModalityProfile, exam: Exam, seed: int, pixels: str,
    syntax: str | None, uids: tuple[object, ...] = (),
) -> tuple[Image, ...]:  # fmt: skip
    """Write the images of an exam into the folder `place`; with a crew, one of its helpers does."""
    call = (place, profile, exam, seed, pixels, syntax, uids)
    return crew.run(_acquire, *call) if crew else _acquire(*call)


def _acquire(
    place: Path, profile: ModalityProfile, exam: Exam, seed: int, pixels: str, syntax: str | None,
    uids: tuple[object, ...],
) -> tuple[Image, ...]:  # fmt: skip
    made = acquire(profile, exam, seed=seed, pixels=pixels, transfer_syntax=syntax, uids=uids)
    return tuple(_stored(place, made))


def _stored(place: Path, instances: Iterable[Instance]) -> Iterable[Image]:
    for number, instance in enumerate(instances, 1):
        file = f"{number:05d}.dcm"
        (place / file).write_bytes(instance.part10())
        yield Image(
            file=file,
            sop_class_uid=instance.sop_class_uid,
            sop_instance_uid=instance.sop_instance_uid,
            series_uid=instance.series_uid,
            transfer_syntax_uid=instance.transfer_syntax_uid,
        )


def ready() -> bool:
    """Do nothing: a helper that has done it has loaded what it takes to draw."""
    return True
