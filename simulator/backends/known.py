"""The nodes an archive must know: what is entered in its node table, by us or by hand."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

RIGHTS = ("echo", "store", "find", "move", "get", "commit")


@dataclass(frozen=True, kw_only=True)
class Known:
    """One node: its title, where it is (port 0: it does not listen), and what it may do."""

    ae: str
    host: str = "127.0.0.1"
    port: int = 0
    description: str = ""
    rights: tuple[str, ...] = RIGHTS

    @classmethod
    def of(cls, facts: dict[str, Any]) -> Known:
        """Make one of the facts of a node of our own archive."""
        rights = tuple(right for right in facts["rights"] if right in RIGHTS)
        keys = ("ae", "host", "port", "description")
        return cls(**{key: facts[key] for key in keys}, rights=rights)

    def facts(self) -> dict[str, Any]:
        """The node as JSON holds it."""
        return {**vars(self), "rights": list(self.rights)}


def to_enter(nodes: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return what a person has to enter at an external archive: titles, addresses, ports, why."""
    return [
        {
            "ae": node["ae"],
            "host": node["host"],
            "port": node["port"] or "-",
            "may": ", ".join(right for right in node["rights"] if right in RIGHTS),
            "what": node["description"],
        }
        for node in nodes
    ]
