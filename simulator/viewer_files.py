"""The OHIF viewer's page: adapted once to any place, then served below whatever prefix it has.

The same files answer below the archive's `/viewer` and below JupyterLab's own address, so nothing
in them may say where they are: the page is told when it is served, scripts and sheets look at it.
"""

from __future__ import annotations

import json
import mimetypes
from pathlib import Path, PurePosixPath
from typing import Any

from simulator.errors import RefusedError

PATH = "/viewer"
HOW = "python -m simulator.viewer"  # how it is installed
_PAGE = "index.html"
_ROOT = '__webpack_require__.p = "/"'
# A worker has no page; its own address says where it lies.
_ANY_ROOT = '__webpack_require__.p = self.PUBLIC_URL || new URL("./", self.location).pathname'
_KINDS = {".js": "text/javascript", ".wasm": "application/wasm", ".woff2": "font/woff2"}


def adapt(folder: Path) -> None:
    """Make freshly unpacked files independent of their place, and name the archive's DICOMweb."""
    for sheet in folder.glob("*.css"):
        _replace(sheet, "url(/", "url(")
    for script in folder.glob("*.js"):
        _replace(script, _ROOT, _ANY_ROOT)
    # As published it ends every service worker of its origin: not ours to end, in JupyterLab.
    (folder / "init-service-worker.js").write_text("", "utf-8")
    (folder / "app-config.js").write_text(script_of(configuration()), "utf-8")


def _replace(path: Path, old: str, new: str) -> None:
    text = path.read_text("utf-8")
    if old in text:
        path.write_text(text.replace(old, new), "utf-8")


def script_of(config: dict[str, Any]) -> str:
    """Return the configuration as a script that fills in where the page was served."""
    return (
        f"window.config = {json.dumps(config, indent=2)};\n"
        "(() => {\n"
        "  const here = window.PUBLIC_URL.replace(/[/]$/, '');\n"
        "  const web = here.replace(/[/]viewer$/, '/dicom-web');\n"
        "  window.config.routerBasename = here;\n"
        "  const archive = window.config.dataSources[0].configuration;\n"
        "  Object.assign(archive, { qidoRoot: web, wadoRoot: web, wadoUriRoot: web + '/wado' });\n"
        "})();\n"
    )


def configuration() -> dict[str, Any]:
    """Return the viewer's configuration but for where it is."""
    archive = {
        "friendlyName": "PACS Lab archive: training, not for clinical use",
        "name": "PACSLAB",
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


def is_complete(folder: Path) -> bool:
    """Return whether the viewer is in this folder."""
    return (folder / _PAGE).is_file()


def page(folder: Path, root: str) -> str:
    """Return the one page, told that it stands below `root`."""
    text = (folder / _PAGE).read_text("utf-8")
    return text.replace('="/', f'="{root.rstrip("/")}/')


def file_of(folder: Path, path: str) -> Path | None:
    """Return the file at a path of the viewer, None where its page answers.

    Raises RefusedError (404) for a file there is not: the page in its place would not be a script.
    """
    parts = PurePosixPath(path.lstrip("/")).parts
    if not parts or parts == (_PAGE,) or not PurePosixPath(parts[-1]).suffix:
        return None
    found = (folder / Path(*parts)).resolve()
    if not found.is_relative_to(folder.resolve()) or not found.is_file():
        raise RefusedError("The viewer has no such file.", "", 404)
    return found


def kind_of(path: Path) -> str:
    """Return a file's media type; the system's own table may not know the newer ones."""
    guessed = mimetypes.guess_type(path.name)[0]
    return _KINDS.get(path.suffix) or guessed or "application/octet-stream"
