"""The audit trail: search, one message, verification, gaps, and who has seen a record."""

from __future__ import annotations

from typing import Any

from starlette.responses import Response

from simulator.archive.access_review import as_csv
from simulator.archive.api.desk import Desk, Row, yes_in
from simulator.archive.audit.message import facts_of
from simulator.archive.audit.search import COLUMNS, search
from simulator.errors import RefusedError, UsageError
from simulator.web import Call

_ACCESS = (*COLUMNS, "person", "department", "relation")


class AuditDesk(Desk):
    """Handlers of the admin API."""

    def rows(self) -> list[Row]:
        """Return the part of the table that stands here."""
        one = "/api/audit/messages/{number}"
        return [
            ("GET", "/api/audit/messages", "audit.read", self.search, "search; format=csv"),
            ("GET", one, "audit.read", self.show, "one message, its facts and XML"),
            ("GET", "/api/audit/verify", "audit.read", self.verify, "whether anybody touched it"),
            ("GET", "/api/audit/gaps", "audit.read", self.gaps, "what was not recorded, and why"),
            ("GET", "/api/audit/access", "audit.read", self.access, "who saw a patient's record"),
            ("GET", "/api/audit/state", "audit.read", self.state, "how the trail stands"),
        ]

    def search(self, call: Call) -> Any:
        """Search the trail; `format=csv` for a file."""
        rows = search(self.archive.audit.now(), call.query, call.limit(500))
        return _as_asked(call, rows, COLUMNS)

    def show(self, call: Call) -> Any:
        """Show one message."""
        number = call.number()
        found = self.archive.audit.now().after(number - 1, 1)
        if not found or found[0]["number"] != number:
            raise RefusedError(f"There is no audit message {number}.", "Search first.", 404)
        return {**found[0], **facts_of(found[0]["message"])}

    def verify(self, call: Call) -> Any:
        """Check the chain."""
        return self.archive.audit.verify()

    def gaps(self, call: Call) -> Any:
        """List what was not recorded."""
        return self.archive.audit.now().gaps()

    def access(self, call: Call) -> Any:
        """Report who saw the record of `patient_id`, or of `colleagues=true`."""
        self.archive.audit.settle()
        if yes_in(call.query, "colleagues"):
            rows = self.archive.audit.access.colleagues()
            return _as_asked(call, rows, ("patient", "colleague", *_ACCESS))
        patient_id = call.query.get("patient_id", "")
        if not patient_id:
            raise UsageError("Whose record?", "Give patient_id=…, or colleagues=true.")
        return _as_asked(call, self.archive.audit.access.of(patient_id), _ACCESS)

    def state(self, call: Call) -> Any:
        """Say how the trail stands."""
        return self.archive.audit.state()


def _as_asked(call: Call, rows: list[dict[str, Any]], columns: tuple[str, ...]) -> Any:
    if call.query.get("format") == "csv":
        return Response(as_csv(rows, columns), media_type="text/csv")
    return rows
