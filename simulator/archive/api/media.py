"""CDs and DVDs: copies that lie in the tray are imported, studies are exported with a DICOMDIR."""

from __future__ import annotations

import re
from typing import Any

from starlette.responses import FileResponse

from simulator.archive.api.desk import Desk, Row
from simulator.archive.continuity.media_import import Wishes
from simulator.errors import UsageError
from simulator.web import Call

_ISSUER = re.compile(r"[A-Za-z0-9.:_&-]{1,64}")
_ONE, _EXPORT = "/api/media/{name}", "/api/media/exports/{name}"


class MediaDesk(Desk):
    """Handlers of the admin API."""

    def rows(self) -> list[Row]:
        """Return the part of the table that stands here."""
        return [
            ("GET", "/api/media", "media.import", self.all, "media in the tray"),
            ("POST", "/api/media/exports", "media.export", self.export, "a file-set: studies"),
            ("GET", _EXPORT, "media.export", self.fetch, "an exported file-set, ZIP"),
            ("DELETE", _EXPORT, "media.export", self.drop, "delete an exported file-set"),
            ("POST", f"{_ONE}/import", "media.import", self.import_, "import: map, dry_run …"),
            ("DELETE", _ONE, "media.import", self.remove, "take a medium out of the tray"),
        ]

    def all(self, call: Call) -> Any:
        """List the tray."""
        return self.archive.media.all()

    def import_(self, call: Call) -> Any:
        """Import a medium; nothing is merged by name alone."""
        return self.archive.media.import_(call.path["name"], call.actor, _wishes(call))

    def remove(self, call: Call) -> Any:
        """Take a medium out of the tray."""
        self.archive.media.remove(call.path["name"])
        return {"ok": True}

    def export(self, call: Call) -> Any:
        """Make a file-set of studies."""
        (studies,) = call.need("studies")
        if not isinstance(studies, list) or not studies or len(studies) > 500:
            raise UsageError(
                "That is no list of studies.", "Send Study Instance UIDs, at most 500."
            )
        only = list(self.archive.sight.of(call.who))
        return self.archive.media.export([str(uid) for uid in studies], call.actor, only)

    def fetch(self, call: Call) -> Any:
        """Return an exported file-set."""
        path = self.archive.media.exported(call.path["name"])
        return FileResponse(path, media_type="application/zip")

    def drop(self, call: Call) -> Any:
        """Delete an exported file-set."""
        self.archive.media.exported(call.path["name"]).unlink()
        return {"ok": True}


def _wishes(call: Call) -> Wishes:
    mapping, issuer = call.body.get("map", {}), call.body.get("issuer", "FOREIGN")
    texts = isinstance(mapping, dict) and all(isinstance(v, str) and v for v in mapping.values())
    if not texts:
        raise UsageError("'map' is no mapping.", "Send foreign Patient IDs and those of ours.")
    if not isinstance(issuer, str) or not _ISSUER.fullmatch(issuer):
        raise UsageError("That is no issuer.", "Use 1 to 64 letters, digits, . : _ & -.")
    return Wishes(
        mapping=mapping, issuer=issuer, keep_accession=call.yes("keep_accession"),
        all_files=call.yes("all_files"), dry_run=call.yes("dry_run"),
    )  # fmt: skip
