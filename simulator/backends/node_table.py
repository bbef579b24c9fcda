"""Orthanc's node table, over REST; what a node is, in words, is kept beside it: it has no place."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from simulator.backends.known import RIGHTS, Known
from simulator.backends.orthanc_rest import Rest
from simulator.errors import RefusedError
from simulator.files import read_json, write_json

_NAME = re.compile(r"[A-Za-z0-9_.-]{1,16}")  # what is safe as part of a path
_NO_PORT = 1  # Orthanc wants a port even where nobody listens
_FLAGS = {
    "echo": "AllowEcho", "store": "AllowStore", "find": "AllowFind", "move": "AllowMove",
    "get": "AllowGet", "commit": "AllowStorageCommitment",
}  # fmt: skip
_SHOWN = {**_FLAGS, "commit": "AllowNAction"}  # it is named so where it is read


class NodeTable:
    """The nodes an Orthanc knows; they change while it runs."""

    def __init__(self, rest: Rest, words: Path) -> None:
        """Ask `rest`; keep descriptions in the file `words`."""
        self.rest, self._words = rest, words

    def all(self) -> list[Known]:
        """Return every node, by AE title."""
        words = self._read()
        rows = self.rest.call("GET", "/modalities?expand").values()
        found = [_known(row, words.get(str(row["AET"]), "")) for row in rows]
        return sorted(found, key=lambda node: node.ae)

    def get(self, ae: str) -> Known:
        """Return one node; raises RefusedError if there is none."""
        found = [node for node in self.all() if node.ae == ae]
        if not found:
            raise RefusedError(
                f"There is no node '{ae}'.", "List them to see how it is spelt.", 404
            )
        return found[0]

    def put(self, node: Known) -> None:
        """Enter a node, or change it."""
        self.rest.call("PUT", f"/modalities/{_safe(node.ae)}", _modality(node))
        self._write({**self._read(), node.ae: node.description})

    def remove(self, ae: str) -> None:
        """Take a node out."""
        self.rest.call("DELETE", f"/modalities/{_safe(ae)}")
        self._write({name: text for name, text in self._read().items() if name != ae})

    def echo(self, ae: str) -> str:
        """Let Orthanc C-ECHO a node; returns what went wrong, '' if nothing did."""
        try:
            self.rest.call("POST", f"/modalities/{_safe(ae)}/echo", {"Timeout": 5})
        except RefusedError as error:
            return error.sentence
        return ""

    def _read(self) -> dict[str, str]:
        return dict(read_json(self._words, "list of nodes")) if self._words.exists() else {}

    def _write(self, words: dict[str, str]) -> None:
        write_json(self._words, words)


def _modality(node: Known) -> dict[str, Any]:
    flags = {flag: right in node.rights for right, flag in _FLAGS.items()}
    place = {"AET": node.ae, "Host": node.host, "Port": node.port or _NO_PORT}
    return {**place, "Manufacturer": "Generic", **flags, "AllowFindWorklist": False}


def _known(row: dict[str, Any], description: str) -> Known:
    port = int(row["Port"])
    return Known(
        ae=str(row["AET"]),
        host=str(row["Host"]),
        port=0 if port == _NO_PORT else port,
        description=description,
        rights=tuple(right for right in RIGHTS if row.get(_SHOWN[right])),
    )


def _safe(ae: str) -> str:
    if not _NAME.fullmatch(ae):
        raise RefusedError(
            f"Orthanc takes no node called '{ae}' from here.",
            "Use letters, digits, '_', '-' and '.' only.",
            400,
        )
    return ae
