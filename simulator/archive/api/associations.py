"""Who is connected at this moment, and the way to end it."""

from __future__ import annotations

import time
from typing import Any

from simulator.archive.api.desk import Desk, Row
from simulator.errors import RefusedError
from simulator.network import cutting
from simulator.network.association import Association
from simulator.web import Call

_GRACE = 2.0  # seconds for an association's own thread to say goodbye


class Associations(Desk):
    """Handlers of the admin API."""

    def rows(self) -> list[Row]:
        """Return the part of the table that stands here."""
        one = "/api/associations/{number}"
        return [
            ("GET", "/api/associations", "node.read", self.associations, "open associations"),
            ("DELETE", one, "node.edit", self.abort, "abort an association (A-ABORT)"),
        ]

    def associations(self, call: Call) -> Any:
        """List open associations."""
        live = self.archive.server.live
        return [_facts(number, association) for number, association in sorted(live.items())]

    def abort(self, call: Call) -> Any:
        """Abort an association; one that hangs is cut off without a word after two seconds."""
        number = call.number()
        association = self.archive.server.live.get(number)
        if association is None:
            raise RefusedError(f"There is no open association {number}.", "List them anew.", 404)
        text = f"{call.who.name} aborted association {number} of {association.calling}"
        self.tell("association.ended", text, call, association.calling)
        cutting.cut(association, f"aborted here by {call.who.name}")
        deadline = time.monotonic() + _GRACE
        while number in self.archive.server.live and time.monotonic() < deadline:
            time.sleep(0.01)
        if number in self.archive.server.live:
            association.wire.close()  # its peer takes nothing any more: an A-ABORT would not pass
        return {"ok": True}


def _facts(number: int, association: Association) -> dict[str, Any]:
    contexts = association.contexts.values()
    return {
        "number": number,
        "calling": association.calling,
        "called": association.called,
        "host": association.peer_address[0],
        "user": association.user,
        "tls": association.wire.tls is not None,
        "seconds": round(time.monotonic() - association.began, 1),
        "contexts": len(contexts),
        "classes": sorted({context.abstract_syntax for context in contexts}),
    }
