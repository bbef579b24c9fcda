"""Downtimes, and what became of the exams that were done meanwhile.

`reconcile` asks RIS, archive and devices over their own doors; `compare` is pure.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from simulator.clients.archive import ArchiveClient
from simulator.errors import RefusedError
from simulator.results import Rows

if TYPE_CHECKING:
    from simulator.client import Client

Row = dict[str, Any]
_COLUMNS = ("accession", "patient_id", "station", "performed", "said", "arrived", "state", "remedy")
_REMEDY = {
    "arrived": "",
    "queued": "have the device send its queue",
    "incomplete": "have the device send it again",
    "unmatched": "link it: archive study link",
    "missing": "ask the room: neither the archive nor a device has it",
    "in progress": "wait for its end",
    "not reported": "no step came: look at the device's list, and complete the order",
}


class DowntimeClient:
    """Downtimes of the archive."""

    def __init__(self, archive: ArchiveClient) -> None:
        """Act through `archive`'s session."""
        self._archive = archive

    def status(self) -> dict[str, Any]:
        """Say whether the archive is down on purpose."""
        answer: dict[str, Any] = self._archive.call("GET", "/downtime")
        return answer

    def start(self, reason: str, *, mode: str = "stores", until: str = "") -> dict[str, Any]:
        """Begin a downtime: 'stores' refuses images only, 'all' every association."""
        body = {"reason": reason, "mode": mode, "until": until}
        answer: dict[str, Any] = self._archive.call("POST", "/downtime", body)
        return answer

    def stop(self) -> dict[str, Any]:
        """End the downtime."""
        answer: dict[str, Any] = self._archive.call("POST", "/downtime/stop", {})
        return answer

    def list(self) -> Rows:
        """List every downtime, the oldest first."""
        columns = ("number", "mode", "reason", "started", "until", "ended", "started_by")
        return Rows(self._archive.call("GET", "/downtimes"), columns)


@dataclass(frozen=True, kw_only=True)
class Meanwhile:
    """What RIS, archive and devices say after a downtime."""

    since: str  # hospital time
    until: str
    steps: list[Row]
    studies: list[Row]
    queues: list[Row]


def reconcile(seat: Client, number: int = 0) -> Rows:
    """Return what became of every exam of a downtime; the last one if no `number` is given."""
    rows = seat.downtime.list()
    found = [row for row in rows if number in (0, row["number"])]
    if not found:
        raise RefusedError("There was no such downtime.", "See 'downtime list'.", 404)
    now = seat.clock.now().isoformat(timespec="seconds")
    names = [row["name"] for row in seat.fleet.devices() if row["kind"] != "workstation"]
    last = found[-1]
    return compare(
        Meanwhile(
            since=last["started"], until=last["ended"] or now, steps=list(seat.ris.mpps()),
            studies=list(seat.archive.studies()),
            queues=[{**row, "station": n} for n in names for row in seat.fleet.device(n).queue()],
        )
    )  # fmt: skip


def compare(seen: Meanwhile) -> Rows:
    """Say of each exam whether its images arrived, wait on a device, or are nowhere."""
    studies = {study["study_uid"]: study for study in seen.studies}
    waiting: defaultdict[str, list[Row]] = defaultdict(list)
    for row in seen.queues:
        if row["queued"]:
            waiting[row["study_uid"]].append(row)
    rows, told = [], set[str]()
    for step in seen.steps:
        if _is_within(seen, step):
            told.update(step["study_uids"])
            rows.append(_step(step, studies, waiting))
    rows += [_unreported(row) for uid, some in waiting.items() if uid not in told for row in some]
    order = list(_REMEDY)
    rows.sort(key=lambda row: order.index(row["state"].partition(" at ")[0]), reverse=True)
    return Rows(rows, _COLUMNS)


def _is_within(seen: Meanwhile, step: Row) -> bool:
    """Return whether a step began or ended in the downtime, or lasted through it."""
    return bool(step["created"] <= seen.until and step["updated"] >= seen.since)


def _step(step: Row, studies: dict[str, Row], waiting: dict[str, list[Row]]) -> Row:
    here = [studies[uid] for uid in step["study_uids"] if uid in studies]
    queued = [row for uid in step["study_uids"] for row in waiting.get(uid, ())]
    arrived = sum(study["instances"] for study in here)
    return {
        "accession": ", ".join(step["accessions"]), "patient_id": step["patient_id"],
        "station": step["station_ae"], "performed": step["updated"], "said": step["instances"],
        "arrived": arrived, **_judged(step, here, queued, arrived),
    }  # fmt: skip


def _judged(step: Row, here: list[Row], queued: list[Row], arrived: int) -> Row:
    if queued:
        waits = f"queued at {', '.join(sorted({row['station'] for row in queued}))}"
        return {"state": waits, "remedy": _REMEDY["queued"]}
    state = "arrived"
    if step["status"] == "IN PROGRESS":
        state = "in progress"
    elif not here and step["instances"]:
        state = "missing"
    elif arrived < step["instances"]:
        state = "incomplete"
    elif any(study["order_state"] == "unmatched" for study in here):
        state = "unmatched"
    return {"state": state, "remedy": _REMEDY[state]}


def _unreported(row: Row) -> Row:
    """Return an exam that waits on a device and of which the RIS never heard."""
    return {
        "accession": row["accession"], "patient_id": row["patient_id"], "station": row["station"],
        "performed": row["started"], "said": row["images"], "arrived": 0,
        "state": "not reported", "remedy": _REMEDY["not reported"],
    }  # fmt: skip
