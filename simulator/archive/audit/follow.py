"""Follows the journal and keeps the trail in step with it: the journal is the one source.

Entries are read from where the last transaction ended, and the place is written in the same
transaction as the messages: after a crash nothing is missing and nothing is there twice. Nothing
here is on a C-STORE's way; one message tells of all instances of one association.
"""

from __future__ import annotations

import json
import logging
import threading
from collections.abc import Callable, Sequence
from dataclasses import asdict, replace
from typing import Any

from simulator.archive.audit.codes import SHORT
from simulator.archive.audit.making import Guest, Maker, outcome_of
from simulator.archive.audit.message import AuditMessage
from simulator.archive.audit.studies import Studies
from simulator.archive.audit.trail import Trail
from simulator.archive.settings import Settings
from simulator.clock import real_seconds
from simulator.journal import Entry, Journal

_TICK_SECONDS = 1.0
_CHUNK = 4 << 20  # bytes read of the journal at once
_MOST = 500  # instances in one message
_PATIENCE = 20.0  # seconds after which an association that goes on is told of so far
_ANCHOR_EVERY = 250  # records


class Follower:
    """Makes audit messages of the archive's journal, on a thread of its own."""

    def __init__(self, trail: Trail, studies: Studies, settings: Settings, journal: Journal):
        """Write to `trail` what `journal` tells; `studies` says whose instances are."""
        self.trail, self.studies, self.settings, self.journal = trail, studies, settings, journal
        self.maker = Maker(lambda: str(settings["dicom.ae_title"]), studies.of)
        self._lock, self._wake = threading.RLock(), threading.Event()
        self._stopped, self.on_records = False, list[Callable[[], None]]()
        self.on_entry = list[Callable[[Entry], None]]()
        self._noted, self._written = False, real_seconds()  # a gap; the last time of writing
        kept = trail.remembered("journal", {})
        self.contacts: dict[str, str] = dict(kept.get("contacts", {}))  # kept here for the monitor
        self.senders: dict[str, str] = dict(kept.get("senders", {}))
        self._offset, self._number = int(kept.get("offset", 0)), int(kept.get("number", 0))
        self._guests = {k: Guest(**v) for k, v in kept.get("guests", {}).items()}
        self._stores = {k: [Entry(**e) for e in v] for k, v in kept.get("stores", {}).items()}
        self._since: dict[str, float] = dict.fromkeys(self._stores, 0.0)
        self._anchored = trail.remembered("anchored", 0)
        self._thread = threading.Thread(target=self._run, name="audit", daemon=True)

    def start(self) -> None:
        """Begin to follow."""
        self._thread.start()

    def stop(self) -> None:
        """Write what is known down and stop."""
        self._stopped = True
        self._wake.set()
        if self._thread.is_alive():
            self._thread.join(5)
        self.catch_up(everything=True)
        self._anchor(1)

    def catch_up(self, *, everything: bool = False) -> None:
        """Bring the trail up to the journal's present end, `everything` open associations too."""
        with self._lock:
            while self._step(everything=everything):
                pass

    def _run(self) -> None:
        while not self._stopped:
            try:
                self.catch_up()
                self._anchor(_ANCHOR_EVERY)
            except Exception as error:  # a bug of ours must be seen, and the next try may do
                logging.getLogger("audit").exception("the audit trail does not follow")
                self.journal.write("bug", f"audit: {type(error).__name__}: {error}")
                self._wake.wait(30)
            self._wake.wait(_TICK_SECONDS)

    # --- one transaction ----------------------------------------------------------------------

    def _step(self, *, everything: bool) -> bool:
        """Take the next part of the journal; returns whether there may be more."""
        before = self._state()
        entries, more = self._read()
        messages: list[AuditMessage] = []
        for entry in entries:
            for told in self.on_entry:
                told(entry)
            messages += self._safely(entry)
        messages += self._due(everything=everything)
        messages = [message for message in messages if self._is_on(message)]
        after = self._state()
        if messages or self._noted or (after != before and self._is_time()):
            self.trail.append(messages, journal=after)
            self._noted, self._written = False, real_seconds()
        if messages:
            for awake in self.on_records:
                awake()
        return more

    def _is_time(self) -> bool:
        """Return whether the place is to be written down although nothing else is: now and then."""
        return self._stopped or real_seconds() - self._written > _PATIENCE

    def _state(self) -> dict[str, Any]:
        return {
            "offset": self._offset,
            "number": self._number,
            "contacts": dict(self.contacts),
            "senders": dict(self.senders),
            "guests": {key: asdict(guest) for key, guest in self._guests.items()},
            "stores": {key: [vars(e) for e in entries] for key, entries in self._stores.items()},
        }

    def _read(self) -> tuple[list[Entry], bool]:
        path = self.journal.path
        size = path.stat().st_size
        if size < self._offset:
            self._offset = 0  # shortened or replaced: what is told twice is left out below
        if size == self._offset:
            return [], False
        with path.open("rb") as file:
            file.seek(self._offset)
            data = file.read(_CHUNK)
        whole = data[: data.rfind(b"\n") + 1]
        self._offset += len(whole)
        found = [entry for line in whole.splitlines() if (entry := self._entry(line)) is not None]
        return found, bool(whole) and self._offset < size

    def _entry(self, line: bytes) -> Entry | None:
        try:
            entry = Entry(**json.loads(line))
            number = int(entry.id.rpartition("-")[2])
        except (ValueError, TypeError):
            return None
        if number <= self._number:
            return None
        if number > self._number + 1:
            first = f"{self.journal.source}-{self._number + 1:06d}"
            last = f"{self.journal.source}-{number - 1:06d}"
            why, self._noted = "missing from the journal", True
            self.trail.add_gap(
                why, first, last, entry.hospital, entry.hospital, number - 1 - self._number
            )
        self._number = number
        return entry

    # --- entries ------------------------------------------------------------------------------

    def _safely(self, entry: Entry) -> list[AuditMessage]:
        """Return what an entry becomes; one that cannot be read is a gap, not the trail's end."""
        try:
            return self._taken(entry)
        except Exception as error:
            logging.getLogger("audit").exception("%s became no message", entry.id)
            self._noted, why = True, f"could not be read ({type(error).__name__})"
            self.trail.add_gap(why, entry.id, entry.id, entry.hospital, entry.hospital, 1)
            return []

    def _taken(self, entry: Entry) -> list[AuditMessage]:
        key, facts = str(entry.facts.get("association", "")), entry.facts
        guest = self._guests.get(key, Guest(calling=str(facts.get("calling", ""))))
        if entry.kind == "association.accepted":
            self._guests[key] = Guest(
                calling=str(facts["calling"]), host=str(facts["host"]), user=str(facts["user"])
            )
            return []
        if entry.kind == "c-store":
            self._stores.setdefault(key, []).append(_shortened(entry))
            self._since.setdefault(key, real_seconds())
            return self._told(key) if len(self._stores[key]) >= _MOST else []
        found: list[AuditMessage] = []
        if entry.kind == "archive.started":
            found = [made for other in list(self._stores) for made in self._told(other)]
            self._guests.clear()
        elif entry.kind.startswith("association.") and key in self._guests:
            found = self._told(key)
            self._guests.pop(key, None)
        return found + self.maker.messages(entry, guest if key else Guest())

    def _told(self, key: str) -> list[AuditMessage]:
        """Return the messages of what an association has stored so far: one a study."""
        entries = self._stores.pop(key, [])
        self._since.pop(key, None)
        if not entries:
            return []
        guest = self._guests.get(key, Guest(calling=str(entries[0].facts.get("calling", ""))))
        return [
            self.maker.transfer(guest, abouts, mine, _worst(mine))
            for abouts, mine in self.studies.grouped(entries)
        ]

    def _due(self, *, everything: bool) -> list[AuditMessage]:
        late = real_seconds() - _PATIENCE
        due = [key for key, since in self._since.items() if everything or since < late]
        return [message for key in due for message in self._told(key)]

    def _is_on(self, message: AuditMessage) -> bool:
        """Return whether this is recorded; what is not becomes a gap that can be seen."""
        off = str(self.settings["audit.off"]).split()
        nodes = str(self.settings["audit.off_nodes"]).split()
        kinds = [name for name in off if SHORT.get(name) == message.event]
        silent = [who.user for who in message.people if who.user in nodes]
        if not kinds and not silent:
            return True
        why = f"audit.off has '{kinds[0]}'" if kinds else f"audit.off_nodes has '{silent[0]}'"
        entries, self._noted = message.entries, True
        self.trail.add_gap(why, entries[0], entries[-1], message.at, message.at, 1)
        return False

    def _anchor(self, every: int) -> None:
        """Tell the journal the head of the chain now and then: a witness outside of the trail."""
        number, seal = self.trail.remembered("head", [0, ""])
        if number - self._anchored >= every:
            self._anchored = number
            self.trail.append([], anchored=number)
            self.journal.write(
                "audit.anchor", f"the audit trail has {number} records", number=number, seal=seal
            )


def _worst(entries: Sequence[Entry]) -> int:
    return max(outcome_of(int(str(entry.facts["status"]), 16)) for entry in entries)


def anchors(entries: Sequence[Entry]) -> list[tuple[int, str]]:
    """Return the anchors that a journal holds."""
    return [
        (int(entry.facts["number"]), str(entry.facts["seal"]))
        for entry in entries
        if {"number", "seal"} <= entry.facts.keys()
    ]


def _shortened(entry: Entry) -> Entry:
    """Return what is remembered of a C-STORE until its association ends."""
    kept = {key: entry.facts[key] for key in ("sop_instance", "status", "calling")}
    return replace(entry, text="", facts=kept)
