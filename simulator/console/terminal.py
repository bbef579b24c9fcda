"""`terminal()`: commands to type in a terminal, filled in with this seat's names and ports."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from html import escape

import ipywidgets as w

from simulator.client import Client
from simulator.console import look
from simulator.errors import UsageError

_HOW = "In JupyterLab: File → New → Terminal. Copy one line at a time."
_DCMTK = "echoscu, storescu, findscu, movescu and getscu are free tools of the DCMTK project."


def terminal(*lines: str, seat: Client | None = None) -> look.Widget:
    """Show commands; what stands in braces, such as {archive} or {study}, is filled in."""
    found, message = look.client(seat), look.Message()
    place = look.mark(w.HTML(), "commands")

    def fill() -> None:
        text = "\n".join(_filled(found, line) for line in lines)
        place.value = f"<pre class='pl-commands'>{escape(text)}</pre>"

    tools = "" if shutil.which("dcmdump") else " They are not installed here; pynetdicom's are."
    shown = look.panel(
        "Try it from a terminal", message, place, name="terminal", hint=f"{_HOW} {_DCMTK}{tools}"
    )
    message.guard(fill)
    return shown


def _filled(seat: Client, line: str) -> str:
    """Replace what stands in braces, and the archive's title where it has another one."""
    line = line.replace("-aec PACSLAB ", f"-aec {seat.archive.peer.ae} ")
    for name, make in _FILLERS.items():
        if f"{{{name}}}" in line:
            line = line.replace(f"{{{name}}}", make(seat))
    return line


def _place(*path: str) -> Callable[[Client], str]:
    def place(seat: Client) -> str:
        facts = seat.seat.facts["dicom"]
        for key in path:
            facts = facts[key]
        return f"{facts['host']} {facts['port']}"

    return place


def _port(name: str) -> Callable[[Client], str]:
    return lambda seat: str(seat.seat.facts["dicom"].get(name, {}).get("port", "PORT"))


def _study(seat: Client) -> str:
    studies = seat.archive.studies(limit="1")
    if not studies:
        raise UsageError("The archive is empty.", "Reset the hospital in lesson 00.")
    return str(studies[0]["study_uid"])


_FILLERS: dict[str, Callable[[Client], str]] = {
    "archive": _place("archive"),
    "port": _port("archive"),
    "tls_port": _port("archive_tls"),
    "ris": _place("ris"),
    "ws1": _place("devices", "WS1"),
    "study": _study,
    "dicomweb": lambda seat: seat.archive.dicomweb_url,
}
