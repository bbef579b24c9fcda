"""Migrations from and to another archive."""

from __future__ import annotations

from typing import Any

from simulator.archive.api.desk import Desk, Row
from simulator.archive.continuity.migrating import Wishes
from simulator.errors import LocalError, UsageError
from simulator.network.associate import Peer
from simulator.web import Call

_ONE = "/api/migrations/{number}"
_RIGHT = "migration.run"


class MigrationDesk(Desk):
    """Handlers of the admin API."""

    def rows(self) -> list[Row]:
        """Return the part of the table that stands here."""
        return [
            ("GET", "/api/migrations", _RIGHT, self.all, "list migrations and their counts"),
            ("POST", "/api/migrations", _RIGHT, self.begin, "begin: direction, peer, since …"),
            ("GET", _ONE, _RIGHT, self.report, "the report: every study, compared by UID"),
            ("POST", f"{_ONE}/resume", _RIGHT, self.resume, "go on with what is not equal"),
            ("POST", f"{_ONE}/stop", _RIGHT, self.stop, "stop after the present study"),
            ("POST", f"{_ONE}/reconcile", _RIGHT, self.reconcile, "compare again, move nothing"),
        ]

    def all(self, call: Call) -> Any:
        """List migrations."""
        return self.archive.migration.all()

    def begin(self, call: Call) -> Any:
        """Begin a migration."""
        direction, peer = map(str, call.need("direction", "peer"))
        texts = {key: call.body.get(key, default) for key, default in
                 (("since", ""), ("until", ""), ("by", "get"))}  # fmt: skip
        if not all(isinstance(value, str) for value in texts.values()):
            raise UsageError("since, until and by are texts.", "Send texts.")
        wishes = Wishes(**texts, dates_only=call.yes("dates_only"))
        return self.archive.migration.begin(direction, _peer(peer), wishes, call.actor)

    def report(self, call: Call) -> Any:
        """Return the report of a migration."""
        return self.archive.migration.report(call.number())

    def resume(self, call: Call) -> Any:
        """Go on with a migration."""
        return self.archive.migration.resume(call.number(), call.actor)

    def stop(self, call: Call) -> Any:
        """Stop a migration."""
        return self.archive.migration.stop(call.number(), call.actor)

    def reconcile(self, call: Call) -> Any:
        """Compare every study of a migration again."""
        return self.archive.migration.reconcile(call.number(), call.actor)


def _peer(text: str) -> Peer:
    try:
        return Peer.parse(text)
    except LocalError as error:  # nothing was sent: it is the request that makes no sense
        raise UsageError(error.sentence, error.remedy) from error
