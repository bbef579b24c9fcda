"""A manifest: the hash of each file of a data set, as TOML, and how one is verified."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from simulator.config import build, read_toml
from simulator.errors import CannotError
from simulator.files import write_atomically
from simulator.recipes.recipe import folder

FORMAT = 1
NAME = "manifest.toml"  # in the folder of a data set that was made


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One file; `content` is a hash of what a compressed one says (building.content_of)."""

    file: str
    sha256: str
    content: str = ""


@dataclass(frozen=True, kw_only=True)
class Manifest:
    """What a data set must come out as; `digest` is over all lines `sha256  file`.

    `asked` is what else was said to make it: number of studies, pixels, seed. A manifest without
    objects has only their number and the digest.
    """

    name: str
    seed: int
    pixels: str
    studies: int
    objects: int
    digest: str
    format: int = FORMAT
    dicomdir: bool = False
    object: tuple[Entry, ...] = ()


def digest(entries: Iterable[Entry]) -> str:
    """Return one hash over the hashes of all files, in their order."""
    whole = hashlib.sha256()
    for entry in entries:
        whole.update(f"{entry.sha256}  {entry.file}\n".encode())
    return whole.hexdigest()


def write(manifest: Manifest, path: Path) -> None:
    """Write a manifest, one line an object."""
    head = {key: value for key, value in vars(manifest).items() if key != "object"}
    lines = [f"{key} = {json.dumps(value)}" for key, value in head.items()]
    rows = [_row(entry) for entry in manifest.object]
    lines += ["object = [", *rows, "]"] if rows else []
    write_atomically(path, ("\n".join(lines) + "\n").encode())


def _row(entry: Entry) -> str:
    facts = {key: value for key, value in vars(entry).items() if value}
    return "    { " + ", ".join(f"{key} = {json.dumps(v)}" for key, v in facts.items()) + " },"


def read(path: Path) -> Manifest:
    """Read a manifest."""
    table = read_toml(path)
    rows = tuple(build(Entry, row, str(path)) for row in table.get("object", ()))
    return build(Manifest, {**table, "object": rows}, str(path))


def committed(name: str) -> Path:
    """Return where the manifest of a data set stands."""
    return folder() / "manifests" / f"{name}.toml"


def expected(name: str) -> Manifest:
    """Return what a data set must come out as; CannotError if nobody has noted it yet."""
    path = committed(name)
    if not path.exists():
        raise CannotError(f"There is no manifest {path}.", "Write it: pacslab dataset note NAME.")
    return read(path)


def differences(wanted: Manifest, found: Sequence[Entry]) -> list[str]:
    """Return in words how files differ from a manifest; nothing if they do not."""
    if not wanted.object:
        same = (wanted.objects, wanted.digest) == (len(found), digest(found))
        return [] if same else [f"the digest of {len(found)} files is another one"]
    here = {entry.file: entry for entry in found}
    said = [_difference(entry, here.get(entry.file)) for entry in wanted.object]
    known = {entry.file for entry in wanted.object}
    return [
        *filter(None, said),
        *(f"{file} is not in the manifest" for file in here.keys() - known),
    ]


def _difference(wanted: Entry, found: Entry | None) -> str:
    if found is None:
        return f"{wanted.file} is missing"
    if found.sha256 == wanted.sha256:
        return ""
    if wanted.content and wanted.content == found.content:
        return ""  # the same header and pixels, packed by another version of a codec
    return f"{wanted.file} differs"
