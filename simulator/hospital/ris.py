"""The RIS as one thing: order book, worklist and performed steps behind one AE title."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from pynetdicom.presentation import PresentationContext
from pynetdicom.sop_class import (  # type: ignore[attr-defined]
    ModalityPerformedProcedureStep,
    ModalityWorklistInformationFind,
    Verification,
)

from simulator.clock import Clock
from simulator.database import Database
from simulator.hospital import tables
from simulator.hospital.admin_routes import admin_routes
from simulator.hospital.book import OrderBook
from simulator.hospital.devices import Device, Gate
from simulator.hospital.interfaces import Interfaces
from simulator.hospital.message_routes import message_routes
from simulator.hospital.mpps import PerformedSteps
from simulator.hospital.orders import Procedure
from simulator.hospital.routes import routes
from simulator.hospital.rows import Records
from simulator.hospital.setting_table import SETTINGS
from simulator.hospital.wire_routes import wire_routes
from simulator.hospital.worklist import Worklist
from simulator.journal import Journal
from simulator.network import command as cmd
from simulator.network import dimse
from simulator.network.associate import plain_context
from simulator.network.dimse import Handlers, Request
from simulator.network.negotiation import Proposal
from simulator.network.serve import Server
from simulator.network.tls import Tls
from simulator.network.tls_listening import Guard
from simulator.setting import LiveSettings
from simulator.web import Route


class Ris:
    """Orders in, worklist out, performed steps back in."""

    def __init__(
        self, folder: Path, seed: int, clock: Clock, journal: Journal,
        procedures: Sequence[Procedure],
    ) -> None:  # fmt: skip
        """Keep everything in `folder/ris.db`."""
        self.database = Database(folder / "ris.db", tables.metadata)
        self.journal, self.clock, self.seed = journal, clock, seed
        self.book = OrderBook(self.database, seed, clock, journal, procedures)
        self.settings = LiveSettings(self.database, tables.settings, SETTINGS)
        self.devices = Records(self.database, tables.devices, Device, "device", journal.write)
        self.devices.fill([Device(ae=ae) for ae in sorted({p.station_ae for p in procedures})])
        self.gate = Gate(self.devices, self.settings)
        tls = Tls.of(folder.parent / "tls" / "RISLAB")
        self.guard = Guard(tls)
        self.worklist = Worklist(self.book, self.gate)
        self.interfaces = Interfaces(self.book, clock, self.settings, tls)
        self.worklist.visit_of = self.interfaces.patients.visit
        self.steps = PerformedSteps(self.book, self.gate, self.interfaces.forwarding.post)
        self.ae = "RISLAB"

    def handlers(self) -> Handlers:
        """Return what answers which message."""
        return {
            cmd.C_ECHO: _echo,
            cmd.C_FIND: self.worklist.find,
            cmd.N_CREATE: self.steps.create,
            cmd.N_SET: self.steps.set,
        }

    def contexts(self, proposal: Proposal | None = None) -> list[PresentationContext]:
        """Return the presentation contexts the RIS takes, whoever asks."""
        classes = [Verification, ModalityWorklistInformationFind]
        if self.settings["mpps.offered"]:
            classes.append(ModalityPerformedProcedureStep)
        return [plain_context(sop_class) for sop_class in classes]

    def admit(self, proposal: Proposal) -> None:
        """Let in whom the settings and the table of devices let in."""
        self.gate.admit(proposal, self.ae)

    def serve(self, ae: str = "RISLAB", host: str = "127.0.0.1", port: int = 0) -> Server:
        """Start to answer associations; the caller stops the server."""
        self.ae = ae
        server = Server(
            name=ae,
            host=host,
            port=port,
            contexts=self.contexts,
            handlers=self.handlers(),
            admit=self.admit,
            guard=lambda: self.guard.contexts(self.settings["access.tls"]),
            tell=self.journal.write,
        )
        return server.start()

    def say_tls(self) -> None:
        """Tell how the port speaks now, and how long the certificate is good for."""
        mode = self.settings["access.tls"]
        self.journal.write(
            "tls.closed" if mode == "off" else "tls.opened",
            f"{self.ae}: {self.guard.words(mode)}", server=self.ae, **self.guard.facts(mode),
        )  # fmt: skip

    def snapshot(self, path: Path) -> None:
        """Copy the RIS's state to `path`."""
        self.database.backup(path)

    def restore(self, path: Path, *, renumber: bool = True) -> None:
        """Put the RIS back to the copy at `path`, in place.

        Without `renumber` later orders get new numbers: the archive still has the old ones.
        """
        with self.interfaces.quiet():
            used = self.book.used()
            self.database.restore(path)
            if not renumber:
                self.book.skip(used)
            self.settings.reload()

    def routes(self) -> list[Route]:
        """Return the RIS's part of the HTTP table."""
        return [
            *routes(self.book, self.worklist, self.steps),
            *message_routes(self.interfaces),
            *admin_routes(self),
            *wire_routes(self.clock),
        ]

    def close(self) -> None:
        """Close the interfaces, then the database."""
        self.interfaces.close()
        self.database.close()


def _echo(request: Request) -> int:
    return dimse.SUCCESS
