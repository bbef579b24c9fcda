"""Media at the archive: copies of CDs that wait to be imported, and file-sets to be fetched."""

from __future__ import annotations

import re
import shutil
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Any

from simulator.archive import tables as t
from simulator.archive.continuity.media_export import export
from simulator.archive.continuity.media_import import Wishes, import_medium
from simulator.errors import RefusedError

if TYPE_CHECKING:
    from simulator.archive.archive import Archive

_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,39}")


class Media:
    """The import tray and the export tray, beside the archive's folder."""

    def __init__(self, archive: Archive) -> None:
        """Import into and export from `archive`."""
        self.archive = archive
        self.tray = archive.folder.parent / "media"
        self.out = self.tray / "exports"
        self._lock = threading.Lock()

    def all(self) -> list[dict[str, Any]]:
        """Return the media in the tray."""
        places = [path for path in sorted(self.tray.glob("*")) if path != self.out]
        return [
            {"name": path.name, "files": sum(one.is_file() for one in path.rglob("*"))}
            for path in places
            if path.is_dir()
        ]

    def import_(self, name: str, by: str, wishes: Wishes) -> dict[str, Any]:
        """Import a medium, or say what that would do."""
        folder = self._place(name)
        with self._lock:  # two imports of one medium would ask for the same instances
            facts = import_medium(self.archive.services.filing, folder, wishes).facts()
        if not wishes.dry_run:
            counts = ", ".join(f"{count} {state}" for state, count in facts["counts"].items())
            self.archive.journal.write(
                "media.imported", f"{by} imported the medium {name}: {counts or 'nothing'}",
                by=by, what=name, studies=facts["studies"][:50], **facts["counts"],
            )  # fmt: skip
        return facts

    def remove(self, name: str) -> None:
        """Take a medium out of the tray."""
        shutil.rmtree(self._place(name))

    def export(self, studies: list[str], by: str, only: list[Any]) -> dict[str, Any]:
        """Make a file-set of these studies, as far as they may be seen; raises RefusedError."""
        index = self.archive.index
        locations = index.locate([t.studies.c.study_uid.in_(studies), *only])
        if lost := sorted(set(studies) - {location.study_uid for location in locations}):
            raise RefusedError(f"There is no study {lost[0][:64]} in the archive.", "", 404)
        self.out.mkdir(parents=True, exist_ok=True)
        name = self.archive.clock.now().strftime("cd-%Y%m%d-%H%M%S")
        with self._lock:
            name = next(n for n in (name, *(f"{name}-{i}" for i in range(2, 10_000)))
                        if not (self.out / f"{n}.zip").exists())  # fmt: skip
            made = export(self.archive.store, locations, self.out / f"{name}.zip").facts()
        self.archive.journal.write(
            "media.exported", f"{by} exported {made['studies']} studies as the medium {name}: "
            f"{made['files']} files, {len(made['left_out'])} left out",
            by=by, what=name, studies=studies[:50],
        )  # fmt: skip
        return {"name": name, **made}

    def exported(self, name: str) -> Path:
        """Return where an exported file-set is."""
        path = self.out / f"{name}.zip"
        if not _NAME.fullmatch(name) or not path.is_file():
            raise RefusedError(
                f"There is no export '{name[:40]}'.", "Export the studies again.", 404
            )
        return path

    def forget(self) -> None:
        """Empty both trays: a reset."""
        shutil.rmtree(self.tray, ignore_errors=True)

    def _place(self, name: str) -> Path:
        path = self.tray / name if _NAME.fullmatch(name) else None
        if path is None or path == self.out or not path.is_dir():
            raise RefusedError(f"There is no medium '{name[:40]}' in the tray.", "List them.", 404)
        return path
