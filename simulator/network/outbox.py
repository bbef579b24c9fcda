"""Sending HL7: one durable queue for each destination, in order; channel.py has the policies."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, fields, replace
from typing import Any

from sqlalchemy import Table, delete, insert, select

from simulator.database import Database
from simulator.errors import NoAnswerError, RefusedError, UsageError
from simulator.network import hl7
from simulator.network.channel import Channel
from simulator.network.hl7 import Hl7Error, Message, segment
from simulator.network.hl7_ack import Ack
from simulator.network.message_log import MessageLog
from simulator.network.mllp_client import MllpClient

_TICK = 0.5  # seconds after which a queue looks again without being told
_EMPTY = Message(raw=b"", segments=())


class Outbox:
    """The channels of one system and what waits in them."""

    def __init__(
        self, database: Database, log: MessageLog, table: Table, tell: Callable[..., Any]
    ) -> None:
        """Queue in `log`; the channels stand in `table`."""
        self.database, self.log, self.table, self.tell = database, log, table, tell
        self._changed = threading.Condition()
        self._version = 0  # of what is queued and what is allowed
        self._stopped = False
        self._busy: dict[str, threading.Lock] = {}
        self._threads: list[threading.Thread] = []

    # --- channels -----------------------------------------------------------------------------

    def channels(self) -> list[Channel]:
        """Return every channel."""
        with self.database.write() as db:
            rows = db.execute(select(self.table).order_by(self.table.c.name)).all()
        return [Channel(**row.facts) for row in rows]

    def channel(self, name: str) -> Channel:
        """Return a channel; RefusedError if there is none."""
        found = {channel.name: channel for channel in self.channels()}
        if name not in found:
            raise RefusedError(f"There is no channel '{name}'.", f"Known: {', '.join(found)}.", 404)
        return found[name]

    def furnish(self, channel: Channel) -> None:
        """Add a channel unless it is there already; what was changed stays."""
        if channel.name not in {known.name for known in self.channels()}:
            self._put(channel)

    def add(self, channel: Channel, actor: str) -> Channel:
        """Add a channel, which begins to send at once; journalled."""
        if channel.name in {known.name for known in self.channels()}:
            raise RefusedError(f"There is a channel '{channel.name}' already.", "Change it.", 409)
        if channel.copy_of:
            self.channel(channel.copy_of)
        self._put(channel)
        if self._threads:
            self._begin(channel.name)
        self.tell("channel.added", f"{actor} added channel {channel.name} to "
                  f"{channel.host}:{channel.port}", channel=channel.name, actor=actor)  # fmt: skip
        return channel

    def change(self, name: str, changes: Mapping[str, Any], actor: str) -> Channel:
        """Change a channel's settings, e.g. paused, port or on_reject; journalled."""
        before = self.channel(name)
        known = [item.name for item in fields(Channel) if item.name != "name"]
        for key in changes:
            if key not in known:
                raise UsageError(f"A channel has no '{key}'.", f"It has {', '.join(known)}.")
        after = replace(before, **changes)
        self._put(after)
        for key in changes:
            old, new = getattr(before, key), getattr(after, key)
            if old != new:
                self.tell("channel.changed",
                          f"{actor} changed {key} of channel {name} from {old!r} to {new!r}",
                          channel=name, key=key, old=old, new=new, actor=actor)  # fmt: skip
        self._wake()
        return after

    def facts(self) -> list[dict[str, Any]]:
        """Return every channel with the length of its queue."""
        depth, states = self.log.depth(), ("queued", "sent", "parked", "dropped")
        return [
            {**asdict(channel), **{s: depth.get((channel.name, s), 0) for s in states}}
            for channel in self.channels()
        ]

    def _put(self, channel: Channel) -> None:
        with self.database.write() as db:
            db.execute(delete(self.table).where(self.table.c.name == channel.name))
            db.execute(insert(self.table).values(name=channel.name, facts=asdict(channel)))

    # --- queueing -----------------------------------------------------------------------------

    def post(self, name: str, kind: str, body: list[str]) -> int:
        """Queue a message of these segments, durable with the transaction it is part of.

        Returns its number, or 0 where this system has no such channel or filters it out.
        """
        with self.database.write():
            found = self.channels()
            numbers = [self._queue(c, kind, body) for c in found if c.name == name]
            for copy in found if numbers else ():
                if copy.copy_of == name:
                    self._queue(copy, kind, body)
        self._wake()
        return numbers[0] if numbers else 0

    def _queue(self, channel: Channel, kind: str, body: list[str]) -> int:
        if kind in channel.filter.split():
            return 0
        number = self._number(channel.name)
        raw = hl7.encode([self._header(channel, kind, number), *body], channel.charset)
        self._rewrite(number, raw)
        return number

    def resend(self, number: int, text: str = "") -> int:
        """Queue a message that went out, or was parked, again; `text` is its corrected form."""
        if (row := self.log.get(number))["direction"] != "out":
            raise UsageError(f"Message {number} came in.", "Use 'replay' for that.")
        channel = self.channel(row["channel"])
        lines = [line for line in text.replace("\r", "\n").split("\n") if line.strip()]
        raw = hl7.encode(lines, channel.charset) if lines else row["raw"]
        with self.database.write():
            if row["state"] == "parked":
                again = number
                self.log.change(number, state="queued", code="", reason="", attempts=0)
            else:
                again = self._number(channel.name)
            self._rewrite(again, raw)
        self._wake()
        return again

    def send_text(self, name: str, text: str) -> int:
        """Queue a message typed by hand, as it stands; returns its number."""
        channel = self.channel(name)
        lines = [line for line in text.replace("\r", "\n").split("\n") if line.strip()]
        with self.database.write():
            number = self._number(name)
            self._rewrite(number, hl7.encode(lines, channel.charset))
        self._wake()
        return number

    def _header(self, channel: Channel, kind: str, number: int) -> str:
        ask = "AL" if channel.mode == "enhanced" else ""
        structure = f"{kind}^{kind.replace('^', '_')}" if channel.version >= "2.5" else kind
        return segment("MSH", {
            1: "^~\\&", 2: channel.sending_application, 3: channel.sending_facility,
            4: channel.receiving_application, 5: channel.receiving_facility,
            6: hl7.stamp(self.log.clock.now()), 8: structure,
            9: f"{channel.sending_application}{number:06d}", 10: "P", 11: channel.version,
            14: ask, 15: ask, 17: channel.charset,
        })  # fmt: skip

    def _number(self, name: str) -> int:
        return self.log.add(_EMPTY, direction="out", channel=name, state="queued")

    def _rewrite(self, number: int, raw: bytes) -> None:
        self.log.change(number, **self.log.facts_of(hl7.parse_anyway(raw)), raw=raw)

    def _wake(self) -> None:
        with self._changed:
            self._version += 1
            self._changed.notify_all()

    # --- sending ------------------------------------------------------------------------------

    def start(self) -> None:
        """Begin to send, each channel on a thread of its own."""
        for channel in self.channels():
            self._begin(channel.name)

    def _begin(self, name: str) -> None:
        if name in self._busy:
            return
        self._busy[name] = threading.Lock()
        work = threading.Thread(target=self._work, args=[name], name=f"hl7-{name}", daemon=True)
        self._threads.append(work)
        work.start()

    def stop(self) -> None:
        """Stop sending; what is queued stays queued."""
        self._stopped = True
        self._wake()
        for thread in self._threads:
            thread.join(15)

    @contextmanager
    def quiet(self) -> Iterator[None]:
        """Hold every channel between two messages, so that the tables can be put back."""
        with ExitStack() as held:
            for lock in list(self._busy.values()):
                held.enter_context(lock)
            yield

    def wait(self, number: int, seconds: float) -> str:
        """Wait until a message is no longer queued; returns its state."""
        deadline = time.monotonic() + seconds
        while True:
            seen = self._version  # before looking, so that no news is missed
            state = str(self.log.get(number)["state"])
            left = deadline - time.monotonic()
            if state != "queued" or left <= 0:
                return state
            self._await_news(seen, left)

    def _rest(self, seconds: float) -> None:
        with self._changed:
            self._changed.wait_for(lambda: self._stopped, seconds)

    def _await_news(self, seen: int, seconds: float) -> None:
        with self._changed:  # never held while the database is asked: post() wakes inside of it
            self._changed.wait_for(lambda: self._version != seen, seconds)

    def drained(self) -> bool:
        """Return whether nothing waits that could go."""
        return all(row["paused"] or not row["queued"] for row in self.facts())

    def _work(self, name: str) -> None:
        client: MllpClient | None = None
        while not self._stopped:
            seen = self._version
            try:
                with self._busy[name]:
                    channel, row = self._next(name)
                    if row is not None:
                        client = _line(client, channel)
                        pause = self._send(client, channel, row)
            except RefusedError:  # a reset took the channel back
                self._busy.pop(name, None)
                break
            except Exception as error:  # a bug of ours must be seen, and the queue goes on
                self.tell("bug", f"channel {name}: {type(error).__name__}: {error}")
                row, pause = None, 0.0
            if row is None:
                self._await_news(seen, _TICK)
            elif pause:
                self._rest(pause)
        if client is not None:
            client.close()

    def _next(self, name: str) -> tuple[Channel, dict[str, Any] | None]:
        with self.database.write():  # at one moment: nothing queued after a pause slips past it
            channel = self.channel(name)
            return channel, None if channel.paused else self.log.next_queued(name)

    def _send(self, client: MllpClient, channel: Channel, row: dict[str, Any]) -> float:
        """Send one message; returns how long to wait before the next try."""
        number, attempts = row["number"], row["attempts"] + 1
        try:
            ack = client.send(row["raw"])
            policy = {"E": channel.on_error, "R": channel.on_reject}.get(ack.code[1], "")
        except (NoAnswerError, Hl7Error) as error:
            ack = Ack(code="", control_id="", reason=error.sentence)
            policy = channel.on_silence
        if policy == "retry" and channel.attempts and attempts >= channel.attempts:
            policy = "park"
        state = {"": "sent", "park": "parked", "drop": "dropped"}.get(policy, "queued")
        self.log.change(number, state=state, code=ack.code, reason=ack.reason, attempts=attempts)
        self._say(channel, row, ack, state)
        if policy == "stop":
            self.change(channel.name, {"paused": True}, "the channel itself")
        self._wake()
        return channel.retry_seconds if state == "queued" else 0.0

    def _say(self, channel: Channel, row: dict[str, Any], ack: Ack, state: str) -> None:
        if row["attempts"] and (row["code"], row["reason"]) == (ack.code, ack.reason):
            return  # said already, however long it lasts
        said = ack.code or "no acknowledgement"
        reason = f", {ack.reason}" if ack.reason else ""
        self.tell(
            "hl7.sent",
            f"{channel.name}: {row['kind']} {row['control_id']} met {said}{reason}; it is {state}",
            type=row["kind"], control_id=row["control_id"], code=ack.code, reason=ack.reason,
            channel=channel.name, state=state, message=row["number"],
            peer=f"{channel.host}:{channel.port}", patient_id=row["patient_id"],
            accession=row["accession"],
        )  # fmt: skip


def _line(client: MllpClient | None, channel: Channel) -> MllpClient:
    """Return a line to where the channel leads now."""
    if client is not None:
        client.timeout = channel.ack_seconds
        if (client.host, client.port) == (channel.host, channel.port):
            return client
        client.close()
    return MllpClient(channel.host, channel.port, channel.ack_seconds)
