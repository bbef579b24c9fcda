"""Cross-origin requests: refused unless the setting `web.cors_origins` names the origin."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from simulator.archive.settings import Settings

KEY = "web.cors_origins"
_HEADERS = {
    "Access-Control-Allow-Headers": "Accept, Authorization, Content-Type, Range, If-None-Match",
    "Access-Control-Expose-Headers": "Content-Location, Content-Range, ETag, Warning",
    "Access-Control-Max-Age": "600",
}


class Cors:
    """Lets the viewers of other origins in, by a live setting."""

    def __init__(self, settings: Settings) -> None:
        """Follow `settings`."""
        self.settings = settings

    def allow(self, request: Request, response: Response, methods: list[str]) -> None:
        """Add the headers that let a browser hand the answer to a page of that origin."""
        origin = request.headers.get("origin", "")
        allowed = str(self.settings[KEY]).split()
        if not origin or not (origin in allowed or "*" in allowed):
            return
        response.headers.update(_HEADERS)
        response.headers["Access-Control-Allow-Origin"] = origin
        response.headers["Access-Control-Allow-Methods"] = ", ".join([*methods, "OPTIONS"])
        response.headers.add_vary_header("Origin")
