"""Ultrasound clips: the same screen, moving (PS3.3 A.7)."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from simulator.imaging import noise, us
from simulator.imaging.frame import Frame, Pixels, Take
from simulator.imaging.template import decimal

if TYPE_CHECKING:
    from pydicom import Dataset

PIXELS = Pixels(8, 3)
VARYING = ("AcquisitionTime",)
RATE = 30  # frames a second


def frames(take: Take) -> Iterator[Frame]:
    """Yield one clip an image, scene after scene."""
    names = take.series.recipe.split("+")
    for index in range(take.size.images):
        yield Frame(pixels=_clip(take, names[index % len(names)], index))


def _clip(take: Take, name: str, index: int) -> Iterator[NDArray[np.uint8]]:
    """Yield RGB frames (rows, columns, 3); a clip is one heart beat or breath."""
    patient = (take.body.scale, take.body.bend)
    place = tuple(int(v) for v in noise.generator(*take.key, index).integers(0, 300, 2))
    for number in range(take.size.frames):
        scene = us.scene_of(name, patient, take, 0, number / take.size.frames)
        rng = noise.generator(*take.key, index, number)
        yield us.screen(us.shown(scene, us.moving_speckle(place, number), rng), name, take, number)


def describe(ds: "Dataset", take: Take) -> None:
    """Add the US modules, Multi-frame and Cine (PS3.3 C.8.5.6, C.7.6.5)."""
    from pydicom.tag import Tag

    us.describe(ds, take)
    ds.FrameTime, ds.FrameIncrementPointer = decimal(1000 / RATE), Tag("FrameTime")
    ds.CineRate = ds.RecommendedDisplayFrameRate = RATE
    ds.HeartRate = 72
    if "heart" in take.series.recipe:
        ds.ImageType = ["ORIGINAL", "PRIMARY", "TTE", "0001"]
