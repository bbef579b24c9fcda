"""One DICOMweb request as its handler sees it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from simulator.archive import tables as t
from simulator.archive.archive import Archive
from simulator.archive.filing import is_uid
from simulator.archive.index import Location
from simulator.errors import RefusedError, UsageError
from simulator.web import Principal

COLUMNS = {
    "study": t.studies.c.study_uid,
    "series": t.series.c.series_uid,
    "instance": t.instances.c.sop_uid,
}


@dataclass(frozen=True, kw_only=True)
class WebCall:
    """A request: who asks for what, and in which form."""

    archive: Archive
    who: Principal
    path: dict[str, str]
    query: list[tuple[str, str]]
    accept: str
    content_type: str
    base: str  # where this service is: http://127.0.0.1:8112/dicom-web
    host: str
    body: Iterator[bytes]
    if_none_match: str = ""
    range: str = ""
    if_range: str = ""
    facts: dict[str, Any] = field(default_factory=dict)  # what the journal should know beside

    def one(self, name: str, default: str = "") -> str:
        """Return a query parameter's only value; raises UsageError if it is given twice."""
        values = [value for key, value in self.query if key.lower() == name.lower()]
        if len(values) > 1:
            raise UsageError(
                f"The parameter '{name}' is given {len(values)} times.", "Once will do."
            )
        return values[0].strip() if values else default

    def uids(self) -> dict[str, str]:
        """Return the UIDs of the path; raises UsageError where one is malformed (PS3.5 9.1)."""
        found = {name: uid for name, uid in self.path.items() if name in COLUMNS}
        for name, uid in found.items():
            if not is_uid(uid):
                raise UsageError(
                    f"'{uid[:70]}' is not a valid {name} UID.",
                    "A UID has digits and dots, at most 64 (PS3.5 9.1).",
                )
        return found

    def locations(self) -> list[Location]:
        """Return the instances the path names; RefusedError (404): none, (503): not online."""
        uids = self.uids()
        wanted = [COLUMNS[name] == uid for name, uid in uids.items()]
        found = self.archive.index.locate([*wanted, *self.archive.sight.of(self.who)])
        if not found:
            what = list(uids)[-1]
            raise RefusedError(
                f"There is no {what} {uids[what]} here.", "Search for it with QIDO-RS first.", 404
            )
        self.archive.lifecycle.retrieval.at_hand(found, self.who.name)
        return found

    def url(self, location: Location, *parts: str) -> str:
        """Return the address of an instance, or of something below it."""
        place = f"studies/{location.study_uid}/series/{location.series_uid}"
        return "/".join([self.base, place, "instances", location.sop_uid, *parts])
