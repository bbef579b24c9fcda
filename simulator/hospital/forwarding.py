"""The RIS as PPS manager: every MPPS message it takes goes on to the archive, in order.

Queued in the transaction that takes it, so that none is lost when the archive is down.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

from pydicom.uid import ExplicitVRLittleEndian
from sqlalchemy import delete, insert, select, update

from simulator.database import Database
from simulator.errors import NetworkError, StatusError
from simulator.hospital.tables import forwards
from simulator.network import dimse, scu
from simulator.network.associate import Caller, Peer

_RETRY_SECONDS = 2.0
_DO = {"create": scu.mpps_create, "set": scu.mpps_set}


class Forwarding:
    """A queue of MPPS messages to one destination; without one, nothing is queued."""

    def __init__(self, database: Database, tell: Callable[..., Any]) -> None:
        """Queue in `database`."""
        self.database, self.tell = database, tell
        self.peer: Peer | None = None
        self.caller = Caller(ae="RISLAB")
        self.busy = threading.Lock()  # held while a message is under way
        self._trouble = ""
        self._news, self._stopped = threading.Event(), False
        self._thread = threading.Thread(target=self._work, name="mpps-forwarding", daemon=True)

    def start(self, peer: Peer) -> None:
        """Begin to forward to `peer`."""
        self.peer = peer
        self._thread.start()

    def stop(self) -> None:
        """Stop; what waits is forwarded after the next start."""
        self._stopped = True
        self._news.set()
        if self._thread.is_alive():
            self._thread.join(15)

    def post(self, verb: str, uid: str, attributes: bytes) -> None:
        """Queue a message, durable with the transaction it is part of."""
        if self.peer is None:
            return
        row = {"uid": uid, "verb": verb, "state": "queued", "reason": "", "attributes": attributes}
        with self.database.write() as db:
            db.execute(insert(forwards).values(**row))
        self._news.set()

    def drained(self) -> bool:
        """Return whether nothing waits."""
        return self._next() is None

    def _work(self) -> None:
        while not self._stopped:
            self._news.clear()
            with self.busy:
                row = self._next()
                state = self._send(row) if row else "idle"
            if state == "idle":
                self._news.wait(0.5)
            elif state == "queued":
                threading.Event().wait(_RETRY_SECONDS)

    def _next(self) -> dict[str, Any] | None:
        query = select(forwards).where(forwards.c.state == "queued").order_by(forwards.c.number)
        with self.database.write() as db:
            row = db.execute(query.limit(1)).first()
        return dict(row._mapping) if row else None

    def _send(self, row: dict[str, Any]) -> str:
        """Send one; a refusal is final, silence is not. Returns its state."""
        assert self.peer is not None
        ds = dimse.decode_dataset(row["attributes"], ExplicitVRLittleEndian)
        state, reason = "sent", ""
        try:
            _DO[row["verb"]](self.peer, row["uid"], ds, self.caller)
            self._trouble = ""
        except StatusError as error:
            state, reason = "parked", error.sentence
        except (NetworkError, OSError) as error:
            state, reason = "queued", str(error)
        if reason and reason != self._trouble:  # said once, however long it lasts
            word = "was refused by" if state == "parked" else "waits for"
            self.tell("mpps.forward-failed",
                      f"N-{row['verb'].upper()} of {row['uid']} {word} {self.peer}: {reason}",
                      uid=row["uid"], state=state, peer=str(self.peer))  # fmt: skip
            self._trouble = reason
        same = forwards.c.number == row["number"]
        with self.database.write() as db:
            if state == "sent":  # what was performed stands in its own table
                db.execute(delete(forwards).where(same))
            elif (state, reason) != (row["state"], row["reason"]):
                db.execute(update(forwards).where(same).values(state=state, reason=reason))
        return state
