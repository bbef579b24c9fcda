"""The RIS as PPS manager: every MPPS message it takes goes on to the archive, in order.

Queued in the transaction that takes it, so that none is lost when the archive is down.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from pydicom.uid import ExplicitVRLittleEndian
from sqlalchemy import delete, insert, update

from simulator.database import Database
from simulator.errors import NetworkError, StatusError
from simulator.hospital.calling import Calling
from simulator.hospital.sender import Sender
from simulator.hospital.tables import forwards
from simulator.network import dimse, scu

_DO = {"create": scu.mpps_create, "set": scu.mpps_set}


class Forwarding(Sender):
    """A queue of MPPS messages to one destination; without one, nothing is queued."""

    def __init__(self, database: Database, tell: Callable[..., Any], calling: Calling) -> None:
        """Queue in `database`."""
        super().__init__(database, forwards, "mpps-forwarding", calling)
        self.tell, self._trouble = tell, ""

    def post(self, verb: str, uid: str, attributes: bytes) -> None:
        """Queue a message, durable with the transaction it is part of."""
        if self.peer is None:
            return
        row = {"uid": uid, "verb": verb, "state": "queued", "reason": "", "attributes": attributes}
        with self.database.write() as db:
            db.execute(insert(forwards).values(**row))
        self._news.set()

    def attempt(self, row: dict[str, Any]) -> str:
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
