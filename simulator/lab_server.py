"""Our part of JupyterLab's server: the OHIF viewer, and the archive's images for it.

`<base>/pacslab/viewer/` is the viewer's page, `<base>/pacslab/dicom-web/` hands searches and
retrieves on to the archive. Both want JupyterLab's own log-in; for the archive this server writes
a pass (viewer_pass.py), so that neither the trainee nor the browser ever sees a password or token
of the archive. Only GET is handed on: nothing can be stored or deleted this way.
"""

from __future__ import annotations

import os
from base64 import b64encode
from pathlib import Path
from typing import Any

import httpx
from jupyter_server.base.handlers import JupyterHandler
from jupyter_server.utils import url_path_join
from tornado import iostream, web

from simulator import viewer, viewer_files
from simulator.errors import CannotError, PacsLabError, RefusedError
from simulator.files import read_json
from simulator.viewer_pass import BASE_HEADER, Passes

PREFIX = "pacslab"
_OTHER = "Look at the study in the console's own viewer, which asks by DICOM."
_TO_ARCHIVE = ("Accept", "Range", "If-None-Match", "If-Range")
_TO_BROWSER = (
    *("Content-Type", "Content-Length", "Content-Location", "Content-Range", "Accept-Ranges"),
    *("ETag", "Cache-Control", "Warning"),
)


class _Desk(JupyterHandler):
    """What the handlers share: the seat, and errors as one sentence."""

    def initialize(self, seat: Path) -> None:
        """Serve this seat."""
        self.seat = seat

    def refuse(self, error: PacsLabError, status: int) -> None:
        """Answer with the sentence and the remedy."""
        self.set_status(status)
        self.finish({"error": error.sentence, "remedy": error.remedy})

    def address(self, *parts: str) -> str:
        """Return the path of something of ours, below JupyterLab's own base."""
        return url_path_join(self.base_url, PREFIX, *parts)


class FactsHandler(_Desk):
    """What the launcher needs to know."""

    @web.authenticated
    def get(self) -> None:
        """Say whether the viewer is here, and how it comes."""
        here = viewer.is_installed(self.seat)
        self.finish({"viewer": here, "how": "" if here else viewer.MISSING})


class ViewerHandler(_Desk):
    """The viewer's files."""

    @web.authenticated
    async def get(self, path: str) -> None:
        """Return a file of the viewer, or its page."""
        folder = viewer.folder_of(self.seat)
        if not viewer.is_installed(self.seat):
            error = RefusedError("The viewer is not installed.", f"Run '{viewer_files.HOW}'.", 404)
            return self.refuse(error, 404)
        try:
            file = viewer_files.file_of(folder, path)
        except RefusedError as error:
            return self.refuse(error, error.http_status)
        if file is None:
            self.set_header("Content-Type", "text/html; charset=utf-8")
            self.finish(viewer_files.page(folder, self.address("viewer")))
            return None
        self.set_header("Content-Type", viewer_files.kind_of(file))
        self.set_header("Cache-Control", "private, max-age=3600")
        await self._send(file)

    async def _send(self, file: Path) -> None:
        with file.open("rb") as opened:
            while block := opened.read(1 << 18):
                self.write(block)
                await self.flush()


class DicomWebHandler(_Desk):
    """The archive's DICOMweb, for the viewer: by this server's pass, never by the browser's."""

    @web.authenticated
    async def get(self, path: str) -> None:
        """Hand a request on, and the answer back while it comes."""
        try:
            async with _client().stream("GET", self._url(), headers=self._given()) as answer:
                await self._pass_on(answer)
        except PacsLabError as error:
            self.refuse(error, 503)
        except httpx.HTTPError:
            if self._headers_written:  # broken off in the middle: it must not look complete
                self.request.connection.stream.close()  # type: ignore[union-attr]
                return
            self.refuse(PacsLabError("The archive does not answer.", "See 'pacslab status'."), 502)

    def _url(self) -> str:
        url = self._facts()["urls"]["dicomweb"]
        if not url:
            raise CannotError("This archive has no DICOMweb, which the viewer needs.", _OTHER)
        _, _, rest = self.request.uri.partition(self.address("dicom-web"))
        return str(url) + rest

    def _facts(self) -> dict[str, Any]:
        facts: dict[str, Any] = read_json(self.seat / "seat.json", "seat file")
        return facts

    def _authorization(self) -> dict[str, str]:
        """Return who asks: a pass for our own archive, Orthanc's account for Orthanc."""
        secrets = read_json(self.seat / "secrets.json", "file of secrets")
        backend = self._facts()["backend"]
        admin = secrets["admin"]
        if backend == "embedded":
            token = Passes(secrets["instructor"]["token"]).write(admin["user"])
            return {"Authorization": f"Bearer {token}"}
        if backend == "orthanc":
            pair = b64encode(f"{admin['user']}:{admin['password']}".encode()).decode()
            return {"Authorization": f"Basic {pair}"}
        return {}

    def _given(self) -> dict[str, str]:
        given = {name: self.request.headers[name] for name in _TO_ARCHIVE
                 if name in self.request.headers}  # fmt: skip
        base = f"{self.request.protocol}://{self.request.host}{self.address('dicom-web')}"
        as_it_is = {"Accept-Encoding": "identity"}  # it is handed on in raw pieces
        return {**given, **self._authorization(), **as_it_is, BASE_HEADER: base}

    async def _pass_on(self, answer: httpx.Response) -> None:
        # A browser asks for a password where it reads 401: there is none to give here.
        self.set_status(403 if answer.status_code == 401 else answer.status_code)
        for name in _TO_BROWSER:
            if name in answer.headers:
                self.set_header(name, answer.headers[name])
        try:
            async for block in answer.aiter_raw(1 << 18):
                self.write(block)
                await self.flush()
        except iostream.StreamClosedError:
            return  # the browser has what it wanted
        self.finish()


_CLIENTS: list[httpx.AsyncClient] = []


def _client() -> httpx.AsyncClient:
    """Return the one client of this process: its connections are kept."""
    if not _CLIENTS:
        limits = httpx.Limits(max_connections=24, max_keepalive_connections=12)
        _CLIENTS.append(httpx.AsyncClient(trust_env=False, timeout=120.0, limits=limits))
    return _CLIENTS[0]


def _jupyter_server_extension_points() -> list[dict[str, str]]:
    """Say where the extension is (Jupyter's own convention)."""
    return [{"module": "simulator.lab_server"}]


def _load_jupyter_server_extension(server: Any) -> None:
    """Add our addresses to a starting JupyterLab server."""
    seat = Path(os.environ["PACSLAB_SEAT"])
    base = server.web_app.settings["base_url"]
    rows = (
        ("facts", FactsHandler),
        ("viewer(/.*)", ViewerHandler),
        ("dicom-web(/.*)", DicomWebHandler),
    )
    server.web_app.add_handlers(
        ".*$",
        [(url_path_join(base, PREFIX, path), handler, {"seat": seat}) for path, handler in rows],
    )
