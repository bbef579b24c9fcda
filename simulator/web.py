"""HTTP for both processes: a table of routes, each with the right it needs.

A handler is a plain function of a `Call` and returns something JSON can hold; it refuses by
raising an error of errors.py, which becomes `{"error": sentence, "remedy": sentence}`. The OpenAPI
page is made from the same table, so it cannot lie.
"""

from __future__ import annotations

import asyncio
import ipaddress
import json
import re
import socket
import threading
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

import uvicorn
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Route as StarletteRoute

from simulator import openapi
from simulator.errors import (
    CannotError,
    NetworkError,
    PacsLabError,
    RefusedError,
    UsageError,
)

BODY_CAP = 16 << 20  # bytes of a request's body
ANYONE = ""  # the right of a route that needs no account


@dataclass(frozen=True, kw_only=True)
class Principal:
    """Who calls: a user name and what that user may do."""

    name: str
    rights: frozenset[str] = frozenset()
    token: str = ""

    def may(self, right: str) -> bool:
        """Return whether this right is held."""
        return right == ANYONE or right in self.rights or "*" in self.rights


NOBODY = Principal(name="anonymous")


@dataclass(frozen=True, kw_only=True)
class Call:
    """One HTTP request as a handler sees it."""

    who: Principal
    path: dict[str, str]
    query: dict[str, str]
    body: dict[str, Any] = field(default_factory=dict)
    host: str = ""

    def need(self, *names: str) -> list[Any]:
        """Return these values of the body; raises UsageError naming the missing one."""
        for name in names:
            if name not in self.body:
                raise UsageError(
                    f"The request lacks '{name}'.", f"Send {', '.join(names)} as JSON."
                )
        return [self.body[name] for name in names]

    def number(self, name: str = "number") -> int:
        """Return a whole number of the path; raises UsageError if it is none."""
        text = self.path[name]
        if not (text.isascii() and text.isdigit() and len(text) < 16):
            raise UsageError(f"'{text[:40]}' is no {name}.", "See the list for what there is.")
        return int(text)

    def limit(self, default: int) -> int:
        """Return how many rows the query wants; 0 means the default."""
        text = self.query.get("limit", "0")
        if not (text.isascii() and text.isdigit() and len(text) < 10):
            raise UsageError(f"'{text[:40]}' is not a limit.", "Give a whole number.")
        return int(text) or default

    def yes(self, name: str) -> bool:
        """Return a yes or no of the body, no if it is missing; UsageError for anything else."""
        value = self.body.get(name, False)
        if not isinstance(value, bool):
            raise UsageError(f"'{name}' is neither true nor false.", "Send true or false.")
        return value

    @property
    def actor(self) -> str:
        """Who changes something: the caller, or whom an instructor's call names."""
        named = self.body.get("actor")
        return str(named) if named and self.who.may("instructor") else self.who.name


@dataclass(frozen=True, kw_only=True)
class Route:
    """One row of the table: who may call what, and what it does."""

    method: str
    path: str
    right: str
    handler: Callable[[Call], Any]
    summary: str
    on_refusal: Callable[[Principal, str], None] = lambda who, host: None  # who, from where
    basic: bool = False  # whether user and password may come with each request, too


def table(right: str, rows: Iterable[tuple[str, str, Callable[[Call], Any], str]]) -> list[Route]:
    """Return routes that all need one right, of rows of method, path, handler and summary."""
    return [
        Route(method=method, path=path, right=right, handler=handler, summary=summary)
        for method, path, handler, summary in rows
    ]


Authenticate = Callable[[dict[str, str]], Principal]


def build_app(
    title: str,
    routes: Sequence[Route],
    authenticate: Authenticate,
    mounted: Sequence[Route] = (),
) -> Starlette:
    """Make an application of the table, with `/openapi.json` and `/docs`.

    `mounted` are rows of applications that will be mounted: described here, answered there.
    """
    every = [*routes, *mounted]
    pages = [
        StarletteRoute("/openapi.json", lambda _: JSONResponse(openapi.document(title, every))),
        StarletteRoute("/docs", lambda _: HTMLResponse(openapi.page(title, every))),
    ]
    made = [
        StarletteRoute(row.path, _endpoint(row, authenticate), methods=[row.method])
        for row in routes
    ]
    return Starlette(
        routes=[*pages, *made],
        exception_handlers={404: _not_found, 405: _not_found},
    )


def _endpoint(row: Route, authenticate: Authenticate) -> Callable[[Request], Any]:
    async def endpoint(request: Request) -> Response:
        try:
            body = await _body(request)
            result = await run_in_threadpool(_call, row, authenticate, request, body)
        except Exception as error:
            return failure(error)
        return result if isinstance(result, Response) else JSONResponse(result)

    return endpoint


