"""Calling the two HTTP APIs: one function, and the error of errors.py that its answer names."""

from __future__ import annotations

import ssl
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from simulator.errors import CannotError, RefusedError, UsageError

if TYPE_CHECKING:
    import httpx


def request(
    method: str,
    url: str,
    body: dict[str, Any] | None = None,
    *,
    token: str = "",
    actor: str = "",
    query: dict[str, str] | None = None,
    service: str = "archive",
) -> Any:
    """Send one request and return its JSON (or bytes); raises the error that fits."""
    import httpx  # takes a tenth of a second, and most processes of ours never call anybody

    headers = {"Authorization": f"Bearer {token}"} if token else {}
    if actor:
        headers["X-PACSLAB-Actor"] = actor
    try:
        response = httpx.request(
            method,
            url,
            json=body,
            headers=headers,
            params=query,
            timeout=60,
            trust_env=False,
            verify=_trusted(),
        )
    except httpx.HTTPError as error:
        raise CannotError(
            f"The {service} does not answer at {url.split('/api')[0]} ({error}).",
            f"Start it with 'pacslab service start {service}', or the seat with 'pacslab up'.",
        ) from error
    if response.status_code < 400:
        is_json = "json" in response.headers.get("content-type", "")
        return response.json() if is_json else response.content
    raise _error(response)


@lru_cache(maxsize=1)
def _trusted() -> ssl.SSLContext:
    """Return whom we trust; httpx would read that anew, which takes longer than the request."""
    return ssl.create_default_context()


def _error(response: httpx.Response) -> Exception:
    try:
        said = response.json()
        sentence, remedy = str(said["error"]), str(said.get("remedy", ""))
    except (ValueError, KeyError, TypeError):
        sentence, remedy = f"The answer was {response.status_code}.", "See the log of that service."
    if response.status_code == 400:
        return UsageError(sentence, remedy)
    if response.status_code in (500, 501, 503):
        return CannotError(sentence, remedy)
    return RefusedError(sentence, remedy, response.status_code)
