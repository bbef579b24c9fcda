"""The OHIF viewer below the archive's own web address, where its user logs in as in any call."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import FileResponse, HTMLResponse, Response
from starlette.routing import Route

from simulator.errors import RefusedError
from simulator.viewer_files import HOW, file_of, is_complete, kind_of, page
from simulator.web import failure


def app(find: Callable[[], Path]) -> Starlette:
    """Serve the viewer where `find` finds it now; every address of its own is its one page."""

    def answer(request: Request) -> Response:
        folder = find()
        if not is_complete(folder):
            return failure(RefusedError("The viewer is not installed.", f"Run '{HOW}'.", 404))
        try:
            file = file_of(folder, request.path_params["path"])
        except RefusedError as error:
            return failure(error)
        if file is None:
            return HTMLResponse(page(folder, request.scope["root_path"]))
        return FileResponse(file, media_type=kind_of(file))

    return Starlette(routes=[Route("/{path:path}", answer)])
