"""Label volumes kept beside the compiled modules, so that each is built once an installation.

A file's name holds a digest of the sources that paint it: a change of the phantom is a new file.
Where that folder cannot be written, nothing is kept, and volumes are built in every process.
"""

import contextlib
import json
import os
import zlib
from functools import cache
from hashlib import sha256
from importlib.metadata import version
from importlib.util import cache_from_source
from pathlib import Path
from typing import NamedTuple

HERE = Path(__file__).parent
# What decides the labels; its libraries' versions do, too.
SOURCES = (
    "abdomen", "canvas", "face", "head", "hindbrain", "muscles", "noise", "skeleton", "thorax",
    "tissues", "torso", "whole_body",
)  # fmt: skip


class Packed(NamedTuple):
    """A volume whose labels are compressed."""

    data: bytes
    shape: tuple[int, ...]
    spacing: tuple[float, float, float]
    origin: tuple[float, float, float]


@cache
def _digest() -> str:
    """Return what changes with the phantoms."""
    digest = sha256(f"{version('numpy')} {version('scipy')}".encode())
    for name in SOURCES:
        digest.update((HERE / f"{name}.py").read_bytes())
    return digest.hexdigest()[:16]


def _place(name: str) -> Path:
    return Path(cache_from_source(__file__)).parent / f"{name}-{_digest()}.labels"


def read(name: str) -> Packed | None:
    """Return a kept volume; None where there is none, or none that is whole."""
    with contextlib.suppress(OSError, ValueError, KeyError):
        first, _, data = _place(name).read_bytes().partition(b"\n")
        about = json.loads(first)
        if zlib.crc32(data) == about["crc"]:
            x, y, z = about["spacing"]
            u, v, w = about["origin"]
            return Packed(data, tuple(about["shape"]), (x, y, z), (u, v, w))
    return None


def write(name: str, packed: Packed) -> None:
    """Keep a volume instead of its older versions, where that may be."""
    about = {"crc": zlib.crc32(packed.data), **packed._asdict()}
    del about["data"]
    place = _place(name)
    with contextlib.suppress(OSError):
        place.parent.mkdir(exist_ok=True)
        new = place.with_suffix(f".{os.getpid()}")
        new.write_bytes(json.dumps(about).encode() + b"\n" + packed.data)
        new.replace(place)
        for old in place.parent.glob(f"{name}-*.labels"):
            if old != place:
                old.unlink(missing_ok=True)
