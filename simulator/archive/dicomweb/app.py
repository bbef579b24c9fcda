"""The DICOMweb service as an application: a table of routes, and what holds for all of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from anyio import from_thread
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route as StarletteRoute

from simulator.archive.archive import Archive
from simulator.archive.dicomweb import (
    bulkdata,
    frames,
    instances,
    metadata,
    removal,
    rendered,
    search,
    store,
    wado_uri,
)  # fmt: skip
from simulator.archive.dicomweb.access import CHALLENGE, Access
from simulator.archive.dicomweb.caching import Unchanged, kept
from simulator.archive.dicomweb.call import WebCall
from simulator.archive.dicomweb.cors import Cors
from simulator.errors import RefusedError, UsageError
from simulator.viewer_pass import BASE_HEADER, Passes
from simulator.web import (
    NOBODY,
    Authenticate,
    Call,
    Principal,
    Route,
    check_host,
    failure,
)

PATH = "/dicom-web"
_METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]
_STUDY = "/studies/{study}"
_SERIES = _STUDY + "/series/{series}"
_INSTANCE = _SERIES + "/instances/{instance}"
_FRAME = _INSTANCE + "/frames/{frame}"


@dataclass(frozen=True, kw_only=True)
class Service:
    """One row of the table: what is asked, the right it needs, and who answers."""

    method: str
    path: str
    right: str
    action: str  # the journal's kind is 'dicomweb.<action>'
    handler: Callable[[WebCall], Response]


def services() -> list[Service]:
    """Return the table (PS3.18 8.2, 9.1, 10.4 to 10.6)."""
    read = [
        ("/studies", "search", search.studies),
        ("/series", "search", search.series),
        ("/instances", "search", search.instances),
        (_STUDY + "/series", "search", search.series),
        (_STUDY + "/instances", "search", search.instances),
        (_SERIES + "/instances", "search", search.instances),
        *((path, "retrieve", instances.instances) for path in (_STUDY, _SERIES, _INSTANCE)),
        *((f"{p}/metadata", "metadata", metadata.metadata) for p in (_STUDY, _SERIES, _INSTANCE)),
        (_INSTANCE + "/frames/{frames}", "frames", frames.frames),
        (_INSTANCE + "/bulkdata/{where:path}", "bulkdata", bulkdata.bulkdata),
        *((f"{path}/rendered", "rendered", rendered.rendered) for path in (_INSTANCE, _FRAME)),
        *((f"{path}/rendered", "rendered", rendered.rendered_all) for path in (_STUDY, _SERIES)),
        *(
            (f"{path}/thumbnail", "thumbnail", rendered.thumbnail)
            for path in (_STUDY, _SERIES, _INSTANCE, _FRAME)
        ),
        ("/wado", "wado-uri", wado_uri.wado),
    ]
    write = [
        ("POST", "/studies", "study.store", "store", store.store),
        ("POST", _STUDY, "study.store", "store", store.store),
        ("DELETE", _STUDY, "study.delete", "delete", removal.study),
        ("DELETE", _SERIES, "study.delete", "delete", removal.part),
        ("DELETE", _INSTANCE, "study.delete", "delete", removal.part),
    ]
    rows = [("GET", path, "study.read", action, handler) for path, action, handler in read]
    return [
        Service(method=method, path=path, right=right, action=action, handler=handler)
        for method, path, right, action, handler in [*rows, *write]
    ]


def described() -> list[Route]:
    """Return the table as the archive's API pages describe it."""

    def elsewhere(call: Call) -> Any:
        raise NotImplementedError("DICOMweb answers for itself")

    return [
        Route(
            method=row.method,
            path=PATH + row.path,
            right=row.right,
            handler=elsewhere,
            summary=(row.handler.__doc__ or "").partition("\n")[0].rstrip("."),
            basic=True,
        )
        for row in services()
    ]


