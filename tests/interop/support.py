"""Other people's tools against our archive: how they are called, and how objects are compared."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pydicom
from pydicom import dcmread
from pydicom.dataset import Dataset
from pydicom.filereader import read_file_meta_info
from pydicom.uid import (
    JPEG2000,
    UID,
    DeflatedExplicitVRLittleEndian,
    ExplicitVRLittleEndian,
    ImplicitVRLittleEndian,
    JPEG2000Lossless,
    JPEGBaseline8Bit,
    JPEGExtended12Bit,
    JPEGLosslessSV1,
    JPEGLSLossless,
    JPEGLSNearLossless,
    RLELossless,
)

from tests.archive.support import Lab
from tests.peers import peer, run

# DCMTK's options: a store's is -x?, a get's +x?
LETTER: dict[str, str] = {
    JPEGLosslessSV1: "s",
    JPEGBaseline8Bit: "y",
    JPEGExtended12Bit: "x",
    JPEG2000Lossless: "v",
    JPEG2000: "w",
    JPEGLSLossless: "t",
    JPEGLSNearLossless: "u",
    RLELossless: "r",
}
NAGLE_OFF = {"TCP_NODELAY": "1"}


def tool(
    name: str, lab: Lab, *arguments: object, ae: str = "CT1"
) -> subprocess.CompletedProcess[str]:
    """Run one of DCMTK's clients against the archive."""
    where = ("-aet", ae, "-aec", "PACSLAB", *arguments[:0])
    files = [item for item in arguments if isinstance(item, Path)]
    options = [item for item in arguments if not isinstance(item, Path)]
    return run(peer(name), *where, *options, "127.0.0.1", lab.port, *files)


def pynetdicom_app(name: str, lab: Lab, *arguments: object, cwd: Path) -> str:
    """Run one of pynetdicom's clients against the archive; return what it says."""
    done = subprocess.run(
        [sys.executable, "-m", "pynetdicom", name, "127.0.0.1", str(lab.port),
         "-aet", "CT1", "-aec", "PACSLAB", *map(str, arguments)],
        cwd=cwd, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=30,
        env={**os.environ, **NAGLE_OFF}, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout
    return done.stdout


@dataclass(frozen=True, kw_only=True)
class Sample:
    """A file that pydicom ships, as it would be sent: its data set is everything after the meta."""

    path: Path
    sop_class: str
    sop_instance: str
    syntax: str
    data: bytes

    @property
    def name(self) -> str:
        """What to call it in a test."""
        return self.path.name


@cache
def samples() -> tuple[Sample, ...]:
    """Return all whole Part 10 files with an identity that pydicom ships, one of each content."""
    folder = Path(pydicom.__file__).parent / "data" / "test_files"
    found: dict[bytes, Sample] = {}
    for path in sorted(folder.rglob("*")):
        if path.is_file() and (made := _sample(path)):
            found.setdefault(made.data, made)
    return tuple(found.values())


def _sample(path: Path) -> Sample | None:
    try:
        ds = dcmread(path, stop_before_pixels=True, specific_tags=["SOPInstanceUID"])
        meta = ds.file_meta
        whole = path.read_bytes()
        start = 132 + 12 + int(meta.FileMetaInformationGroupLength)
        return Sample(
            path=path,
            sop_class=str(meta.MediaStorageSOPClassUID),
            sop_instance=str(ds.SOPInstanceUID),
            syntax=str(meta.TransferSyntaxUID),
            data=whole[start:],
        )
    except Exception:  # not DICOM, or a file that is broken on purpose
        return None


def data_set_bytes(path: Path) -> bytes:
    """Return the encoded data set of a Part 10 file."""
    meta = read_file_meta_info(path)
    return path.read_bytes()[132 + 12 + int(meta.FileMetaInformationGroupLength) :]


def differences(sent: Dataset, back: Dataset) -> list[str]:
    """Return the keywords in which two data sets differ; group lengths and padding do not count."""

    def plain(ds: Dataset) -> dict[int, object]:
        return {
            int(element.tag): element.value
            for element in ds
            if element.tag.element != 0 and element.tag != 0xFFFCFFFC
        }

    one, other = plain(sent), plain(back)
    return [
        f"{tag:08X} {pydicom.datadict.keyword_for_tag(tag)}"
        for tag in sorted(one.keys() | other.keys())
        if one.get(tag) != other.get(tag)
    ]


def is_plain(syntax: str) -> bool:
    """Return whether this is one of the uncompressed syntaxes."""
    return not UID(syntax).is_compressed and syntax != DeflatedExplicitVRLittleEndian


def by_syntax(chosen: Iterable[Sample]) -> dict[str, list[Sample]]:
    """Return samples by transfer syntax, no SOP Instance UID twice in a group."""
    groups: dict[str, dict[str, Sample]] = {}
    for sample in chosen:
        groups.setdefault(sample.syntax, {}).setdefault(sample.sop_instance, sample)
    return {syntax: list(group.values()) for syntax, group in groups.items()}


PLAIN = (ExplicitVRLittleEndian, ImplicitVRLittleEndian)
