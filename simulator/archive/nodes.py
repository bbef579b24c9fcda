"""The node table: which AE titles the archive knows, where they are, and what they may do."""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Sequence
from dataclasses import asdict, dataclass, fields, replace
from typing import Any

from sqlalchemy import delete, insert, select, update

from simulator.archive import tables as t
from simulator.archive.uid_lists import read_uids
from simulator.database import Database
from simulator.errors import RefusedError, UsageError
from simulator.network.associate import Peer

# What a node may ask of us; "retrieve" also makes it a move destination.
RIGHTS = ("echo", "store", "find", "move", "get", "commit", "mpps")
# What is exchanged with it, as UIDs; an empty list limits nothing: node_capabilities.py.
LIMITS = ("accepts_classes", "accepts_syntaxes", "sends_classes", "sends_syntaxes")


@dataclass(frozen=True, kw_only=True)
class Node:
    """One known application entity."""

    ae: str
    host: str = "127.0.0.1"
    port: int = 0  # 0: it does not listen, so nothing can be sent to it
    description: str = ""
    rights: tuple[str, ...] = RIGHTS
    max_associations: int = 0  # how many it may have open at once; 0: no limit of its own
    tls: bool = False  # whether it is called by TLS
    ian: bool = False  # whether it is told which studies are available (PS3.4 R)
    accepts_classes: tuple[str, ...] = ()  # SOP classes it may send to us; empty: all
    accepts_syntaxes: tuple[str, ...] = ()
    sends_classes: tuple[str, ...] = ()  # SOP classes we send to it; empty: all
    sends_syntaxes: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        """Refuse what cannot be an AE title, an address or a right."""
        if not is_ae_title(self.ae):
            raise UsageError(
                f"'{self.ae}' is not an AE title.",
                "Use 1 to 16 printable ASCII characters, no backslash, no space at either end.",
            )
        _check_host(self.host)
        if type(self.port) is not int or not 0 <= self.port <= 65535:
            raise UsageError(f"{self.port} is not a port.", "Use 1 to 65535, or 0 for none.")
        if type(self.max_associations) is not int or not 0 <= self.max_associations <= 500:
            what = f"{self.max_associations!r} is no number of associations."
            raise UsageError(what, "Use 1 to 500, or 0 for no limit of its own.")
        for key in ("tls", "ian"):
            if type(getattr(self, key)) is not bool:
                raise UsageError(f"{getattr(self, key)!r} is no {key}.", "Use true or false.")
        unknown = [right for right in self.rights if right not in RIGHTS]
        if unknown:
            raise UsageError(
                f"There is no node right '{unknown[0]}'.", f"There are: {', '.join(RIGHTS)}."
            )

    @property
    def peer(self) -> Peer:
        """The node as somebody to call."""
        return Peer(ae=self.ae, host=self.host, port=self.port)

    def is_at(self, address: str) -> bool:
        """Return whether a caller's address is this node's, whose host may be a name."""
        if self.host == address:
            return True
        try:
            ipaddress.ip_address(self.host)
        except ValueError:
            return address in _addresses(self.host)
        return False

    @property
    def is_limited(self) -> bool:
        """Whether less than everything is exchanged with it."""
        return any(getattr(self, key) for key in LIMITS)

    def facts(self) -> dict[str, Any]:
        """The node as JSON holds it."""
        lists = {key: list(getattr(self, key)) for key in ("rights", *LIMITS)}
        return {**asdict(self), **lists}


def is_ae_title(text: str) -> bool:
    """Return whether this can be an AE title (PS3.5 6.2)."""
    fine = text.isascii() and text.isprintable() and "\\" not in text
    return fine and 0 < len(text) <= 16 and text == text.strip()


def _check_host(host: str) -> None:
    try:
        ipaddress.ip_address(host)
        return
    except ValueError:
        pass
    parts = host.split(".")
    fine = all(part and len(part) < 64 and part.replace("-", "").isalnum() for part in parts)
    numeric = all(part.isdigit() for part in parts)  # 127.0.0.256 is no name either
    if not host.isascii() or len(host) > 253 or not fine or numeric:
        raise UsageError(f"'{host}' is not a host.", "Give an IP address or a host name.")


