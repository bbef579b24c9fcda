"""A durable queue to one destination: rows of a table, sent one after the other by one thread."""

from __future__ import annotations

import threading
from typing import Any

from sqlalchemy import Table, select

from simulator.database import Database
from simulator.hospital.calling import Calling
from simulator.network.associate import Caller, Peer

_RETRY_SECONDS = 2.0


class Sender:
    """Sends the rows of `table` whose state is 'queued', oldest first; one that fails waits."""

    def __init__(self, database: Database, table: Table, name: str, calling: Calling) -> None:
        """Take rows from `table`; `name` is the thread's, `calling` how the destination is met."""
        self.database, self.table, self.calling = database, table, calling
        self._peer: Peer | None = None
        self.busy = threading.Lock()  # held while a row is under way
        self._news, self._stopped = threading.Event(), threading.Event()
        self._thread = threading.Thread(target=self._work, name=name, daemon=True)

    @property
    def peer(self) -> Peer | None:
        """Where it sends to at this moment; None before it was started."""
        return self.calling.peer(self._peer) if self._peer else None

    @property
    def caller(self) -> Caller:
        """Who calls at this moment."""
        return self.calling.caller()

    def start(self, peer: Peer) -> None:
        """Begin to send to `peer`."""
        self._peer = peer
        self._thread.start()

    def stop(self) -> None:
        """Stop; what waits is sent after the next start."""
        self._stopped.set()
        self._news.set()
        if self._thread.is_alive():
            self._thread.join(15)

    def drained(self) -> bool:
        """Return whether nothing waits."""
        return self._next() is None

    def attempt(self, row: dict[str, Any]) -> str:
        """Send one row and return the state it has then."""
        raise NotImplementedError

    def _work(self) -> None:
        while not self._stopped.is_set():
            self._news.clear()
            with self.busy:
                row = self._next()
                state = self.attempt(row) if row else "idle"
            if state == "idle":
                self._news.wait(0.5)
            elif state == "queued":
                self._stopped.wait(_RETRY_SECONDS)

    def _next(self) -> dict[str, Any] | None:
        columns = self.table.c
        query = select(self.table).where(columns.state == "queued").order_by(columns.number)
        with self.database.write() as db:
            row = db.execute(query.limit(1)).first()
        return dict(row._mapping) if row else None
