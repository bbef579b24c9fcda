"""CDs and DVDs: imported with re-identification, exported with a DICOMDIR."""

from __future__ import annotations

import os
import shutil
import zipfile
from io import BytesIO
from pathlib import Path
from typing import Any

from simulator.clients.archive import ArchiveClient
from simulator.errors import CannotError
from simulator.results import Rows


class MediaClient:
    """Media at the archive."""

    def __init__(self, archive: ArchiveClient) -> None:
        """Act through `archive`'s session."""
        self._archive = archive

    def bring(self, folder: Path | str) -> str:
        """Copy a CD, or a folder like one, into the tray; returns its name there.

        Links are left out: they could lead anywhere.
        """
        source = Path(folder).expanduser()
        if not source.is_dir():
            raise CannotError(f"There is no folder {source}.", "Give the folder with the DICOMDIR.")
        tray = self._archive.seat.folder / "media"
        tray.mkdir(parents=True, exist_ok=True)
        names = (f"cd-{number}" for number in range(1, 100_000))
        name = next(one for one in names if not (tray / one).exists())
        try:
            shutil.copytree(source, tray / name, symlinks=True, ignore=_links)
        except (OSError, shutil.Error) as error:
            shutil.rmtree(tray / name, ignore_errors=True)
            raise CannotError(f"{source} cannot be read: {error}.", "Clean the disc.") from error
        return name

    def import_(self, name: str, **wishes: Any) -> dict[str, Any]:
        """Import a medium of the tray: map={"FOREIGN": "OURS"}, issuer, keep_accession, dry_run."""
        answer: dict[str, Any] = self._archive.call("POST", f"/media/{name}/import", wishes)
        return answer

    def remove(self, name: str) -> None:
        """Take a medium out of the tray."""
        self._archive.call("DELETE", f"/media/{name}")

    def export(self, studies: list[str], out: Path | str) -> dict[str, Any]:
        """Write studies as a file-set with DICOMDIR into an empty folder; returns the report."""
        to = Path(out).expanduser()
        if to.exists() and (not to.is_dir() or any(to.iterdir())):
            raise CannotError(f"{to} is not empty.", "Name a new folder.")
        report: dict[str, Any] = self._archive.call("POST", "/media/exports", {"studies": studies})
        data = self.fetch(report["name"])
        try:
            to.mkdir(parents=True, exist_ok=True)
            with zipfile.ZipFile(BytesIO(data)) as file:
                file.extractall(to)
        except OSError as error:
            raise CannotError(f"{to} cannot be written: {error}.") from error
        self.drop(report["name"])
        return {**report, "out": str(to)}

    def fetch(self, name: str) -> bytes:
        """Return an exported file-set as a ZIP file."""
        data: bytes = self._archive.call("GET", f"/media/exports/{name}")
        return data

    def drop(self, name: str) -> None:
        """Delete an exported file-set at the archive."""
        self._archive.call("DELETE", f"/media/exports/{name}")

    def list(self) -> Rows:
        """List the media in the tray."""
        return Rows(self._archive.call("GET", "/media"), ("name", "files"))


def _links(folder: str, names: list[str]) -> list[str]:
    return [name for name in names if os.path.islink(os.path.join(folder, name))]