def _addresses(host: str) -> set[str]:
    """Return what a host's name stands for; nothing where nobody knows it."""
    try:
        return {str(found[4][0]) for found in socket.getaddrinfo(host, None)}
    except (OSError, UnicodeError):
        return set()


def make(facts: dict[str, Any]) -> Node:
    """Make a node of JSON; raises UsageError for an unknown key."""
    known = {item.name for item in fields(Node)}
    for key in facts:
        if key not in known:
            raise UsageError(f"A node has no '{key}'.", f"It has: {', '.join(sorted(known))}.")
    values = dict(facts)
    for key in ("ae", "host", "description"):
        if not isinstance(values.get(key, ""), str):
            raise UsageError(f"{values[key]!r} is no {key} of a node.", "Give a text.")
    if "rights" in values:
        rights = values["rights"]
        if not isinstance(rights, (str, list, tuple)):
            raise UsageError(f"{rights!r} are no rights.", f"Give some of {', '.join(RIGHTS)}.")
        values["rights"] = tuple(
            filter(None, rights.split(",")) if isinstance(rights, str) else rights
        )
    for key in LIMITS:
        if key in values:
            values[key] = _uids(key, values[key])
    for key in ("port", "max_associations"):
        if isinstance(values.get(key), str) and values[key].isdigit():
            values[key] = int(values[key])
    return Node(**values)


def _uids(key: str, value: Any) -> tuple[str, ...]:
    try:
        return read_uids(value, key.partition("_")[2])
    except ValueError as error:
        raise UsageError(
            f"{error} is none of a node's {key}.", "Give UIDs, or names as CTImageStorage."
        ) from None


class Nodes:
    """The table, editable while associations come and go; in memory, for every message asks it."""

    def __init__(self, database: Database) -> None:
        """Work on `database`."""
        self.database = database
        self._nodes: dict[str, Node] = {}
        self.reload()

    def reload(self) -> None:
        """Read the table again, as after a reset."""
        with self.database.read() as db:
            rows = db.execute(select(t.nodes).order_by(t.nodes.c.ae))
            self._nodes = {row.ae: _node(row) for row in rows}

    def all(self) -> list[Node]:
        """Return every node, by AE title."""
        return list(self._nodes.values())

    def find(self, ae: str) -> Node | None:
        """Return the node with exactly this AE title: case matters (PS3.8 9.3.2)."""
        return self._nodes.get(ae)

    def get(self, ae: str) -> Node:
        """Return a node; raises RefusedError if there is none."""
        node = self.find(ae)
        if node is None:
            raise RefusedError(
                f"There is no node '{ae}'.", "List them to see how it is spelt.", 404
            )
        return node

    def add(self, node: Node) -> None:
        """Enter a new node; raises RefusedError if its AE title is taken."""
        if self.find(node.ae):
            raise RefusedError(f"There is a node '{node.ae}' already.", "Change that one.", 409)
        with self.database.write() as db:
            db.execute(insert(t.nodes).values(**node.facts()))
        self.reload()

    def put_all(self, nodes: Sequence[Node]) -> None:
        """Enter nodes, over those of the same title: all of them, or none if something fails."""
        with self.database.write() as db:
            db.execute(delete(t.nodes).where(t.nodes.c.ae.in_([node.ae for node in nodes])))
            db.execute(insert(t.nodes), [node.facts() for node in nodes])
        self.reload()

    def change(self, ae: str, changes: dict[str, Any]) -> tuple[Node, Node]:
        """Change a node; returns it as it was and as it is."""
        old = self.get(ae)
        new = make({**old.facts(), **changes})
        if new.ae != ae and self.find(new.ae):
            raise RefusedError(f"There is a node '{new.ae}' already.", "Choose another title.", 409)
        with self.database.write() as db:
            db.execute(update(t.nodes).where(t.nodes.c.ae == ae).values(**new.facts()))
        self.reload()
        return old, new

    def remove(self, ae: str) -> Node:
        """Take a node out of the table."""
        node = self.get(ae)
        with self.database.write() as db:
            db.execute(delete(t.nodes).where(t.nodes.c.ae == ae))
        self.reload()
        return node


def _node(row: Any) -> Node:
    values = dict(row._mapping)
    lists = {key: tuple(values[key]) for key in ("rights", *LIMITS)}
    return replace(Node(ae=values["ae"]), **{**values, **lists})
