"""Where audit messages are kept: a table that only grows, each row sealed with the one before.

A row's seal is SHA-256 of the seal before it and of all it says. Whoever edits, deletes or
reorders rows breaks the chain at that place; whoever cuts the end off, or seals everything anew,
is given away by the head kept apart and by the anchors that the journal holds. It has a database
of its own, which no reset rewinds.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from sqlalchemy import (
    JSON,
    Column,
    Integer,
    MetaData,
    String,
    Table,
    delete,
    func,
    insert,
    select,
)

from simulator.archive.audit.codes import EVENTS, TYPES
from simulator.archive.audit.message import AuditMessage, plain, to_xml
from simulator.database import Database

metadata = MetaData()
records = Table(
    "records",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("real", String, nullable=False),  # the machine's time
    Column("hospital", String, nullable=False, index=True),  # hospital time
    Column("event", String, nullable=False, index=True),
    Column("type", String, nullable=False),
    Column("action", String, nullable=False),
    Column("outcome", Integer, nullable=False),
    Column("user", String, nullable=False, index=True),
    Column("host", String, nullable=False),
    Column("patient_id", String, nullable=False, index=True),  # several: spaces between
    Column("study_uid", String, nullable=False),
    Column("text", String, nullable=False),
    Column("entries", String, nullable=False),  # of the journal
    Column("message", String, nullable=False),  # XML
    Column("previous", String, nullable=False),
    Column("seal", String, nullable=False),
)
gaps = Table(  # what was not recorded, and why
    "gaps",
    metadata,
    Column("number", Integer, primary_key=True),
    Column("why", String, nullable=False),
    Column("first", String, nullable=False),  # ids of the journal's entries
    Column("last", String, nullable=False),
    Column("since", String, nullable=False),  # hospital time
    Column("until", String, nullable=False),
    Column("count", Integer, nullable=False),
)
state = Table(  # how far readers have come, and the head of the chain
    "state",
    metadata,
    Column("name", String, primary_key=True),
    Column("value", JSON, nullable=False),
)
FIRST = "0" * 64
_SEALED = [c.name for c in records.columns if c.name not in ("previous", "seal")]
_GUARD = """CREATE TRIGGER IF NOT EXISTS records_{0} BEFORE {0} ON records
BEGIN SELECT RAISE(ABORT, 'the audit trail only grows'); END"""


class Trail:
    """The table, and the one way to add to it."""

    def __init__(self, path: Path, source: str) -> None:
        """Open the trail at `path`; `source` names the system in its messages."""
        self.database, self.source = Database(path, metadata), source
        with self.database.write() as db:
            for what in ("update", "delete"):
                db.exec_driver_sql(_GUARD.format(what))

    def close(self) -> None:
        """Close the database."""
        self.database.close()

    # --- adding -------------------------------------------------------------------------------

    def append(self, messages: Sequence[AuditMessage], **states: Any) -> tuple[int, str]:
        """Add messages and remember `states`, all in one transaction; returns the head."""
        with self.database.write() as db:
            number, seal = self._head(db)
            for message in messages:
                number += 1
                row = self._row(number, message)
                row |= {"previous": seal, "seal": sealed(row, seal)}
                seal = row["seal"]
                db.execute(insert(records).values(**row))
            if messages:
                states["head"] = [number, seal]
            for name, value in states.items():
                db.execute(delete(state).where(state.c.name == name))
                db.execute(insert(state).values(name=name, value=value))
        return number, seal

    def _row(self, number: int, message: AuditMessage) -> dict[str, Any]:
        requestor, entries = message.requestor, message.entries
        return {
            "number": number,
            "real": message.real,
            "hospital": message.at,
            "event": EVENTS[message.event],
            "type": TYPES.get(message.type, ""),
            "action": message.action,
            "outcome": message.outcome,
            "user": plain(requestor.user),
            "host": plain(requestor.host),
            "patient_id": plain(message.ids("patient")),
            "study_uid": plain(message.ids("study")),
            "text": plain(message.said),
            "entries": entries[0] if len(entries) == 1 else f"{entries[0]}…{entries[-1]}",
            "message": to_xml(message, self.source),
        }

    def _head(self, db: Any) -> tuple[int, str]:
        last = select(records.c.number, records.c.seal).order_by(records.c.number.desc()).limit(1)
        row = db.execute(last).first()
        kept = self.remembered("head", [0, FIRST])
        if row is None or row.number < kept[0]:  # an end that was cut off is not continued
            return int(kept[0]), str(kept[1])
        return int(row.number), str(row.seal)

    def add_gap(self, why: str, first: str, last: str, since: str, until: str, count: int) -> None:
        """Write down what was not recorded, together with a gap of the same reason it follows."""
        with self.database.write() as db:
            newest = select(gaps).where(gaps.c.why == why).order_by(gaps.c.number.desc()).limit(1)
            row = db.execute(newest).first()
            if row is not None and row.until[:10] == since[:10]:
                first, since, count = row.first, row.since, row._mapping["count"] + count
                db.execute(delete(gaps).where(gaps.c.number == row.number))
            db.execute(
                insert(gaps).values(
                    why=why, first=first, last=last, since=since, until=until, count=count
                )
            )

    # --- reading ------------------------------------------------------------------------------

    def remembered(self, name: str, default: Any) -> Any:
        """Return a remembered state."""
        with self.database.read() as db:
            row = db.execute(select(state.c.value).where(state.c.name == name)).first()
        return default if row is None else row.value

    def gaps(self) -> list[dict[str, Any]]:
        """Return what was not recorded."""
        with self.database.read() as db:
            return [dict(row._mapping) for row in db.execute(select(gaps).order_by(gaps.c.number))]

    def count(self) -> int:
        """Return how many records there are."""
        with self.database.read() as db:
            return int(db.execute(select(func.count()).select_from(records)).scalar_one())

    def after(self, number: int, limit: int) -> list[dict[str, Any]]:
        """Return the records after a number, in order."""
        wanted = select(records).where(records.c.number > number).order_by(records.c.number)
        with self.database.read() as db:
            return [dict(row._mapping) for row in db.execute(wanted.limit(limit))]

    def verify(self, anchors: Sequence[tuple[int, str]] = ()) -> list[dict[str, Any]]:
        """Return where the chain is broken, and how: empty if nobody touched it."""
        found = [{"number": number, "what": what} for number, what in self._breaks()]
        head, seal = self.remembered("head", [0, FIRST])
        with self.database.read() as db:
            seals = dict(db.execute(select(records.c.number, records.c.seal)).all())
        last = max(seals, default=0)
        if last < head:
            found.append({"number": last + 1, "what": f"the end is missing: {last + 1} to {head}"})
        for number, anchored in [*anchors, *([(head, seal)] if head else [])]:
            if number in seals and seals[number] != anchored:
                what = "everything up to here was sealed anew: an anchor says otherwise"
                found.append({"number": number, "what": what})
        return found

    def _breaks(self) -> Iterator[tuple[int, str]]:
        expected, previous = 1, FIRST
        number = 0
        while rows := self.after(number, 1000):
            for row in rows:
                number = row["number"]
                if number != expected:
                    missing = f"{expected} to {number - 1}" if number - expected > 1 else expected
                    yield number, f"missing before it: {missing}"
                elif row["previous"] != previous:
                    yield number, "does not follow the record before it: reordered or replaced"
                if row["seal"] != sealed(row, row["previous"]):
                    yield number, "was edited: its seal does not fit what it says"
                expected, previous = number + 1, row["seal"]


def sealed(row: dict[str, Any], previous: str) -> str:
    """Return the seal of a row that follows one with the seal `previous`."""
    said = json.dumps([previous, *(row[name] for name in _SEALED)], ensure_ascii=False)
    return hashlib.sha256(said.encode()).hexdigest()