def _call(row: Route, authenticate: Authenticate, request: Request, body: dict[str, Any]) -> Any:
    """Check who calls, then run the handler (in a worker thread)."""
    who = authenticate({key.lower(): value for key, value in request.headers.items()})
    if not who.may(row.right):
        row.on_refusal(who, request.client.host if request.client else "")
        if who is NOBODY:
            raise RefusedError("You are not logged in.", "POST /api/login first.", 401)
        raise RefusedError(
            f"{who.name} may not do this: the right '{row.right}' is missing.",
            "Ask a PACS administrator for a role that has it.",
        )
    return row.handler(
        Call(
            who=who,
            path={key: str(value) for key, value in request.path_params.items()},
            query=dict(request.query_params),
            body=body,
            host=request.client.host if request.client else "",
        )
    )


async def _body(request: Request) -> dict[str, Any]:
    """Read a JSON body; a foreign content type is refused, so that no web page can post here."""
    check_host(request)
    if request.method in ("GET", "HEAD", "DELETE"):
        return {}
    raw = b""
    async for chunk in request.stream():
        raw += chunk
        if len(raw) > BODY_CAP:
            raise RefusedError("The request is too long.", f"Send at most {BODY_CAP} bytes.", 413)
    if not raw:
        raw = b"{}"
    elif not _is_json(request.headers.get("content-type", "")):
        raise RefusedError("The body is not JSON.", "Send Content-Type: application/json.", 415)
    try:
        body = json.loads(raw)
    except (ValueError, RecursionError) as error:
        raise UsageError(f"The body is not valid JSON: {error}.") from error
    if not isinstance(body, dict):
        raise UsageError("The body must be a JSON object.")
    return body


def _is_json(content_type: str) -> bool:
    """Return whether this is a JSON type; a browser asks us first before it sends one abroad."""
    kind = content_type.partition(";")[0].strip().lower()
    return kind == "application/json" or (
        kind.startswith("application/") and kind.endswith("+json")
    )


def check_host(request: Request) -> None:
    """Refuse a foreign Host header: a web page elsewhere could point its own name at us."""
    header = request.headers.get("host", "")
    host = re.sub(r":\d*$", "", header).strip("[]")
    try:
        ours = host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        ours = False
    if not ours:
        raise RefusedError(f"Calls to the host name '{host}' are not answered.", "", 421)


_STATUS = {UsageError: 400, CannotError: 503, NetworkError: 502}


def failure(error: Exception) -> Response:
    """Return the answer that an error becomes."""
    if isinstance(error, RefusedError):
        status = error.http_status
    elif isinstance(error, PacsLabError):
        status = next((code for kind, code in _STATUS.items() if isinstance(error, kind)), 400)
    else:
        import logging

        logging.getLogger("web").exception("a request failed")
        error = PacsLabError(
            f"Internal error: {type(error).__name__}.", "See the log of this node."
        )
        status = 500
    content = {"error": error.sentence, "remedy": error.remedy, **getattr(error, "facts", {})}
    if isinstance(error, NetworkError):
        content["kind"] = error.kind
        content["class"] = type(error).__name__
        content["status"] = getattr(error, "status", None)
        content["triple"] = getattr(error, "triple", None)
    return JSONResponse(content, status)


async def _not_found(request: Request, error: Exception) -> Response:
    status = getattr(error, "status_code", 404)
    sentence = f"There is no {request.method} {request.url.path}."
    return JSONResponse({"error": sentence, "remedy": "See /docs for what there is."}, status)


class WebServer:
    """Runs an application on a thread until stopped."""

    def __init__(self, app: Any, host: str, port: int, name: str) -> None:
        """Bind at once; raises CannotError if the port is taken."""
        try:
            self._socket = socket.create_server((host, port), backlog=128)
        except OSError as error:
            raise CannotError(
                f"{name} cannot listen at {host}:{port}: {error.strerror or error}.",
                "Stop what uses that port, or start with '--ports auto'.",
            ) from error
        # Inherited by connections; asyncio forgets it on a socket it was given, which costs 40 ms.
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.host, self.port = self._socket.getsockname()[:2]
        config = uvicorn.Config(
            app, log_level="warning", access_log=False, lifespan="off", timeout_graceful_shutdown=1
        )
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(target=self._run, name=f"{name}-http", daemon=True)

    def start(self) -> WebServer:
        """Begin to answer."""
        self._thread.start()
        return self

    def stop(self) -> None:
        """Stop answering and wait for the thread."""
        self._server.should_exit = True
        if self._thread.is_alive():
            self._thread.join(3)
        self._socket.close()

    def _run(self) -> None:
        asyncio.run(self._server.serve(sockets=[self._socket]))
