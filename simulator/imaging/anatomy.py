"""The phantoms by name: built once, kept packed, and unpacked for whoever is scanning.

A torso is 25 MB of labels that pack into one; unpacking takes 30 ms. So all of them stay at
hand, and in full only while somebody scans.
"""

import math
import zlib
from collections.abc import Callable
from functools import cache
from mmap import mmap
from threading import Lock
from weakref import WeakValueDictionary

import numpy as np

from simulator.errors import UsageError
from simulator.imaging import kept
from simulator.imaging.canvas import Volume
from simulator.imaging.head import head
from simulator.imaging.kept import Packed
from simulator.imaging.torso import torso
from simulator.imaging.whole_body import whole_body

CHUNK = 1 << 20  # bytes unpacked at a time

# Several devices start at once; each volume is still built once.
_BUILDING = Lock()

# Volumes that somebody is scanning right now.
_LIVE: WeakValueDictionary[tuple[str, str], Volume] = WeakValueDictionary()

# What lies in the middle of a picture, mm (x, y, z) of the phantom.
CENTRES = {"torso": (0.0, 10.0, 260.0), "head": (0.0, 0.0, -8.0), "body": (0.0, 10.0, 450.0)}

BUILDERS: dict[str, Callable[[str], Volume]] = {
    "torso": torso, "head": head, "body": whole_body,
}  # fmt: skip


def volume_of(anatomy: str, sex: str) -> Volume:
    """Return the label volume of an anatomy; built once, in under a second, then kept."""
    if anatomy not in BUILDERS:
        raise UsageError(f"There is no anatomy {anatomy!r}.", f"Choose {' or '.join(BUILDERS)}.")
    key = anatomy, "" if anatomy == "head" else sex
    with _BUILDING:
        volume = _LIVE.get(key) or _unpacked(*key)
        _LIVE[key] = volume
        return volume


def _unpacked(anatomy: str, sex: str) -> Volume:
    """Return a volume, read-only, in memory of its own that goes back to the system with it."""
    packed = _packed(anatomy, sex)
    size, place, rest = math.prod(packed.shape), 0, packed.data
    memory, stream = mmap(-1, size), zlib.decompressobj()
    while place < size:
        piece = stream.decompress(rest, CHUNK)
        memory[place : place + len(piece)] = piece
        place, rest = place + len(piece), stream.unconsumed_tail
    labels = np.frombuffer(memory, np.uint8).reshape(packed.shape)
    labels.flags.writeable = False
    return Volume(labels=labels, spacing=packed.spacing, origin=packed.origin)


def forget() -> None:
    """Drop what this process has unpacked or read, as if it had just started."""
    _LIVE.clear()
    _packed.cache_clear()


@cache
def _packed(anatomy: str, sex: str) -> Packed:
    """Return a packed volume: as an earlier process kept it, or built now."""
    name = f"{anatomy}-{sex}".rstrip("-")
    found = kept.read(name)
    if found is None:
        volume = BUILDERS[anatomy](sex)
        data = zlib.compress(volume.labels.data, 1)
        found = Packed(data, volume.labels.shape, volume.spacing, volume.origin)
        kept.write(name, found)
    return found
