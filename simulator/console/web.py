"""`web_desk()`: ask the archive's DICOMweb service as a browser does, and read what comes back."""

from __future__ import annotations

import json
from html import escape
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import ipywidgets as w

from simulator.client import Client
from simulator.console import look
from simulator.errors import CannotError

if TYPE_CHECKING:
    import httpx

_QUESTIONS = {  # what is asked: path below the root, what one wants to have
    "QIDO: the newest studies": ("/studies?limit=3", "application/dicom+json"),
    "QIDO: the series of a study": ("/studies/{study}/series", "application/dicom+json"),
    "WADO: the headers of a study": ("/studies/{study}/metadata", "application/dicom+json"),
    "WADO: a finished picture": ("/studies/{image}/rendered", "image/jpeg"),
    "a study that does not exist": ("/studies/1.2.3.4/metadata", "application/dicom+json"),
    "a keyword that does not exist": ("/studies?PatientNames=A", "application/dicom+json"),
    "a form the archive does not have": ("/studies/{image}/rendered", "video/x-msvideo"),
    "another root": ("/../dicomweb/studies", "application/dicom+json"),
}
_HEADERS = ("content-type", "content-length", "access-control-allow-origin", "www-authenticate",
            "warning")  # fmt: skip
_MEANS = {
    200: "fine", 204: "fine, but nothing matches", 400: "I do not understand the question",
    401: "who are you?", 403: "I know you, and you may not", 404: "there is no such thing here",
    406: "I do not have it in that form", 500: "I failed", 503: "not now", 507: "no room left",
}  # fmt: skip
_MOST = 2500  # characters of an answer that are shown
_SECONDS = 20.0


def web_desk(seat: Client | None = None) -> look.Widget:
    """Ask DICOMweb by hand: choose a question, read its address, see status and answer."""
    return _Desk(look.client(seat)).widget


class _Desk:
    def __init__(self, seat: Client) -> None:
        self.seat, self.message = seat, look.Message()
        self.question = look.choice("question", "question", list(_QUESTIONS), width="360px")
        self.address = look.text("GET", "address", width="860px")
        self.known = look.mark(
            w.Checkbox(True, description="with my log-in", indent=False), "known"
        )
        self.origin = look.text("from the page", "origin", width="330px", hint="https://…")
        self.facts = look.mark(w.HTML(), "facts")
        self.picture = look.mark(
            w.Image(layout={"max_width": "420px", "display": "none"}), "picture"
        )
        ask = look.button("Ask", self.ask, self.message, "ask", style="primary")
        self.widget = look.panel(
            "DICOMweb by hand", self.message, look.row(self.question, self.known, self.origin),
            look.row(self.address, ask), self.facts, self.picture, name="web",
            hint="The address may be changed. 'From the page' is what a browser adds by itself.",
        )  # fmt: skip
        look.watch(self.question, self.choose, self.message)
        self.message.guard(self.choose)

    def choose(self) -> None:
        """Write the address of the chosen question."""
        path, _ = _QUESTIONS[self.question.value]
        if "{" in path:
            found = self.seat.archive.studies(limit="1")
            study = str(found[0]["study_uid"]) if found else "1.2.3"
            path = path.replace("{study}", study)
            path = path.replace("{image}", self._image(study) if "{image}" in path else "")
        root = self.seat.archive.dicomweb_url
        if path.startswith("/.."):
            root, path = root.rsplit("/", 1)[0], path[3:]
        self.address.value = root + path

    def _image(self, study: str) -> str:
        """Return the address of a study's first image, below `/studies`."""
        for series in self.seat.archive.study(study)["tree"]:
            if series["modality"] not in ("SR", "KO", "PR", "DOC"):
                first = series["instances"][0]["sop_uid"]
                return f"{study}/series/{series['series_uid']}/instances/{first}"
        return study

    def ask(self) -> None:
        """Send the question and show the answer."""
        answer = self._get(self.address.value.strip())
        meaning = _MEANS.get(answer.status_code, "")
        kind = "good" if answer.status_code < 400 else "bad"
        self.message.say(f"{answer.status_code}: {meaning or answer.reason_phrase}", kind)
        rows = [{"header": name, "value": answer.headers[name]} for name in _HEADERS
                if name in answer.headers]  # fmt: skip
        is_picture = answer.headers.get("content-type", "").startswith("image/")
        self.picture.layout.display = "" if is_picture else "none"
        self.picture.value = answer.content if is_picture else b""
        body = "" if is_picture else f"<pre class='pl-commands'>{escape(_text(answer))}</pre>"
        table = look.table(rows, {"header": "header", "value": "value"})
        self.facts.value = table + look.scroll(body)

    def _get(self, address: str) -> httpx.Response:
        """Ask this archive only: the field takes no other host."""
        import httpx

        base = self.seat.archive.dicomweb_url.rsplit("/", 1)[0]
        if not address.startswith(f"{base}/"):
            raise CannotError(f"This desk asks {base} only.", "Choose a question again.")
        headers = {"Accept": _QUESTIONS[self.question.value][1]}
        if self.origin.value.strip():
            headers["Origin"] = quote(self.origin.value.strip(), safe=":/.-")
        admin = self.seat.seat.secrets["admin"]
        auth = (admin["user"], admin["password"]) if self.known.value else None
        try:
            return httpx.get(address, headers=headers, auth=auth, timeout=_SECONDS, trust_env=False)
        except httpx.HTTPError as error:
            raise CannotError(f"Nobody answered at {address}: {error}.") from None


def _text(answer: httpx.Response) -> str:
    """Return an answer as a person reads it: JSON laid out, the rest as it is, not too much."""
    try:
        found: Any = answer.json()
        text = json.dumps(found, indent=1, ensure_ascii=False)
    except ValueError:
        text = answer.text
    shown = "".join(c if c.isprintable() or c == "\n" else "�" for c in text[:_MOST])
    return shown + ("\n…" if len(text) > _MOST else "")
