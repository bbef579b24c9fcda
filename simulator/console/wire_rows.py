"""The rows of a sequence diagram: messages of several connections, in order, repeats grouped."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

Message = dict[str, Any]
_FEWEST = 3  # repeats that become one row
_PERIODS = (1, 2)  # answers one after another; requests, each with its answer


@dataclass(frozen=True, kw_only=True)
class Line:
    """One row: a message, or many of one kind."""

    connection: str  # e.g. a12
    protocol: str
    tls: bool
    messages: tuple[Message, ...]

    @property
    def first(self) -> Message:
        """The message that stands for all."""
        return self.messages[0]

    @property
    def key(self) -> tuple[str, int]:
        """What finds the row again after a refresh."""
        return self.connection, int(self.first["number"])

    @property
    def is_answer(self) -> bool:
        """Whether it answers something."""
        name = str(self.first["name"])
        return name.startswith("ACK") or name.endswith(("-RSP", "-AC", "-RJ", "-RP"))

    @property
    def words(self) -> str:
        """What is written at the arrow."""
        first, count = self.first, len(self.messages)
        many = f"×{count} " if count > 1 else ""
        about = "" if self.is_answer and first["says"] else first["about"]
        if str(first["name"]).startswith("A-ASSOCIATE"):
            about = ""  # the arrow says who calls whom
        what = " · ".join(filter(None, (first["name"], about, first["says"])))
        what = f"{first['verdict']}: {what}" if first["verdict"] else what
        return f"{many}{what}{' (TLS)' if self.tls and 'A-ASSOCIATE-RQ' in what else ''}"

    @property
    def sentence(self) -> str:
        """The row as somebody reads it who does not see the picture."""
        way = f"{self.first['source']} to {self.first['target']}"
        return f"{clock(self.first)} {self.connection} {way}: {self.words}"


def clock(message: Message) -> str:
    """Return the time of day of a message: hospital time, or the machine's if that is unknown."""
    return str(message["hospital"] or message["at"])[11:19]


def lines(connections: Iterable[dict[str, Any]]) -> list[Line]:
    """Return the rows of these connections (as `wire.show` gives them), in order of time."""
    found = [line for connection in connections for line in _grouped(connection)]
    return sorted(found, key=lambda line: (str(line.first["at"]), line.connection))


def _grouped(connection: dict[str, Any]) -> Iterator[Line]:
    messages: Sequence[Message] = connection["messages"]
    keys = [_kind(message) for message in messages]
    at = 0
    while at < len(messages):
        period, times = _repeats(keys, at)
        for offset in range(period):
            chosen = tuple(messages[at + offset : at + period * times : period])
            yield Line(
                connection=connection["id"], protocol=connection["protocol"],
                tls=connection["tls"], messages=chosen,
            )  # fmt: skip
        at += period * times


def _repeats(keys: Sequence[Any], at: int) -> tuple[int, int]:
    """Return the period that repeats from here, and how often; (1, 1) if nothing does."""
    for period in _PERIODS:
        pattern, times = keys[at : at + period], 1
        while len(pattern) == period and (
            keys[at + period * times : at + period * (times + 1)] == pattern
        ):
            times += 1
        if times >= _FEWEST:
            return period, times
    return 1, 1


def _kind(message: Message) -> tuple[str, ...]:
    """Return what makes two messages alike: everything but their identity and size."""
    name = str(message["name"])
    about = "" if name.startswith("ACK") or "^" in name else message["about"]
    return (name, message["source"], about, message["verdict"], message["says"])
