"""The DICOM trace: every message of chosen nodes in a file of its own, switched while running.

`log.trace` names the nodes, `log.trace_patients` says whether patients may be recognised in it.
An AE title is only ever a word in a line, never a part of a path.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterator
from logging.handlers import RotatingFileHandler
from pathlib import Path
from typing import Any

from pydicom.dataset import Dataset

from simulator.archive.attributes import read_header
from simulator.archive.settings import Settings
from simulator.network import dimse
from simulator.network.dimse import Reply, Request

_BYTES, _FILES = 2_000_000, 2
_LONGEST = 6000  # characters of one data set
_GROUP = 0x0010  # patient attributes
_NAMES = {"AccessionNumber", "StudyID", "ReferringPhysicianName"}


class Trace:
    """Writes the messages of chosen nodes down."""

    def __init__(self, path: Path, settings: Settings) -> None:
        """Write to `path`, once a node is chosen."""
        self.path, self.settings = path, settings
        self._lock = threading.Lock()
        self._handler: RotatingFileHandler | None = None
        self._nodes: frozenset[str] = frozenset()
        self._level = "info"  # as the process begins
        settings.watchers.append(self.follow)
        self.follow()

    def follow(self) -> None:
        """Take over what the settings say now: nodes, and the level of the ordinary log."""
        chosen = str(self.settings["log.trace"])
        self._nodes = frozenset() if chosen == "none" else frozenset(chosen.split())
        level = str(self.settings["log.level"])
        if level != self._level:
            self._level = level
            logging.getLogger().setLevel(level.upper())

    def wants(self, calling: str) -> bool:
        """Return whether this node is traced."""
        return bool(self._nodes) and (calling in self._nodes or "*" in self._nodes)

    def close(self) -> None:
        """Close the file."""
        with self._lock:
            if self._handler is not None:
                self._handler.close()
            self._handler = None

    # --- messages -----------------------------------------------------------------------------

    def request(self, request: Request) -> None:
        """Write a request with its data set down."""
        command = " ".join(f"{key}={value}" for key, value in request.command.items())
        self._write(request, f"<- {request.name}-RQ {command}", self._asked(request))

    def reply(self, request: Request, reply: Reply) -> None:
        """Write one response down."""
        dataset = reply.dataset if isinstance(reply.dataset, Dataset) else None
        self._write(request, f"-> {request.name}-RSP {dimse.meaning(reply.status)}", dataset)

    def ended(self, request: Request, status: int, comment: str) -> None:
        """Write down how a request ended."""
        said = f": {comment}" if comment else ""
        self._write(request, f"== {request.name} ended {dimse.meaning(status)}{said}", None)

    def lines(self, node: str = "", limit: int = 200) -> list[str]:
        """Return the last lines, of one node or of all."""
        if not self.path.exists():
            return []
        text = self.path.read_text("utf-8", "replace")
        found = [line for line in text.splitlines() if not node or f" [{node} " in line]
        return found[-limit:]

    # --- inner parts --------------------------------------------------------------------------

    def _asked(self, request: Request) -> Dataset | None:
        try:
            if request.name == "C-STORE":
                return read_header(request.fragments, request.context.transfer_syntax)
            return request.identifier if request.fragments else None
        except Exception:  # what cannot be read is the handler's to refuse
            return None

    def _write(self, request: Request, head: str, dataset: Dataset | None) -> None:
        number = request.association.number
        mark = f"[{_printable(request.calling)} {number}]"
        lines = [f"{mark} {head}", *(f"{mark}    {line}" for line in self._shown(dataset))]
        record = logging.LogRecord("trace", logging.INFO, "", 0, "\n ".join(lines), None, None)
        with self._lock:
            if self._handler is None:
                self.path.parent.mkdir(parents=True, exist_ok=True)
                self._handler = RotatingFileHandler(
                    self.path, maxBytes=_BYTES, backupCount=_FILES, encoding="utf-8"
                )
                self._handler.setFormatter(logging.Formatter("%(asctime)s %(message)s"))
            self._handler.emit(record)

    def _shown(self, dataset: Dataset | None) -> Iterator[str]:
        if dataset is None:
            return
        open_ = bool(self.settings["log.trace_patients"])
        text = 0
        for element in dataset:
            hidden = not open_ and (element.tag.group == _GROUP or element.keyword in _NAMES)
            line = f"{element.tag} {element.VR} {element.keyword}: "
            line += "***" if hidden and element.value else _value(element)
            text += len(line)
            if text > _LONGEST:
                yield "…"
                return
            yield line


def _value(element: Any) -> str:
    if element.VR == "SQ":
        return f"{len(element.value or ())} items"
    return _printable(str(element.value)[:200])


def _printable(text: str) -> str:
    return "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in text)
