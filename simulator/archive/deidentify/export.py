"""An export for research or teaching: studies without identities as a ZIP file, and its report.

One object at a time is in memory. The map between old and new names is a file of its own, readable
by its owner only, that never goes into the ZIP.
"""

from __future__ import annotations

import csv
import io
import json
import os
import re
import shutil
import threading
import zipfile
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.filereader import dcmread
from pydicom.uid import UID

from simulator.archive.deidentify import pixels, rules
from simulator.archive.deidentify.dataset import Cleaner, Notes
from simulator.archive.deidentify.pseudonyms import Pseudonyms, project_key
from simulator.archive.deidentify.rules import Profile
from simulator.archive.index import Location
from simulator.errors import CannotError, RefusedError, UsageError
from simulator.imaging.part10 import IMPLEMENTATION_NAME, IMPLEMENTATION_UID
from simulator.results import harmless

_PROJECT = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,31}")
_ALWAYS_2000 = (2000, 1, 1, 0, 0, 0)  # when a file was written says when the patient was here


@dataclass(frozen=True, kw_only=True)
class Wish:
    """What is to be exported, and how; `leave_out` drops objects that say they name somebody."""

    studies: tuple[str, ...]
    profile: Profile
    project: str = "default"
    leave_out: bool = False

    def __post_init__(self) -> None:
        """Refuse a project that cannot be a name."""
        if not _PROJECT.fullmatch(self.project):
            raise UsageError(
                f"'{self.project[:40]}' is no project's name.", "Use letters, digits, _ and -."
            )


@dataclass(kw_only=True)
class _Work:
    """An export that is under way."""

    wish: Wish
    names: Pseudonyms
    zip: zipfile.ZipFile
    series: dict[str, str] = field(default_factory=dict)  # series: its folder
    objects: list[dict[str, Any]] = field(default_factory=list)
    removed: set[str] = field(default_factory=set)
    left_out: int = 0
    done: Counter[str] = field(default_factory=Counter)


class Exports:
    """The exports there are, each a folder with a number below one folder."""

    def __init__(self, folder: Path, read: Callable[[str], bytes]) -> None:
        """Keep them below `folder`; `read` gives a stored file by its digest."""
        self.folder, self.read = folder, read
        self._key = folder.parent / "deidentify.key"
        self._lock = threading.Lock()

    def make(self, wish: Wish, studies: Sequence[Sequence[Location]]) -> dict[str, Any]:
        """Export the instances of some studies; returns the report, or leaves nothing behind."""
        number, place = self._place()
        try:
            key = project_key(self._key, wish.project)
            with zipfile.ZipFile(place / "export.zip", "w", zipfile.ZIP_STORED) as made:
                work = _Work(wish=wish, names=Pseudonyms(key), zip=made)
                for at, locations in enumerate(studies, 1):
                    for location in locations:
                        self._one(work, location, at)
            _write_private(place / "map.csv", _map(work.names))
            report = {"export": number, **_report(work, len(studies))}
            (place / "report.json").write_text(json.dumps(report, indent=2), "utf-8")
        except BaseException:
            shutil.rmtree(place, ignore_errors=True)
            raise
        return report

    def all(self) -> list[dict[str, Any]]:
        """Return what there is, without the lines of single objects."""
        found = sorted(self.folder.glob("*/report.json"), key=lambda path: int(path.parent.name))
        reports = [json.loads(path.read_text("utf-8")) for path in found]
        return [{key: row[key] for key in row if key != "objects"} for row in reports]

    def file(self, number: int, name: str) -> Path:
        """Return a file of an export; raises RefusedError if there is no such export."""
        path = self.folder / str(number) / name
        if not path.exists():
            raise RefusedError(f"There is no export {number}.", "List them.", 404)
        return path

    def remove(self, number: int) -> None:
        """Delete an export."""
        shutil.rmtree(self.file(number, "report.json").parent)

    def clear(self) -> None:
        """Delete all exports, as a reset does; the key stays, so names stay the same."""
        shutil.rmtree(self.folder, ignore_errors=True)

    # --- inner parts --------------------------------------------------------------------------

    def _place(self) -> tuple[int, Path]:
        with self._lock:
            numbers = [int(path.name) for path in self.folder.glob("[0-9]*")]
            number = max(numbers, default=0) + 1
            place = self.folder / str(number)
            place.mkdir(parents=True, mode=0o700)
        return number, place

    def _one(self, work: _Work, location: Location, study: int) -> None:
        ds = _whole(self.read(location.digest), location.sop_uid)
        said = pixels.warnings(ds)
        if work.wish.leave_out and pixels.names_somebody(ds):
            work.left_out += 1
            return
        notes = Cleaner(ds, work.wish.profile, work.names).clean()
        notes.warnings[:0] = said
        folder = _folder(work, location.series_uid, study)
        name = f"{folder}/IM{sum(row['folder'] == folder for row in work.objects) + 1:05d}.dcm"
        work.zip.writestr(zipfile.ZipInfo(name, _ALWAYS_2000), _part10(ds))
        work.objects.append(_line(ds, folder, name, notes))
        work.removed |= notes.removed
        work.done += notes.done


