"""Two archives that know each other, and ways to look at what goes from one to the other."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from simulator.archive.nodes import Node
from simulator.archive.routing.counts import STATES
from simulator.archive.routing.rule import Rule
from simulator.network.associate import Peer
from tests.archive.support import Lab, lab, until


def free_port() -> int:
    """Return a port at which nobody listens."""
    with socket.create_server(("127.0.0.1", 0)) as found:
        return int(found.getsockname()[1])


@contextmanager
def pair(folder: Path) -> Iterator[tuple[Lab, Lab]]:
    """Run an archive, and a second one that it knows as OTHER; GONE listens nowhere."""
    with lab(folder / "other", [Node(ae="PACSLAB")]) as other:
        other.set("dicom.ae_title", "OTHER")
        other.peer = Peer(ae="OTHER", host="127.0.0.1", port=other.port)
        nodes = [Node(ae="OTHER", port=other.port), Node(ae="GONE", port=free_port())]
        with lab(folder / "ours", nodes) as ours:
            other.archive.nodes.change("PACSLAB", {"port": ours.port})
            for one in (ours, other):
                one.set("route.quiet_seconds", 0.2)
                one.set("commitment.retry_seconds", 0.1)
            yield ours, other


def rule(made: Lab, **facts: Any) -> Rule:
    """Enter a rule; without more it sends everything to OTHER."""
    return made.archive.routing.rules.add({"name": "all", "to": ["OTHER"], **facts})


def through(made: Lab) -> None:
    """Wait until nothing is owed any more."""
    until(lambda: not made.archive.owed.all(), 10)


def line(made: Lab, ae: str = "OTHER", **options: Any) -> dict[str, Any]:
    """Return how it stands with one destination."""
    rows = made.archive.routing.counts.reconcile(**options)
    return next((row for row in rows if row["ae"] == ae), dict.fromkeys(("matched", *STATES), 0))


def count(made: Lab) -> int:
    """Return how many instances an archive has."""
    return made.archive.index.counts()["instances"]