class DicomWeb:
    """The service over one archive."""

    def __init__(
        self, archive: Archive, bearer: Authenticate, passes: Passes | None = None
    ) -> None:
        """Serve `archive` to its users: by a token that `bearer` knows, a password, or a pass."""
        self.archive, self.access = archive, Access(archive.users, bearer, passes)
        self.cors = Cors(archive.settings)

    def app(self) -> Starlette:
        """Return the application; mount it at PATH."""
        by_path: dict[str, dict[str, Service]] = {}
        for row in services():
            by_path.setdefault(row.path, {})[row.method] = row
        return Starlette(
            routes=[
                StarletteRoute(path, self._endpoint(rows), methods=_METHODS)
                for path, rows in by_path.items()
            ],
            exception_handlers={404: _unknown, 405: _unknown},
        )

    def _endpoint(self, by_method: dict[str, Service]) -> Callable[[Request], Any]:
        """Make the handler of one path; each method has its own row."""
        if "GET" in by_method:
            by_method["HEAD"] = by_method["GET"]

        async def endpoint(request: Request) -> Response:
            response = await self._answer(request, by_method)
            self.cors.allow(request, response, list(by_method))
            return _bare(response) if request.method == "HEAD" else response

        return endpoint

    async def _answer(self, request: Request, by_method: dict[str, Service]) -> Response:
        allow = {"Allow": ", ".join([*by_method, "OPTIONS"])}
        if request.method == "OPTIONS":
            return Response(None, 204, allow)
        row = by_method.get(request.method)
        if row is None:
            response = failure(RefusedError(f"There is no {request.method} here.", "", 405))
            response.headers.update(allow)
            return response
        return await run_in_threadpool(self._handled, row, request)

    def _handled(self, row: Service, request: Request) -> Response:
        """Check who calls, answer, and write it down (in a worker thread)."""
        who, facts = NOBODY, dict[str, Any]()
        try:
            check_host(request)
            who = self._checked(row, request)
            response = row.handler(self._call(who, request, facts))
        except Unchanged as known:
            response = Response(None, 304, kept(known.tag))
        except Exception as error:
            response = failure(error)
        if response.status_code == 401:
            response.headers["WWW-Authenticate"] = CHALLENGE
        self._tell(row, request, who, response, facts)
        return response

    def _checked(self, row: Service, request: Request) -> Principal:
        headers = {key.lower(): value for key, value in request.headers.items()}
        who = self.access.principal(headers, _host(request))
        if who is NOBODY:
            raise RefusedError("You are not logged in.", "Send a token, or user and password.", 401)
        if not who.may(row.right):
            raise RefusedError(
                f"{who.name} may not do this: the right '{row.right}' is missing.",
                "Ask a PACS administrator for a role that has it.",
            )
        return who

    def _call(self, who: Principal, request: Request, facts: dict[str, Any]) -> WebCall:
        return WebCall(
            archive=self.archive,
            who=who,
            path={key: str(value) for key, value in request.path_params.items()},
            query=list(request.query_params.multi_items()),
            accept=", ".join(request.headers.getlist("accept")),
            content_type=request.headers.get("content-type", ""),
            base=self._base(request),
            host=_host(request),
            body=_body(request),
            if_none_match=request.headers.get("if-none-match", ""),
            range=request.headers.get("range", "") if request.method == "GET" else "",
            if_range=request.headers.get("if-range", ""),
            facts=facts,
        )

    def _base(self, request: Request) -> str:
        """Return where we are: where JupyterLab's viewer sees us, else by our own socket.

        Not by the Host header: dicomweb-client's has no port.
        """
        headers = {key.lower(): value for key, value in request.headers.items()}
        if BASE_HEADER in headers and self.access.viewer_of(headers):
            return headers[BASE_HEADER].rstrip("/")
        host, port = request.scope["server"]
        return f"http://{host}:{port}{request.scope['root_path']}"

    def _tell(
        self,
        row: Service,
        request: Request,
        who: Principal,
        response: Response,
        facts: dict[str, Any],
    ) -> None:
        query = f"?{request.url.query}" if request.url.query else ""
        what = f"{request.method} {request.url.path}{query}"[:400]
        self.archive.journal.write(
            f"dicomweb.{row.action}",
            f"{who.name}: {what}: {response.status_code}",
            by=who.name,
            host=_host(request),
            status=response.status_code,
            **({"study": request.path_params["study"]} if "study" in request.path_params else {}),
            **facts,
        )


async def _unknown(request: Request, error: Exception) -> Response:
    status = getattr(error, "status_code", 404)
    sentence = f"There is no {request.method} {request.url.path} here."
    return failure(RefusedError(sentence, "See PS3.18 10.1 for the resources.", status))


def _bare(response: Response) -> Response:
    """Return the head of an answer; of most streams nobody knows the length yet."""
    made = Response(None, response.status_code, dict(response.headers))
    if isinstance(response, StreamingResponse) and "content-length" not in response.headers:
        del made.headers["content-length"]
    return made


def _host(request: Request) -> str:
    return request.client.host if request.client else ""


def _body(request: Request) -> Iterator[bytes]:
    """Yield the body as it arrives, to a worker thread."""
    stream = request.stream()

    async def following() -> bytes | None:
        return await anext(stream, None)

    try:
        while (piece := from_thread.run(following)) is not None:
            yield piece
    except ClientDisconnect:
        raise UsageError("The client hung up in the middle.", "Send the whole body.") from None