def _whole(data: bytes, uid: str) -> Dataset:
    try:
        ds = dcmread(io.BytesIO(data))
        for element in ds.iterall():  # what cannot be read cannot be cleaned either
            element.value  # noqa: B018
    except Exception as error:  # pydicom raises many kinds
        raise CannotError(
            f"Instance {uid} cannot be read: {error}.", "Leave its study out."
        ) from error
    return ds


def _part10(ds: Dataset) -> bytes:
    meta = FileMetaDataset()
    meta.MediaStorageSOPClassUID = ds.SOPClassUID
    meta.MediaStorageSOPInstanceUID = ds.SOPInstanceUID
    meta.TransferSyntaxUID = ds.file_meta.TransferSyntaxUID
    meta.ImplementationClassUID = UID(IMPLEMENTATION_UID)
    meta.ImplementationVersionName = IMPLEMENTATION_NAME
    ds.file_meta, ds.preamble = meta, b"\0" * 128
    out = io.BytesIO()
    ds.save_as(out, enforce_file_format=True)
    return out.getvalue()


def _folder(work: _Work, series_uid: str, study: int) -> str:
    known = sum(place.startswith(f"ST{study:04d}/") for place in work.series.values())
    return work.series.setdefault(series_uid, f"ST{study:04d}/SE{known + 1:04d}")


def _line(ds: Dataset, folder: str, name: str, notes: Notes) -> dict[str, Any]:
    return {
        "file": name, "folder": folder, "sop_instance": str(ds.SOPInstanceUID),
        "sop_class": UID(ds.SOPClassUID).name, "modality": str(ds.get("Modality", "")),
        "done": dict(notes.done), "warnings": notes.warnings,
    }  # fmt: skip


def _report(work: _Work, studies: int) -> dict[str, Any]:
    warnings = Counter(text for row in work.objects for text in set(row["warnings"]))
    return {
        "project": work.wish.project, "options": list(work.wish.profile.options),
        "codes": [list(pair) for pair in work.wish.profile.codes],
        "studies": studies, "instances": len(work.objects), "left_out": work.left_out,
        "done": dict(work.done), "removed": sorted(work.removed),
        "warnings": [{"what": text, "objects": count} for text, count in warnings.most_common()],
        "objects": work.objects,
    }  # fmt: skip


def _map(names: Pseudonyms) -> str:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(("kind", "original", "replacement"))
    for kind, pairs in (("patient", names.patients), ("uid", names.uids)):
        writer.writerows((kind, harmless(old), new) for old, new in pairs.items())
    return out.getvalue()


def _write_private(path: Path, text: str) -> None:
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(text)


def as_wish(body: dict[str, Any]) -> Wish:
    """Read what a caller asks for; raises UsageError for what is not possible."""
    studies, options = body.get("studies"), body.get("options", [])
    if not _texts(studies) or not studies:
        raise UsageError("No studies are named.", "Send their UIDs as 'studies', a list.")
    if not _texts(options):
        raise UsageError("'options' is no list.", f"Send some of: {', '.join(rules.OPTIONS)}.")
    if body.get("profile", "basic") != "basic":
        raise UsageError(f"There is no profile '{body['profile']}'.", "There is: basic.")
    leave_out, project = body.get("leave_out", False), body.get("project", "default")
    if not isinstance(leave_out, bool) or not isinstance(project, str):
        raise UsageError("'leave_out' is true or false, 'project' a text.", "Send them so.")
    return Wish(
        studies=tuple(dict.fromkeys(studies)), profile=rules.as_options(options),
        project=project, leave_out=leave_out,
    )  # fmt: skip


def _texts(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(item, str) for item in value)
