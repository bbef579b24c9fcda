"""What was said on the wire, as both ends recorded it: the archive's process and the hospital's."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

from simulator.clients.archive import ArchiveClient
from simulator.clients.hospital import HospitalClient
from simulator.errors import PacsLabError, UsageError
from simulator.files import write_atomically
from simulator.network import pcapng
from simulator.results import Rows

COLUMNS = ("id", "hospital", "protocol", "caller", "called", "outcome", "bytes", "tls",
           "association")  # fmt: skip
_MESSAGE = ("number", "hospital", "source", "target", "name", "about", "says", "verdict", "length")
_LIMIT = 50  # connections in a list
_SAME_SECONDS = 10.0  # how far both ends' beginnings of one connection may lie apart
ENDS = ("archive", "hospital")


class WireClient:
    """The recordings of both processes, put together; an id names the end: a12 or h7."""

    def __init__(self, archive: ArchiveClient, hospital: HospitalClient) -> None:
        """Ask both."""
        self._ends: dict[str, ArchiveClient | HospitalClient] = {"a": archive, "h": hospital}

    def list(self, end: str = "", **filters: Any) -> Rows:
        """List connections, the newest last; filters: ae, without, protocol, since, limit.

        What both ends recorded is listed once, as the archive saw it; `end` asks one of them only:
        'archive' or 'hospital'. What one process does not tell is left out; if neither answers,
        the first one's error is raised.
        """
        if end and end not in ENDS:
            raise UsageError(f"'{end}' records nothing.", f"Say {' or '.join(ENDS)}.")
        query = {key: str(value) for key, value in filters.items() if value not in ("", None)}
        found: list[dict[str, Any]] = []
        errors: list[PacsLabError] = []
        for letter, client in self._ends.items():
            if end[:1] in ("", letter):
                try:
                    rows = client.call("GET", "/wire", query=query)
                except PacsLabError as error:  # it is down, or has no recording
                    errors.append(error)
                    continue
                known = [] if end else list(found)
                found += (
                    {"id": f"{letter}{row['number']}", **row}
                    for row in rows
                    if not any(_same(row, other) for other in known)
                )
        if errors and len(errors) == (1 if end else 2):
            raise errors[0]
        newest = sorted(found, key=lambda row: str(row["began"]))
        return Rows(newest[-int(filters.get("limit") or _LIMIT) :], COLUMNS)

    def show(self, identity: str) -> dict[str, Any]:
        """Return one connection with what was said on it, in 'messages'."""
        client, number = self._of(identity)
        answer: dict[str, Any] = client.call("GET", f"/wire/{number}")
        return {**answer, "id": identity, "messages": Rows(answer["messages"], _MESSAGE)}

    def message(self, identity: str, number: int) -> dict[str, Any]:
        """Return one message taken apart: headings in 'sections', each with its rows."""
        client, connection = self._of(identity)
        answer: dict[str, Any] = client.call("GET", f"/wire/{connection}/messages/{number}")
        return answer

    def save(self, path: Path | str, ids: Iterable[str] = ()) -> dict[str, Any]:
        """Write connections (all, if none are named) as a pcapng file, which Wireshark opens."""
        chosen = [*ids] or [str(row["id"]) for row in self.list(limit=99999)]
        captures = [
            client.call("GET", "/wire-capture", query={"numbers": ",".join(numbers)})
            for client, numbers in self._sorted(chosen)
        ]
        data = pcapng.merged(captures, "PACS Lab: what was said on the wire; times are real ones")
        write_atomically(Path(path), data)
        return {"file": str(path), "connections": len(chosen), "bytes": len(data)}

    def _sorted(self, ids: Iterable[str]) -> Iterator[tuple[Any, tuple[str, ...]]]:
        """Yield each end with its numbers, some hundred at a time."""
        parts: dict[str, list[str]] = {}
        for identity in ids:
            self._of(identity)
            parts.setdefault(identity[0], []).append(identity[1:])
        for letter, numbers in parts.items():
            for at in range(0, len(numbers), 500):
                yield self._ends[letter], tuple(numbers[at : at + 500])

    def _of(self, identity: str) -> tuple[Any, int]:
        letter, number = identity[:1], identity[1:]
        if letter not in self._ends or not (number.isascii() and number.isdigit()):
            raise UsageError(f"'{identity[:40]}' is no connection.", "List them: a12, h7 …")
        return self._ends[letter], int(number)


def _same(row: dict[str, Any], other: dict[str, Any]) -> bool:
    """Return whether two ends recorded the same connection: its ports, at about the same time."""
    keys = ("caller_address", "called_address")
    if any(row[key] != other[key] for key in keys) or row["outcome"] == "no connection":
        return False
    began = (datetime.fromisoformat(str(found["began"])) for found in (row, other))
    return abs((next(began) - next(began)).total_seconds()) < _SAME_SECONDS
