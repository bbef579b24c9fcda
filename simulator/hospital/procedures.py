"""The procedure table an administrator edits: code → modality, station, protocol; with history."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, replace
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection

from simulator.errors import UsageError
from simulator.hospital import history, mapping
from simulator.hospital.facts import check
from simulator.hospital.orders import Procedure

if TYPE_CHECKING:
    from simulator.hospital.book import OrderBook

_EDITABLE = ("modality", "station_ae", "protocol", "description", "minutes")
_ENOUGH = {"modality", "station_ae", "protocol"}  # for a new procedure
_WAITING = ("ordered", "scheduled", "arrived")


class ProcedureTable:
    """Where each procedure is scheduled."""

    def __init__(self, book: OrderBook) -> None:
        """Keep the table beside the orders of `book`."""
        self.book, self.database = book, book.database

    def all(self) -> list[Procedure]:
        """Return the table."""
        with self.database.write() as connection:
            return mapping.rows(connection)

    def find(self, code: str) -> Procedure | None:
        """Return where a procedure is scheduled, None if the table does not say."""
        with self.database.write() as connection:
            return mapping.find(connection, code)

    def history(self, code: str) -> list[dict[str, Any]]:
        """Return every change of a procedure, the oldest first."""
        return history.of(self.database, mapping.change_key(code))

    def change(
        self, code: str, changes: Mapping[str, Any], actor: str = "ris", *, pending: bool = False
    ) -> Procedure:
        """Change where a procedure is scheduled from now on; `pending` moves waiting orders too.

        A new code is added, if modality, station_ae and protocol are said.
        """
        check({"code": code})
        check(changes, _EDITABLE)
        wanted = {key: _value(key, value) for key, value in changes.items()}
        with self.database.write() as connection:
            is_new = mapping.find(connection, code) is None
            find = mapping.find_or_add if wanted.keys() >= _ENOUGH else mapping.get
            before = find(connection, code)
            after = replace(before, **wanted)
            mapping.save(connection, after)
            if is_new:
                self._remember(connection, code, actor, "added", "", after.station_ae)
            for key in wanted:
                old, new = getattr(before, key), getattr(after, key)
                if old != new:
                    self._remember(connection, code, actor, key, old, new)
        self._tell(code, before, after, list(wanted), actor)
        if pending:
            facts = {key: value for key, value in wanted.items() if key != "minutes"}
            for order in self.book.find(_WAITING, code=code):
                self.book.edit(order.accession, facts, actor)
        return after

    def remove(self, code: str, actor: str) -> None:
        """Take a procedure out; orders for it are on no worklist until it is back."""
        with self.database.write() as connection:
            before = mapping.get(connection, code)
            mapping.remove(connection, before)
            self._remember(connection, code, actor, "removed", before.station_ae, "")
        self.book.journal.write(
            "mapping.changed", f"procedure {code} was taken out of the table ({actor})",
            key="removed", old=asdict(before), new="", actor=actor, code=code,
        )  # fmt: skip

    def _remember(
        self, connection: Connection, code: str, actor: str, what: str, old: Any, new: Any
    ) -> None:
        at = self.book.clock.now().isoformat(timespec="seconds")
        key = mapping.change_key(code)
        history.note(connection, key, at=at, actor=actor, what=what, old=old, new=new)

    def _tell(
        self, code: str, before: Procedure, after: Procedure, keys: list[str], actor: str
    ) -> None:
        for key in keys:
            old, new = getattr(before, key), getattr(after, key)
            self.book.journal.write(
                "mapping.changed",
                f"procedure {code}: {key} was '{old}' and is '{new}' ({actor})",
                key=key, old=old, new=new, actor=actor, code=code,
            )  # fmt: skip


def _value(key: str, value: Any) -> Any:
    if key != "minutes":
        return str(value)
    if not str(value).isascii() or not str(value).isdigit() or not 0 < int(value) <= 600:
        raise UsageError(f"'{value}' is no number of minutes.", "Use 1 to 600.")
    return int(value)
