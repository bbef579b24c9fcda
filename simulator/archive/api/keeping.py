"""Quarantine, and whether files and index agree."""

from __future__ import annotations

from typing import Any

from starlette.responses import Response

from simulator.archive.api.desk import Desk, Row
from simulator.errors import RefusedError
from simulator.files import read_json
from simulator.network.dimse import DimseError, meaning
from simulator.web import Call

_ENTRY = "/api/quarantine/{number}"


class Keeping(Desk):
    """Handlers of the admin API."""

    def rows(self) -> list[Row]:
        """Return the part of the table that stands here."""
        return [
            ("GET", "/api/quarantine", "study.edit", self.all, "what could not be filed, and why"),
            ("GET", _ENTRY, "study.edit", self.one, "show a quarantined object's facts"),
            ("GET", f"{_ENTRY}/file", "study.edit", self.file, "the object as it was received"),
            ("POST", f"{_ENTRY}/release", "study.edit", self.release, "try to file it again"),
            ("DELETE", _ENTRY, "study.delete", self.delete, "delete a quarantined object"),
            ("GET", "/api/integrity", "setting.read", self.report, "what the last start repaired"),
            ("POST", "/api/integrity", "setting.edit", self.check, "compare files and index now"),
        ]

    def all(self, call: Call) -> Any:
        """List what is in quarantine, the oldest first."""
        return self.archive.quarantine.all()

    def one(self, call: Call) -> Any:
        """Show one object's facts."""
        return self.archive.quarantine.get(call.path["number"])

    def file(self, call: Call) -> Any:
        """Return an object as it is kept."""
        data = self.archive.quarantine.data(call.path["number"])
        return Response(data, media_type="application/octet-stream")

    def release(self, call: Call) -> Any:
        """File an object by the policies in force now; it stays where they refuse it again."""
        number = call.path["number"]
        incoming = self.archive.quarantine.incoming(number)
        try:
            verdict = self.archive.services.filing.filed(incoming)
        except DimseError as error:
            raise RefusedError(
                f"{number} cannot be filed: {error.comment}; {meaning(error.status)}.",
                "Change the policy it meets, or have it sent again corrected.",
                409,
            ) from error
        self.archive.quarantine.remove(number)
        text = f"{call.who.name} released {number} of {incoming.source} from quarantine"
        self.tell("quarantine.released", text, call, number)
        return {"ok": True, "number": number, "sop_instance": incoming.sop_instance,
                "status": meaning(verdict.status)}  # fmt: skip

    def delete(self, call: Call) -> Any:
        """Delete an object: nobody else may have it."""
        number = call.path["number"]
        facts = self.archive.quarantine.get(number)
        self.archive.quarantine.remove(number)
        text = f"{call.who.name} deleted {number} from quarantine ({facts['reason']})"
        self.tell("quarantine.deleted", text, call, number)
        return {"ok": True, "number": number}

    def report(self, call: Call) -> Any:
        """Show what the check at the last start found."""
        path = self.archive.integrity.path
        return read_json(path, "report of the start") if path.exists() else {}

    def check(self, call: Call) -> Any:
        """Compare every file with the index; deep: its content, too."""
        deep = call.yes("deep")
        report = self.archive.integrity.check(deep=deep).facts()
        text = f"{call.who.name} checked files and index: {report['said'] or 'all is well'}"
        self.tell("integrity.asked", text, call, "deep" if deep else "sizes")
        return report
