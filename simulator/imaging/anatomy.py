"""The phantoms by name: built once, kept packed, and unpacked for whoever is scanning.

A torso is 25 MB of labels that pack into one; unpacking takes 30 ms. So all of them stay at
hand, and only the last one in full.
"""

import math
import zlib
from collections.abc import Callable
from functools import cache, lru_cache
from threading import Lock
from typing import NamedTuple

import numpy as np

from simulator.errors import UsageError
from simulator.imaging.canvas import Volume
from simulator.imaging.head import head
from simulator.imaging.torso import torso

# Several devices start at once; each volume is still built once.
_BUILDING = Lock()

# What lies in the middle of a picture, mm (x, y, z) of the phantom.
CENTRES = {"torso": (0.0, 10.0, 260.0), "head": (0.0, 0.0, -8.0)}

BUILDERS: dict[str, Callable[[str], Volume]] = {"torso": torso, "head": head}


class Packed(NamedTuple):
    """A volume whose labels are compressed."""

    data: bytes
    shape: tuple[int, ...]
    spacing: tuple[float, float, float]
    origin: tuple[float, float, float]


def volume_of(anatomy: str, sex: str) -> Volume:
    """Return the label volume of an anatomy; built once a process, in about a third of a second."""
    if anatomy not in BUILDERS:
        raise UsageError(f"There is no anatomy {anatomy!r}.", f"Choose {' or '.join(BUILDERS)}.")
    with _BUILDING:
        return _unpacked(anatomy, sex if anatomy == "torso" else "")


@lru_cache(maxsize=1)
def _unpacked(anatomy: str, sex: str) -> Volume:
    """Return a volume, read-only: its labels are the unpacked bytes themselves."""
    packed = _packed(anatomy, sex)
    raw = zlib.decompress(packed.data, bufsize=math.prod(packed.shape))
    labels = np.frombuffer(raw, np.uint8).reshape(packed.shape)
    return Volume(labels=labels, spacing=packed.spacing, origin=packed.origin)


@cache
def _packed(anatomy: str, sex: str) -> Packed:
    """Build a volume and pack it."""
    volume = BUILDERS[anatomy](sex)
    data = zlib.compress(volume.labels.data, 1)
    return Packed(data, volume.labels.shape, volume.spacing, volume.origin)
