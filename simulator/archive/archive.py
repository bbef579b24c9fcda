"""The archive as a whole: its rooms wired together, started, stopped, saved and restored."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydicom.dataset import Dataset
from sqlalchemy import Column

from simulator.archive import migrations
from simulator.archive import tables as t
from simulator.archive.audit.office import AuditOffice
from simulator.archive.availability import Availability
from simulator.archive.calling import Calling
from simulator.archive.commitment import Commitment
from simulator.archive.continuity.downtime import Downtime
from simulator.archive.continuity.media_room import Media
from simulator.archive.continuity.migration_room import Migration
from simulator.archive.continuity.room import Continuity
from simulator.archive.deidentify.export import Exports
from simulator.archive.directory import Directory
from simulator.archive.door import Door
from simulator.archive.emergency import Emergencies
from simulator.archive.fixup.office import Fixup
from simulator.archive.index import Index
from simulator.archive.integrity import Integrity
from simulator.archive.interfaces import Interfaces
from simulator.archive.labels import Labels
from simulator.archive.lifecycle.office import Lifecycle
from simulator.archive.listeners import Listeners
from simulator.archive.monitor.office import Monitor
from simulator.archive.mpps import PerformedSteps
from simulator.archive.nodes import Node, Nodes
from simulator.archive.orders import Orders
from simulator.archive.owed import Owed
from simulator.archive.quarantine import Quarantine
from simulator.archive.routing.office import Routing
from simulator.archive.services import Services
from simulator.archive.settings import Settings
from simulator.archive.sight import Sight
from simulator.archive.store import FileStore
from simulator.archive.tables import metadata
from simulator.archive.user_identity import Identities
from simulator.archive.users import Users
from simulator.clock import Clock
from simulator.database import Database
from simulator.journal import Journal


@dataclass(frozen=True, kw_only=True)
class Address:
    """Where the archive's DICOM listener is, and its second one for TLS."""

    host: str
    port: int
    tls_port: int = 0  # 0: any, once TLS is switched on


