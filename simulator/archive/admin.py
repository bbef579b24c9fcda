"""The archive's admin API: every handle an administrator pulls, with the right it needs."""

from __future__ import annotations

import hmac

from simulator.archive.api.access import Access
from simulator.archive.api.accounts import Accounts
from simulator.archive.api.associations import Associations
from simulator.archive.api.audit import AuditDesk
from simulator.archive.api.changes import Changes
from simulator.archive.api.compression import Compression
from simulator.archive.api.continuity import ContinuityDesk
from simulator.archive.api.desk import INSTRUCTOR, Desk
from simulator.archive.api.directory import DirectoryDesk
from simulator.archive.api.downtime import DowntimeDesk
from simulator.archive.api.exports import ExportDesk
from simulator.archive.api.fixup import FixupDesk
from simulator.archive.api.interfaces import Interfaces
from simulator.archive.api.keeping import Keeping
from simulator.archive.api.lifecycle import Lifecycle
from simulator.archive.api.media import MediaDesk
from simulator.archive.api.migration import MigrationDesk
from simulator.archive.api.nodes import Nodes
from simulator.archive.api.queues import Queues
from simulator.archive.api.reading import Reading
from simulator.archive.api.rights import Rights
from simulator.archive.api.rules import Rules
from simulator.archive.api.running import Running
from simulator.archive.api.session import Session
from simulator.archive.api.storage import Storage
from simulator.archive.api.studies import Studies
from simulator.archive.api.watching import Watching
from simulator.archive.api.wire import WireDesk
from simulator.archive.archive import Archive
from simulator.journal import JournalReader
from simulator.web import NOBODY, Principal, Route

_DESKS: tuple[type[Desk], ...] = (
    *(Session, Accounts, Rights, Access, DirectoryDesk, AuditDesk, Watching),
    *(
        Nodes,
        Associations,
        Running,
        Studies,
        Interfaces,
        Rules,
        Queues,
        Keeping,
        ContinuityDesk,
        MediaDesk,
        MigrationDesk,
        DowntimeDesk,
    ),
    *(Storage, Lifecycle, Compression, FixupDesk, Changes),
    ExportDesk,
    WireDesk,
)


class Admin:
    """All desks together, and who may come to them."""

    def __init__(self, archive: Archive, journal: JournalReader, instructor_token: str) -> None:
        """Administer `archive`; the instructor's token opens every door, for the lab's own use."""
        self.archive, self._instructor = archive, instructor_token
        self.desks = [desk(archive, journal) for desk in _DESKS]

    def authenticate(self, headers: dict[str, str]) -> Principal:
        """Return who calls, by bearer token."""
        scheme, _, token = headers.get("authorization", "").partition(" ")
        if scheme.lower() != "bearer" or not token:
            return NOBODY
        if hmac.compare_digest(token.encode(), self._instructor.encode()):
            actor = headers.get("x-pacslab-actor", INSTRUCTOR)  # staff, in exercises
            return Principal(name=actor[:64], rights=frozenset({"*"}))
        return self.archive.users.principal(token)

    def routes(self) -> list[Route]:
        """Return the table of routes."""
        reading = Reading(self.archive.journal) if self.archive else None
        routes = [
            Route(method=method, path=path, right=right, handler=handler, summary=summary)
            for desk in self.desks
            for method, path, right, handler, summary in desk.rows()
        ]
        return [reading.watched(route) for route in routes] if reading else routes
