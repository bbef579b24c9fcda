"""The OHIF viewer (MIT) beside the archive, an optional step: `python -m simulator.viewer`.

The published package is a built page: it is fetched by name and version, compared with the digest
below, and unpacked without the parts that a radiology viewer does not need. Afterwards nothing
asks for the internet. It lies beside the installed packages, for all seats, or in one seat.
"""

from __future__ import annotations

import base64
import hashlib
import shutil
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path, PurePosixPath

from simulator.errors import CannotError, PacsLabError
from simulator.viewer_files import HOW, PATH, adapt, is_complete

PACKAGE = "@ohif/app@3.13.2"
DIGEST = "WZdxmpmG7rqFgW9ZJLcbgr3XCtLi1KDNPoMaeY5PPe6j4G4fjEjjkycZM6C6Zk2F87BKxFfpq+jd5xXZB9E8EA=="
MISSING = f"The OHIF viewer is not installed; '{HOW}' fetches it (50 MB, once)."
_SHARED = Path(sys.prefix) / "share" / "pacslab" / "viewer"
# 140 MB: AI segmentation, whole-slide images; and what would keep pages for offline use.
_LEFT_OUT = {"ort", "dicom-microscopy-viewer", "sw.js"}


def folder_of(seat: Path) -> Path:
    """Return where a seat's viewer is: its own, else the one all seats share."""
    own = seat / "viewer"
    return own if is_complete(own) else _SHARED


def is_installed(seat: Path) -> bool:
    """Return whether a seat has a viewer."""
    return is_complete(folder_of(seat))


def install(seat: Path | None = None, package: Path | None = None, digest: str = DIGEST) -> Path:
    """Put the viewer into a seat, or where all share it; returns its folder.

    It comes from `package`, else by npm; a package whose SHA-512 is not `digest` is refused.
    """
    folder = seat / "viewer" if seat else _SHARED
    with tempfile.TemporaryDirectory() as place:
        file = package or _fetched(Path(place))
        _check(file, digest)
        fresh = folder.with_suffix(".part")
        shutil.rmtree(fresh, ignore_errors=True)
        unpack(file, fresh)
        shutil.rmtree(folder, ignore_errors=True)
        fresh.rename(folder)
    return folder


def _fetched(place: Path) -> Path:
    npm = shutil.which("npm")
    if npm is None:
        raise CannotError(f"npm is not here to fetch {PACKAGE}.", "Give the package's file.")
    try:
        done = subprocess.run([npm, "pack", PACKAGE], cwd=place, capture_output=True, timeout=600)
    except subprocess.TimeoutExpired:
        raise CannotError(f"{PACKAGE} did not come within 10 minutes.", "Try again.") from None
    files = list(place.glob("*.tgz"))
    if done.returncode or not files:
        raise CannotError(
            f"{PACKAGE} could not be fetched: {done.stderr.decode(errors='replace')[-200:]}.",
            "Look at the network, or give the package's file.",
        )
    return files[0]


def _check(package: Path, digest: str) -> None:
    """Compare the package with what was published; raises CannotError where it differs."""
    try:
        with package.open("rb") as file:
            found = hashlib.file_digest(file, "sha512").digest()
    except OSError as error:
        raise CannotError(f"{package} cannot be read: {error.strerror}.") from error
    if base64.b64encode(found).decode() != digest:
        raise CannotError(
            f"{package.name} is not {PACKAGE} as it was published: its digest differs.",
            f"Fetch it again: 'npm pack {PACKAGE}'.",
        )


def unpack(package: Path, folder: Path) -> None:
    """Unpack the built page below `folder` and make it independent of its place."""
    try:
        with tarfile.open(package) as archive:
            for member in archive:
                parts = PurePosixPath(member.name).parts
                if member.isfile() and parts[:2] == ("package", "dist") and _needed(parts[2:]):
                    member.name = "/".join(parts[2:])
                    archive.extract(member, folder, filter="data")  # nothing gets outside
    except (tarfile.TarError, OSError) as error:
        raise CannotError(f"{package} cannot be unpacked: {error}.", f"Fetch {PACKAGE}.") from error
    if not is_complete(folder):
        raise CannotError(f"{package} is no package of the viewer.", f"Fetch {PACKAGE}.")
    adapt(folder)


def _needed(parts: tuple[str, ...]) -> bool:
    return bool(parts) and parts[0] not in _LEFT_OUT and not parts[-1].endswith(".map")


def main(arguments: list[str]) -> int:
    """Install the viewer: [SEAT [PACKAGE FILE]]; without a seat, or with '-', for all of them."""
    if len(arguments) > 2:
        print(f"Use: {HOW} [SEAT, or - for all [PACKAGE FILE]]", file=sys.stderr)
        return 2
    seat = Path(arguments[0]) if arguments and arguments[0] != "-" else None
    try:
        folder = install(seat, Path(arguments[1]) if len(arguments) > 1 else None)
    except PacsLabError as error:
        print(error, file=sys.stderr)
        return error.exit_code
    print(f"The viewer is in {folder}.")
    print(f"It opens from JupyterLab's launcher, and answers at {PATH}/ of the archive's address.")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
