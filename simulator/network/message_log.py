"""The message log: every HL7 message a system received or sent, with what became of it.

States: accepted | rejected for what came in; queued | sent | parked | dropped for what goes out.
A queued message *is* the queue: it is sent in the order of its number, after a crash too.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import (
    JSON,
    Column,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    func,
    insert,
    select,
    update,
)

from simulator.clock import Clock
from simulator.database import Database
from simulator.errors import RefusedError, UsageError
from simulator.network import hl7
from simulator.network.hl7 import Hl7Error, Message
from simulator.network.hl7_fields import described, differences

FILTERS = ("direction", "channel", "kind", "state", "control_id", "patient_id", "accession")


def message_table(metadata: MetaData) -> Table:
    """Return the table of messages among the tables of a system."""
    table = Table(
        "messages",
        metadata,
        Column("number", Integer, primary_key=True),
        Column("direction", String, nullable=False),  # in | out
        Column("channel", String, nullable=False),  # ours, or the peer's address
        Column("kind", String, nullable=False),  # e.g. ADT^A08
        Column("control_id", String, nullable=False),
        Column("sender", String, nullable=False),
        Column("receiver", String, nullable=False),
        Column("patient_id", String, nullable=False),
        Column("accession", String, nullable=False),
        Column("state", String, nullable=False),
        Column("code", String, nullable=False),  # of the acknowledgement
        Column("reason", String, nullable=False),
        Column("attempts", Integer, nullable=False),
        Column("at", String, nullable=False),  # hospital time, ISO 8601
        Column("raw", LargeBinary, nullable=False),
        sqlite_autoincrement=True,
    )
    Index("messages_by_queue", table.c.channel, table.c.state)
    return table


def channel_table(metadata: MetaData) -> Table:
    """Return the table of channels among the tables of a system."""
    return Table(
        "channels",
        metadata,
        Column("name", String, primary_key=True),
        Column("facts", JSON, nullable=False),
    )


class MessageLog:
    """Writes messages down and finds them again."""

    def __init__(self, database: Database, table: Table, clock: Clock) -> None:
        """Keep messages in `table` of `database`."""
        self.database, self.table, self.clock = database, table, clock

    def add(self, message: Message, **facts: Any) -> int:
        """Write a message down and return its number; `facts` are columns."""
        row = {
            "code": "", "reason": "", "attempts": 0, "raw": message.raw,
            "at": self.clock.now().isoformat(timespec="milliseconds"),
            **self.facts_of(message), **facts,
        }  # fmt: skip
        with self.database.write() as db:
            key = db.execute(insert(self.table).values(**row)).inserted_primary_key
        assert key is not None
        return int(key[0])

    @staticmethod
    def facts_of(message: Message) -> dict[str, str]:
        """Return what the log can be searched by."""
        patient_id, accession = about(message)
        return {
            "control_id": message.control_id[:64], "kind": message.kind[:32],
            "sender": message.get("MSH-3.1")[:64], "receiver": message.get("MSH-5.1")[:64],
            "patient_id": patient_id, "accession": accession,
        }  # fmt: skip

    def change(self, number: int, **facts: Any) -> None:
        """Write down what became of a message."""
        with self.database.write() as db:
            db.execute(update(self.table).where(self.table.c.number == number).values(**facts))

    def get(self, number: int) -> dict[str, Any]:
        """Return one message with its bytes; RefusedError if there is none."""
        with self.database.write() as db:
            row = db.execute(select(self.table).where(self.table.c.number == number)).first()
        if row is None:
            raise RefusedError(f"There is no message {number}.", "List the messages.", 404)
        return dict(row._mapping)

    def find(self, limit: int = 0, **equal: str) -> list[dict[str, Any]]:
        """Return messages, the oldest first, without their bytes; `limit` keeps the newest."""
        c = self.table.c
        query = select(*[column for column in c if column.name != "raw"]).order_by(c.number.desc())
        for key, value in equal.items():
            if key not in FILTERS:
                known = ", ".join(FILTERS)
                raise UsageError(f"Messages cannot be searched by '{key}'.", f"Use {known}.")
            query = query.where(c[key] == value)
        with self.database.write() as db:
            rows = db.execute(query.limit(limit) if limit else query).all()
        return [dict(row._mapping) for row in reversed(rows)]

    def next_queued(self, channel: str) -> dict[str, Any] | None:
        """Return the message that is to go out next."""
        c = self.table.c
        query = select(self.table).where(c.channel == channel, c.state == "queued")
        with self.database.write() as db:
            row = db.execute(query.order_by(c.number).limit(1)).first()
        return dict(row._mapping) if row else None

    def depth(self) -> dict[tuple[str, str], int]:
        """Return how many messages each channel has in each state."""
        c = self.table.c
        query = select(c.channel, c.state, func.count()).where(c.direction == "out")
        with self.database.write() as db:
            rows = db.execute(query.group_by(c.channel, c.state)).all()
        return {(channel, state): count for channel, state, count in rows}


def about(message: Message) -> tuple[str, str]:
    """Return whom and which order a message is about: patient ID and accession number."""
    places = ("OBR-18.1", "IPC-1.1", "ORC-3.1", "OBR-3.1")
    accession = next(filter(None, map(message.get, places)), "")
    return message.get("PID-3.1")[:64], accession[:64]


def shown(row: dict[str, Any]) -> dict[str, Any]:
    """Return a message of the log as facts for HTTP, with its text and its segments."""
    raw = row["raw"]
    message, trouble = readable(raw)
    facts = {key: value for key, value in row.items() if key != "raw"}
    return {**facts, "text": message.text, "raw": raw.decode("latin-1"), "trouble": trouble,
            "segments": [list(fields) for fields in message.segments],
            "fields": described(message)}  # fmt: skip


def readable(raw: bytes) -> tuple[Message, str]:
    """Return a message of the log to be shown, and what keeps it from being read properly."""
    try:
        return hl7.parse(raw, "UNICODE UTF-8"), ""
    except Hl7Error as error:
        return hl7.parse_anyway(raw), error.sentence


def compared(one: dict[str, Any], other: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the fields in which two messages of the log differ."""
    return differences(readable(one["raw"])[0], readable(other["raw"])[0])
