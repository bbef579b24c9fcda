"""The part of Orthanc's REST API that we use: counts, files, and what a reset needs."""

from __future__ import annotations

import re
from typing import Any

import httpx

from simulator.errors import CannotError, RefusedError

_RESOURCE = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{8}){4}")  # Orthanc's own ids


class Rest:
    """Calls Orthanc as its one account."""

    def __init__(self, url: str, password: tuple[str, str]) -> None:
        """Call `url` with a user and a password."""
        self.url = url
        self._client = httpx.Client(base_url=url, auth=password, timeout=60, trust_env=False)

    def call(self, method: str, path: str, body: Any = None) -> Any:
        """Call it and return its JSON, or bytes; raises CannotError if nobody answers."""
        is_file = isinstance(body, bytes)
        given = {"content": body} if is_file else {} if body is None else {"json": body}
        try:
            answer = self._client.request(method, path, **given)
        except httpx.HTTPError as error:
            raise CannotError(
                f"Orthanc does not answer at {self.url} ({error}).",
                "Start it with 'pacslab service start archive'.",
            ) from error
        if answer.status_code >= 400:
            raise RefusedError(_said(answer), "See Orthanc's log.", answer.status_code)
        if "json" in answer.headers.get("content-type", ""):
            return answer.json()
        return answer.content

    def answers(self) -> bool:
        """Return whether it answers at all."""
        try:
            self.call("GET", "/system")
        except (CannotError, RefusedError):
            return False
        return True

    def close(self) -> None:
        """Close the connections."""
        self._client.close()

    # --- what it holds ------------------------------------------------------------------------

    def counts(self) -> dict[str, int]:
        """Return how many patients, studies, series and instances there are."""
        said = self.call("GET", "/statistics")
        names = ("patients", "studies", "series", "instances")
        return {name: int(said[f"Count{name.title()}"]) for name in names}

    def instances(self) -> list[str]:
        """Return Orthanc's ids of all instances."""
        return [str(one) for one in self.call("GET", "/instances") if _RESOURCE.fullmatch(str(one))]

    def file(self, resource: str) -> bytes:
        """Return an instance as it was stored."""
        return bytes(self.call("GET", f"/instances/{resource}/file"))

    def upload(self, data: bytes) -> None:
        """Put an instance in."""
        self.call("POST", "/instances", data)

    def remove(self, kind: str, resource: str) -> None:
        """Delete an instance or a study by Orthanc's id."""
        self.call("DELETE", f"/{kind}/{resource}")

    def lookup(self, kind: str, uid: str) -> str:
        """Return Orthanc's id of a Study or an Instance by its DICOM UID, '' if there is none."""
        found = self.call("POST", "/tools/lookup", uid.encode())
        ids = [row["ID"] for row in found if row["Type"] == kind]
        return str(ids[0]) if ids else ""


def _said(answer: httpx.Response) -> str:
    try:
        said = answer.json()
        why = str(said.get("Details") or said.get("Message") or "")
    except (ValueError, AttributeError):
        why = ""
    return f"Orthanc answered {answer.status_code}{f': {why}' if why else ''}."
