"""Making a data set: recipes rendered, spoiled where they say so, one file after another."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from io import BytesIO

from pydicom import config, dcmread

from simulator.imaging import codecs
from simulator.imaging.study import Instance, acquire, instances_expected
from simulator.imaging.template import encode
from simulator.recipes import syntaxes
from simulator.recipes.cases import Case
from simulator.recipes.flaws import Flaw, flaw


@dataclass(frozen=True, kw_only=True)
class Item:
    """One file of a data set: where it lies, its bytes, and what is wrong with it."""

    path: str
    data: bytes
    case: int
    syntax: str
    wrong: tuple[str, ...] = ()

    @property
    def sha256(self) -> str:
        """The hash of its bytes."""
        return hashlib.sha256(self.data).hexdigest()


def expected(case: Case, pixels: str) -> int:
    """Return how many files `make` will yield."""
    return instances_expected(case.profile, case.exam.protocol, pixels)


def make(case: Case, *, seed: int, pixels: str) -> Iterator[Item]:
    """Yield the files of one study."""
    extra = case.part.syntax in syntaxes.EXTRA
    name = None if extra else case.part.syntax or None
    flaws = [flaw(key) for key in case.part.flaws]
    count = expected(case, pixels)
    made = acquire(case.profile, case.exam, seed=seed, pixels=pixels, transfer_syntax=name)
    for number, instance in enumerate(made, 1):
        here = [one for one in flaws if one.meets(number, count)]
        if extra:
            instance = syntaxes.converted(instance, case.part.syntax)
        yield Item(
            path=_path(case, instance),
            data=_file(instance, here),
            case=case.number,
            syntax=instance.transfer_syntax_uid,
            wrong=tuple(one.says for one in here),
        )


def _path(case: Case, instance: Instance) -> str:
    """Return a path of names that are our own."""
    series, image = instance.series_number, instance.instance_number
    return f"study-{case.number:04d}/series-{series:02d}/image-{image:04d}.dcm"


def _file(instance: Instance, flaws: list[Flaw]) -> bytes:
    edits = [one.edit for one in flaws if one.edit]
    if edits:
        instance = _edited(instance, edits)
    file = instance.part10()
    for one in flaws:
        if one.harm:
            file = one.harm(file)
    return file


def _edited(instance: Instance, edits: list) -> Instance:  # type: ignore[type-arg]
    """Return the instance with its header spoiled; pydicom must not object."""
    with config.disable_value_validation():
        ds = dcmread(BytesIO(instance.part10()))
        for edit in edits:
            edit(ds)
        data = encode(ds, instance.transfer_syntax_uid)
        return replace(instance, data=data, sop_instance_uid=str(ds.SOPInstanceUID))


def content_of(item: Item) -> str:
    """Return a hash of what a compressed file says, however its codec packed it; '' if no codec
    of others did.

    Codecs of another version may pack the same pixels into other bytes.
    """
    if item.syntax not in syntaxes.LIBRARY or item.wrong:
        return ""
    ds = dcmread(BytesIO(item.data))
    pixels = ds.pixel_array
    del ds.PixelData
    head = encode(ds, codecs.EXPLICIT)
    return hashlib.sha256(head + pixels.tobytes()).hexdigest()
