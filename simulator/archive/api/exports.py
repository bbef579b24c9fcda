"""Exports without identities, for research and teaching."""

from __future__ import annotations

from typing import Any

from starlette.responses import FileResponse

from simulator.archive import tables as t
from simulator.archive.api.desk import Desk, Row
from simulator.archive.deidentify.export import as_wish
from simulator.archive.deidentify.rules import OPTIONS
from simulator.archive.index import Location
from simulator.errors import RefusedError
from simulator.web import Call


class ExportDesk(Desk):
    """Handlers of the admin API."""

    def rows(self) -> list[Row]:
        """Return the part of the table that stands here."""
        right, one = "study.export", "/api/exports/{number}"
        return [
            ("GET", "/api/exports", right, self.exports, "exports without identities"),
            ("POST", "/api/exports", right, self.make, "export studies without identities"),
            ("GET", "/api/export-options", right, self.options, "the profile's options"),
            ("GET", f"{one}/file", right, self.file, "its objects, a ZIP file"),
            ("GET", f"{one}/map", right, self.map, "old and new names: keep it apart"),
            ("DELETE", one, right, self.remove, "delete an export"),
        ]

    def exports(self, call: Call) -> Any:
        """List exports."""
        return self.archive.exports.all()

    def options(self, call: Call) -> Any:
        """List the options of the profile."""
        return [
            {"option": name, "code": option.code, "what": option.what}
            for name, option in OPTIONS.items()
        ]

    def make(self, call: Call) -> Any:
        """Export studies; returns the report."""
        wish = as_wish(call.body)
        studies = [self._locations(call, uid) for uid in wish.studies]
        for locations in studies:
            self.archive.lifecycle.retrieval.at_hand(locations, call.who.name)
        report = self.archive.exports.make(wish, studies)
        for uid in wish.studies:
            self.archive.journal.write(
                "export.deidentified",
                f"{call.who.name} exported a study without identity, export {report['export']}, "
                f"project {wish.project}, options: {', '.join(wish.profile.options) or 'none'}",
                by=call.who.name, host=call.host, study_uid=uid, export=report["export"],
            )  # fmt: skip
        return report

    def file(self, call: Call) -> Any:
        """Return the objects."""
        path = self.archive.exports.file(call.number(), "export.zip")
        return FileResponse(path, media_type="application/zip")

    def map(self, call: Call) -> Any:
        """Return the map, and note who took it."""
        number = call.number()
        path = self.archive.exports.file(number, "map.csv")
        text = f"{call.who.name} took the map of export {number}: who is behind which name"
        self.tell("export.map", text, call, f"export {number}")
        return FileResponse(path, media_type="text/csv")

    def remove(self, call: Call) -> Any:
        """Delete an export."""
        number = call.number()
        self.archive.exports.remove(number)
        text = f"{call.who.name} deleted export {number}"
        self.tell("export.removed", text, call, f"export {number}")
        return {"ok": True}

    def _locations(self, call: Call, uid: str) -> list[Location]:
        wanted = [t.studies.c.study_uid == uid, *self.archive.sight.of(call.who)]
        found = self.archive.index.locate(wanted)
        if not found:
            raise RefusedError(f"There is no study '{uid[:64]}'.", "List the studies.", 404)
        return found
