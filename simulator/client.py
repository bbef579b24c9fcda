"""What notebooks, panels, commands and checks hold: `connect()` and what hangs on it.

Everything goes through the system's own doors: DICOM as any client would, and the two HTTP APIs
with the administrator's account. Nothing here reaches into a process.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from simulator.backends.capabilities import Capabilities, capabilities
from simulator.clients.access import EmergenciesClient, LabelsClient
from simulator.clients.archive import ArchiveClient, attempt
from simulator.clients.audit import AuditClient
from simulator.clients.continuity import BackupsClient, SchemaClient
from simulator.clients.directory import DirectoryClient
from simulator.clients.downtime import DowntimeClient
from simulator.clients.export import ExportsClient
from simulator.clients.fixup import ChangesClient, FixupClient, PatientsClient
from simulator.clients.hospital import ClockClient, DeviceClient, FleetClient, RisClient
from simulator.clients.keeping import ArchiveMessagesClient, SettingsClient, StudiesClient
from simulator.clients.lifecycle import (
    CompressionClient,
    HoldsClient,
    RetentionClient,
    StorageClient,
)
from simulator.clients.media import MediaClient
from simulator.clients.migration import MigrationsClient
from simulator.clients.monitor import MonitorClient
from simulator.clients.network import NetworkClient
from simulator.clients.nodes import AssociationsClient, NodesClient
from simulator.clients.quarantine import IntegrityClient, QuarantineClient
from simulator.clients.timeline import timeline
from simulator.clients.users import RolesClient, UsersClient
from simulator.clients.wire import WireClient
from simulator.journal import Entry, JournalReader
from simulator.results import Rows
from simulator.seat import Seat

__all__ = [
    "ArchiveClient",
    "AuditClient",
    "BackupsClient",
    "Client",
    "ClockClient",
    "DeviceClient",
    "DirectoryClient",
    "DowntimeClient",
    "EmergenciesClient",
    "FleetClient",
    "IntegrityClient",
    "JournalClient",
    "LabelsClient",
    "MediaClient",
    "MigrationsClient",
    "MonitorClient",
    "QuarantineClient",
    "RisClient",
    "RolesClient",
    "UsersClient",
    "attempt",
    "connect",
]


def connect(seat: Path | str | None = None) -> Client:
    """Return a client of a running seat; raises CannotError if there is none."""
    found = Seat(seat)
    found.facts  # noqa: B018  says plainly if there is no such seat
    return Client(found)


class Client:
    """A seat as its administrator holds it."""

    def __init__(self, seat: Seat, actor: str = "") -> None:
        """Act as the administrator, or with the instructor's token as the staff member `actor`."""
        self.seat = seat
        self.ris = RisClient(seat, actor)
        self.fleet = FleetClient(seat, actor)
        self.clock = ClockClient(seat, actor)
        self.network = NetworkClient(seat, actor)
        self.journal = JournalClient(seat)
        self.take(ArchiveClient(seat, actor=actor))

    def take(self, archive: ArchiveClient) -> None:
        """Act at the archive through this session from now on."""
        self.archive = archive
        self.studies = StudiesClient(archive)
        self.settings = SettingsClient(archive)
        self.messages = ArchiveMessagesClient(archive)
        self.users = UsersClient(archive)
        self.roles = RolesClient(archive)
        self.nodes = NodesClient(archive)
        self.associations = AssociationsClient(archive)
        self.exports = ExportsClient(archive)
        self.labels = LabelsClient(archive)
        self.emergencies = EmergenciesClient(archive)
        self.directory = DirectoryClient(archive)
        self.audit = AuditClient(archive)
        self.monitor = MonitorClient(archive)
        self.storage, self.retention = StorageClient(archive), RetentionClient(archive)
        self.holds, self.compression = HoldsClient(archive), CompressionClient(archive)
        self.quarantine = QuarantineClient(archive)
        self.integrity = IntegrityClient(archive)
        self.backups = BackupsClient(archive)
        self.schema = SchemaClient(archive)
        self.downtime = DowntimeClient(archive)
        self.migrations = MigrationsClient(archive)
        self.media = MediaClient(archive)
        self.fixup, self.changes = FixupClient(archive), ChangesClient(archive)
        self.patients = PatientsClient(archive)
        self.wire = WireClient(archive, self.network)

    @property
    def capabilities(self) -> Capabilities:
        """What the archive behind this seat has: ours has everything, another one less."""
        return capabilities(self.seat.facts)

    def as_staff(self, actor: str) -> Client:
        """Return a client whose changes are journalled as made by `actor` (for exercises)."""
        return Client(self.seat, actor)

    def modality(self, name: str) -> DeviceClient:
        """Return a modality by name, e.g. 'CT1'."""
        return self.fleet.device(name)

    def workstation(self, name: str) -> DeviceClient:
        """Return a reading workstation by name, e.g. 'WS1'."""
        return self.fleet.device(name)

    def timeline(self, accession: str) -> Rows:
        """Return what happened to an order, with the names IHE has for it."""
        return timeline(self.ris, self.archive, accession, self.journal)

    def __repr__(self) -> str:
        """Say which seat this is."""
        return f"<PACS Lab seat {self.seat.folder}>"


class JournalClient:
    """The seat's journal."""

    def __init__(self, seat: Seat) -> None:
        """Read the journal of `seat`."""
        self._reader = JournalReader(seat.folder / "journal")

    def entries(self, **filters: str) -> list[Entry]:
        """Return entries, oldest first; filters: kind, source, since, node."""
        return self._reader.entries(**filters)

    def newest(self, **filters: str) -> Iterator[Entry]:
        """Yield entries, newest first; the same filters."""
        return self._reader.newest(**filters)

    def tail(self, count: int = 20, **filters: str) -> Rows:
        """Return the last entries as a table."""
        found = [vars(entry) for entry in self._reader.tail(count, **filters)]
        return Rows(found, ("hospital", "id", "source", "kind", "text"))

    def find(self, identity: str) -> Entry | None:
        """Return the entry with this id."""
        return self._reader.find(identity)
