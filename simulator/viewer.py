"""The OHIF viewer (MIT) beside the archive, as an optional step: `python -m simulator.viewer SEAT`.

The published package is a built page: it is unpacked into the seat without the parts that a
radiology viewer does not need, told where it stands, and served from the archive's own origin, so
that no other origin has to be let in. Its user logs in as in any DICOMweb call.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path, PurePosixPath
from typing import Any

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import FileResponse, Response
from starlette.routing import Route
from starlette.staticfiles import StaticFiles

from simulator.errors import CannotError, PacsLabError, RefusedError
from simulator.web import failure

PACKAGE = "@ohif/app@3.13.2"
PATH = "/viewer"
_FOLDER = "viewer"
_LEFT_OUT = {"ort", "dicom-microscopy-viewer"}  # 140 MB: AI segmentation, whole-slide images
_ROOT = 'webpack_require__.p = "/"'


def folder_of(seat: Path) -> Path:
    """Return where a seat's viewer is, if it has one."""
    return seat / _FOLDER


def install(seat: Path, package: Path | None = None) -> Path:
    """Put the viewer into a seat, from a package file or from npm; returns its folder."""
    folder = folder_of(seat)
    with tempfile.TemporaryDirectory() as place:
        file = package or _fetched(Path(place))
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
    done = subprocess.run([npm, "pack", PACKAGE], cwd=place, capture_output=True, timeout=600)
    files = list(place.glob("*.tgz"))
    if done.returncode or not files:
        raise CannotError(
            f"{PACKAGE} could not be fetched: {done.stderr.decode(errors='replace')[-200:]}.",
            "Look at the network, or give the package's file.",
        )
    return files[0]


def unpack(package: Path, folder: Path) -> None:
    """Unpack the built page below `folder` and adapt it to PATH."""
    try:
        with tarfile.open(package) as archive:
            for member in archive:
                parts = PurePosixPath(member.name).parts
                if member.isfile() and parts[:2] == ("package", "dist") and _needed(parts[2:]):
                    member.name = "/".join(parts[2:])
                    archive.extract(member, folder, filter="data")  # nothing gets outside
    except (tarfile.TarError, OSError) as error:
        raise CannotError(f"{package} cannot be unpacked: {error}.", f"Fetch {PACKAGE}.") from error
    if not (folder / "index.html").exists():
        raise CannotError(f"{package} is no package of the viewer.", f"Fetch {PACKAGE}.")
    _adapt(folder)


def _needed(parts: tuple[str, ...]) -> bool:
    return bool(parts) and parts[0] not in _LEFT_OUT and not parts[-1].endswith(".map")


def _adapt(folder: Path) -> None:
    """Say in the page where it stands and which archive it asks."""
    page = folder / "index.html"
    text = page.read_text("utf-8").replace('="/', f'="{PATH}/')
    page.write_text(text, "utf-8")
    for sheet in folder.glob("*.css"):
        rules = sheet.read_text("utf-8").replace("url(/", f"url({PATH}/")
        sheet.write_text(rules, "utf-8")
    for script in folder.glob("*.js"):
        code = script.read_text("utf-8")
        if _ROOT in code:
            script.write_text(code.replace(_ROOT, _ROOT[:-2] + f'{PATH}/"'), "utf-8")
    config = f"window.config = {json.dumps(configuration(), indent=2)};\n"
    (folder / "app-config.js").write_text(config, "utf-8")


def configuration() -> dict[str, Any]:
    """Return the viewer's configuration."""
    archive = {
        "friendlyName": "PACS Lab archive: training, not for clinical use",
        "name": "PACSLAB",
        "wadoUriRoot": "/dicom-web/wado",
        "qidoRoot": "/dicom-web",
        "wadoRoot": "/dicom-web",
        "qidoSupportsIncludeField": True,
        "supportsFuzzyMatching": False,
        "supportsWildcard": True,
        "imageRendering": "wadors",
        "thumbnailRendering": "wadors",
        "enableStudyLazyLoad": True,
        "omitQuotationForMultipartRequest": True,
        "bulkDataURI": {"enabled": True},
    }
    source = {
        "namespace": "@ohif/extension-default.dataSourcesModule.dicomweb",
        "sourceName": "pacslab",
        "configuration": archive,
    }
    return {
        "routerBasename": PATH,
        "extensions": [],
        "modes": [],
        "showStudyList": True,
        "maxNumberOfWebWorkers": 3,
        "showWarningMessageForCrossOrigin": False,
        "showCPUFallbackMessage": False,
        "strictZSpacingForVolumeViewport": True,
        "maxNumRequests": {"interaction": 20, "thumbnail": 5, "prefetch": 10},
        "investigationalUseDialog": {"option": "never"},
        "defaultDataSourceName": "pacslab",
        "dataSources": [source],
    }


def app(folder: Path) -> Starlette:
    """Serve the viewer in `folder`; every address of its own is its one page."""

    async def page(request: Request) -> Response:
        if not (folder / "index.html").exists():
            return failure(
                RefusedError(
                    "This seat has no viewer.", "Run 'python -m simulator.viewer SEAT'.", 404
                )
            )
        try:
            files = StaticFiles(directory=folder)
            return await files.get_response(request.path_params["path"], request.scope)
        except HTTPException:
            return FileResponse(folder / "index.html")

    return Starlette(routes=[Route("/{path:path}", page)])


def main(arguments: list[str]) -> int:
    """Install the viewer: SEAT [PACKAGE FILE]."""
    if not 1 <= len(arguments) <= 2:
        print("Use: python -m simulator.viewer SEAT [PACKAGE FILE]", file=sys.stderr)
        return 2
    try:
        folder = install(*map(Path, arguments))
    except PacsLabError as error:
        print(error, file=sys.stderr)
        return error.exit_code
    print(f"The viewer is in {folder}; it answers at {PATH}/ of the archive's web address.")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
