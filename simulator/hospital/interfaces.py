"""The RIS's HL7 interfaces: the listener, the channels that send, and the MPPS it passes on."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from simulator.clock import Clock
from simulator.hospital import his, outbound, reporting
from simulator.hospital.book import OrderBook
from simulator.hospital.forwarding import Forwarding
from simulator.hospital.his import His
from simulator.hospital.inbound import Inbound
from simulator.hospital.outbound import Outbound
from simulator.hospital.patients import Patients
from simulator.hospital.reports import Reports
from simulator.hospital.tables import channels, messages
from simulator.network.associate import Peer
from simulator.network.channel import Channel
from simulator.network.message_log import MessageLog
from simulator.network.mllp import MllpServer
from simulator.network.outbox import Outbox
from simulator.network.receiver import Receiver

APPLICATION = "RIS"  # MSH-5 of what is meant for us, and MSH-3 of what we send


@dataclass(frozen=True, kw_only=True)
class Places:
    """Where things listen: ours, and the archive's."""

    host: str
    port: int
    archive_host: str
    archive_port: int
    archive: Peer


class Interfaces:
    """HL7 in and out of the RIS."""

    def __init__(self, book: OrderBook, clock: Clock) -> None:
        """Wire the parts; nothing listens or sends before `open`."""
        database, tell = book.database, book.journal.write
        self.book, self.clock = book, clock
        self.log = MessageLog(database, messages, clock)
        self.outbox = Outbox(database, self.log, channels, tell)
        self.outbound = Outbound(self.outbox)
        self.patients, self.reports = Patients(book), Reports(book)
        self.forwarding = Forwarding(database, tell)
        self.his = His(book, self.patients, self.outbox)
        book.watchers.append(self.outbound.tell)
        inbound = Inbound(book, self.patients, self.reports, self.outbound.post)
        self.receiver = Receiver(
            name=APPLICATION,
            database=database,
            log=self.log,
            clock=clock,
            tell=tell,
            handlers=inbound.handlers(),
            applications=lambda: (APPLICATION,),
            charset=lambda: "ASCII",
        )
        self.server: MllpServer | None = None

    def listen(self, host: str = "127.0.0.1", port: int = 0) -> MllpServer:
        """Bind the HL7 listener."""
        self.server = MllpServer(
            name=APPLICATION,
            host=host,
            port=port,
            receive=self.receiver.receive,
            tell=self.book.journal.write,
        )
        return self.server

    def open(self, places: Places) -> None:
        """Listen, unless we do already, and begin to send."""
        if self.server is None:
            self.listen(places.host, places.port).start()
        for channel in _channels(places):
            self.outbox.furnish(channel)
        self.outbox.start()
        self.forwarding.start(places.archive)

    def close(self) -> None:
        """Stop sending and listening; what waits is sent after the next start."""
        self.outbox.stop()
        self.forwarding.stop()
        if self.server is not None:
            self.server.stop()

    def drained(self) -> bool:
        """Return whether nothing is on its way to the archive."""
        return self.outbox.drained() and self.forwarding.drained()

    @contextmanager
    def quiet(self) -> Iterator[None]:
        """Hold everything that sends, so that the database can be put back."""
        with self.outbox.quiet(), self.forwarding.busy:
            yield


def _channels(places: Places) -> list[Channel]:
    """Return the channels a new hospital has: two to the RIS itself, one to the archive."""
    to_us = [
        Channel(
            name=name,
            sending_application=application,
            receiving_application=APPLICATION,
            host=places.host,
            port=places.port,
        )
        for name, application in ((his.CHANNEL, "HIS"), (reporting.CHANNEL, "DICTATION"))
    ]
    to_archive = Channel(
        name=outbound.ARCHIVE,
        sending_application=APPLICATION,
        receiving_application="PACSLAB",
        host=places.archive_host,
        port=places.archive_port,
    )
    return [*to_us, to_archive]