class Archive:
    """The test PACS: files, index, accounts and the DICOM listener."""

    def __init__(
        self,
        folder: Path,
        address: Address,
        clock: Clock,
        journal: Journal,
        hl7: Address | None = None,
        database: str = "",
    ) -> None:
        """Open the archive in `folder` and bind its listeners; HL7 only if it has an address.

        `database` is the URL of a PostgreSQL database for the index; without it, SQLite is used.
        """
        self.folder, self.clock, self.journal = folder, clock, journal
        self.database = Database(database or folder / "index.db", metadata, migrations.FOLDER)
        self.index = Index(self.database)
        self.store = FileStore(folder / "files")
        self.settings = Settings(self.database)
        self.nodes = Nodes(self.database)
        self.users = Users(self.database, self.settings, clock, journal)
        self.orders = Orders(self.index, self.nodes, self.settings, journal, address.host)
        self._admit_people()
        identities = Identities(self.users, self.settings)
        self.door = Door(self.settings, self.nodes, identities, self.sight)
        self.calling = Calling(self.settings, self.nodes, address.host, folder.parent / "tls")
        self.quarantine = Quarantine(folder / "quarantine", self.settings, clock, journal)
        self.exports = Exports(folder / "exports", self.store.read)
        self.services = Services(
            index=self.index,
            store=self.store,
            door=self.door,
            calling=self.calling,
            settings=self.settings,
            clock=clock,
            journal=journal,
            quarantine=self.quarantine,
            on_new_study=self.orders.expect,
        )
        self.integrity = Integrity(folder, self.services.filing)
        self.continuity, self.media = Continuity(self), Media(self)
        self.migration, self.downtime = Migration(self), Downtime(self)
        self.services.filing.gate = self.downtime.gate
        self.integrity.baseline = lambda: (
            self.saved_digests() | self.continuity.set_aside() | self.fixup.kept()
        )
        self.lifecycle = Lifecycle(self, folder / "volumes")
        self._report(clock, journal)
        self.fixup = Fixup(self)
        self.steps = PerformedSteps(self.database, self.nodes, clock, journal)
        self.interfaces = Interfaces(self, hl7)
        self.orders.readdress = self.interfaces.identities.readdress_retired
        self.steps.on_change = self._step_changed
        self.orders.on_new = self.routing.ordered
        rooms = (self.services, self.steps, self.commitment)
        self.audit: AuditOffice = AuditOffice(
            folder / "audit.db", self.database, self.settings, journal, self.calling.tls,
            accounts=self.users.all, emergencies=self.emergencies.all,
        )  # fmt: skip
        self.monitor = Monitor(self)
        self.listeners = Listeners(
            self.settings,
            self.calling.tls,
            address.tls_port,
            host=address.host,
            port=address.port,
            contexts=lambda said: [cx for room in rooms for cx in room.contexts(said)],
            handlers=self.monitor.watch.over(
                {key: value for room in rooms for key, value in room.handlers().items()}
            ),
            admit=self.downtime.over(self.door.admit),
            limits=self.door.limits,
            share=self.door.share,
            extend=self.services.finding.agreed,
            tell=journal.write,
        )
        self.server = self.listeners.plain

    def _admit_people(self) -> None:
        """Set up what accounts may see, and the directory they may come from."""
        self.emergencies = Emergencies(self.database, self.settings, self.clock, self.journal)
        self.labels = Labels(self.database, self.users.now)
        self.sight = Sight(self.database, self.emergencies)
        self.directory = Directory(self.users, self.journal)

    def _report(self, clock: Clock, journal: Journal) -> None:
        """Set up what the archive tells other nodes by itself."""
        self.owed = Owed(
            self.database, clock, journal, lambda: float(self.settings["commitment.retry_seconds"])
        )
        self.commitment = Commitment(
            self.index, self.store, self.settings, self.door, self.calling, self.owed, journal
        )
        self.availability = Availability(
            self.index, self.settings, self.calling, self.owed, journal
        )
        self.routing = Routing(self)
        self.services.filing.on_filed = self._arrived
        self.services.filing.on_duplicate = self.routing.came_again
        self.commitment.is_elsewhere = self.lifecycle.copies.is_safe
        self.availability.of_files = self.lifecycle.copies.availability

    def _arrived(self, study_uid: str) -> None:
        self.availability.arrived(study_uid)
        self.routing.arrived(study_uid)

    def _step_changed(self, pps_uid: str, step: Dataset) -> None:
        self.availability.step_changed(pps_uid, step)
        self.routing.step_changed(pps_uid, step)

    def provision(
        self, nodes: list[Node], staff: list[dict[str, Any]], admin: tuple[str, str]
    ) -> None:
        """Furnish a new archive: roles, the administrator, staff accounts and known nodes."""
        self.users.prepare()
        name, password = admin
        facts = {"name": name, "full_name": "PACS administrator", "role": "pacs_admin"}
        self.users.add({**facts, "department": "Radiology"}, password, "setup")
        for person in staff:
            self.users.add(person, "", "setup")
        for node in nodes:
            self.nodes.add(node)

    def start(self) -> None:
        """Begin to answer, and look meanwhile at what the last stop left."""
        self.orders.start()
        self.interfaces.start()
        self.listeners.start()
        self.owed.start()
        self.lifecycle.start()
        self.integrity.start()
        self.audit.start()
        self.monitor.start()

    def stop(self) -> None:
        """Stop answering; everything acknowledged is on disk already."""
        self.migration.halt()
        self.continuity.jobs.wait()
        self.interfaces.stop()
        self.listeners.stop()
        self.owed.stop()
        self.orders.stop()
        self.lifecycle.stop()
        self.integrity.stop()
        self.monitor.stop()
        self.audit.stop()
        self.database.close()

    # --- saving and restoring -----------------------------------------------------------------

    @property
    def baseline(self) -> Path:
        """The saved index that a reset goes back to."""
        return self.folder / f"baseline{self.database.kind.suffix}"

    def save_baseline(self) -> None:
        """Remember the present state as the one to go back to."""
        with self.integrity.saving():
            self.database.backup(self.baseline)
        self.quarantine.save_baseline()
        self.journal.write("baseline.saved", "the archive's present state is the baseline now")

    def reset(self) -> None:
        """Go back to the baseline exactly; journal and audit go on (design rule 8)."""
        self.migration.halt()
        self.continuity.jobs.wait()
        self.audit.settle()
        with self.integrity.alone():  # what came after the baseline must not be filed again
            self.database.restore(self.baseline)
            self.continuity.forget()
            self.media.forget()
            self.reload()
            self.quarantine.reset()
            self.exports.clear()
            self.lifecycle.reset()
            self.integrity.check(sizes=False, file_again=False)
        self.orders.resume()
        self.journal.write("archive.reset", "the archive went back to its baseline")

    def reload(self) -> None:
        """Read again what is kept in memory of the index, after another one was put back."""
        self.settings.reload()
        self.nodes.reload()
        self.availability.forget()
        self.downtime.reload()
        self.routing.reload()
        self.fixup.rejecting.forget()

    def _sweep(self) -> None:
        """Remove files that neither the index nor the baseline speaks of.

        Files are only ever removed here, so that a deleted study can come back with a reset.
        """
        self.integrity.check(sizes=False)

    def saved_digests(self) -> set[str]:
        """Return the digests of the files the baseline speaks of."""
        return self.saved_values(t.instances.c.digest)

    def saved_values(self, column: Column[str]) -> set[str]:
        """Return the values of a column in the baseline; an older one may not have its table."""
        if not self.baseline.exists():
            return set()
        try:
            return self.database.saved_values(self.baseline, column)
        except (sqlite3.OperationalError, KeyError):
            return set()
