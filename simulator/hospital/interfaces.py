"""The RIS's HL7 interfaces: the listener, the channels that send, and the MPPS it passes on."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from simulator.clock import Clock
from simulator.hospital import his, outbound, reporting
from simulator.hospital.book import OrderBook
from simulator.hospital.calling import Calling
from simulator.hospital.exporting import Exporting
from simulator.hospital.forwarding import Forwarding
from simulator.hospital.his import His
from simulator.hospital.inbound import Inbound
from simulator.hospital.outbound import Outbound
from simulator.hospital.patients import Patients
from simulator.hospital.reports import Reports
from simulator.hospital.rows import Records
from simulator.hospital.senders import Listening, Sender
from simulator.hospital.tables import channels, messages, senders
from simulator.network.associate import Peer
from simulator.network.channel import Channel
from simulator.network.message_log import MessageLog
from simulator.network.mllp import MllpServer
from simulator.network.outbox import Outbox
from simulator.network.receiver import Receiver
from simulator.network.tls import Tls
from simulator.setting import LiveSettings

APPLICATION = "RIS"  # MSH-5 of what is meant for us, and MSH-3 of what we send


@dataclass(frozen=True, kw_only=True)
class Places:
    """Where things listen: ours, and the archive's."""

    host: str
    port: int
    archive_host: str
    archive_port: int
    archive: Peer
    hl7: bool = True  # whether the archive listens to HL7
    mpps: bool = True  # whether it takes performed procedure steps


class Interfaces:
    """HL7 in and out of the RIS."""

    def __init__(self, book: OrderBook, clock: Clock, settings: LiveSettings, tls: Tls) -> None:
        """Wire the parts; nothing listens or sends before `open`. `tls` is the RIS's own."""
        calling = Calling(settings=settings, tls=tls)
        database, tell = book.database, book.journal.write
        self.book, self.clock, self.settings = book, clock, settings
        self.senders = Records(database, senders, Sender, "sender", tell)
        listening = Listening(self.senders, settings)
        self.log = MessageLog(database, messages, clock)
        self.outbox = Outbox(database, self.log, channels, tell)
        self.outbound = Outbound(self.outbox)
        self.patients, self.reports = Patients(book), Reports(book)
        self.forwarding = Forwarding(database, tell, calling)
        self.his = His(book, self.patients, self.outbox)
        book.watchers.append(self.outbound.tell)
        self.exporting = Exporting(book, self.reports, calling)
        inbound = Inbound(book, self.patients, self.reports, self.outbound.post, settings)
        self.receiver = Receiver(
            name=APPLICATION,
            database=database,
            log=self.log,
            clock=clock,
            tell=tell,
            handlers=inbound.handlers(),
            applications=listening.applications,
            charset=listening.charset,
            admit=listening.admit,
            failure=listening.failure,
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
        if places.mpps:
            self.forwarding.start(places.archive)
        self.exporting.start(places.archive)

    def close(self) -> None:
        """Stop sending and listening; what waits is sent after the next start."""
        self.outbox.stop()
        self.forwarding.stop()
        self.exporting.stop()
        if self.server is not None:
            self.server.stop()

    def drained(self) -> bool:
        """Return whether nothing is on its way to the archive."""
        parts = (self.outbox, self.forwarding, self.exporting)
        return all(part.drained() for part in parts)

    @contextmanager
    def quiet(self) -> Iterator[None]:
        """Hold everything that sends, so that the database can be put back."""
        with self.outbox.quiet(), self.forwarding.busy, self.exporting.busy:
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
    return [*to_us, to_archive] if places.hl7 else to_us
