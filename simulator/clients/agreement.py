"""Whether RIS, archive and devices tell one story: every order in exactly one right place.

`collect` asks everybody over their own doors; `compare` is pure: it counts orders, performed steps,
studies, commitments and reports, and names each disagreement with what to do about it.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from simulator.results import Rows

if TYPE_CHECKING:
    from simulator.client import Client

Row = dict[str, Any]
COLUMNS = ("order", "status", "what", "remedy")
_WAITING = ("ordered", "scheduled", "arrived")
_DONE = ("completed", "reported")


@dataclass(frozen=True, kw_only=True)
class Picture:
    """What everybody says at one moment."""

    orders: list[Row]
    worklist: list[Row]
    steps: list[Row]  # the RIS's
    passed_on: list[Row]  # the archive's copy of the steps
    studies: list[Row]
    known: list[Row]  # the archive's copy of the orders
    reading: list[Row]
    reports: list[Row]  # the RIS's
    kept_reports: list[Row]  # the archive's
    exports: list[Row]
    queues: list[Row]  # of every device
    owed: list[Row]  # by the archive


@dataclass(frozen=True, kw_only=True)
class Agreement:
    """Counts, and where they disagree."""

    counts: dict[str, int]
    rows: Rows = field(default_factory=lambda: Rows([], COLUMNS))

    def __bool__(self) -> bool:
        """Whether nobody disagrees."""
        return not self.rows


def agreement(seat: Client) -> Agreement:
    """Ask everybody, and compare."""
    return compare(collect(seat))


def collect(seat: Client) -> Picture:
    """Ask RIS, archive and devices."""
    ris, archive = seat.ris, seat.archive
    devices = [row["name"] for row in seat.fleet.devices() if row["kind"] != "workstation"]
    return Picture(
        orders=list(ris.orders()), worklist=list(ris.worklist()), steps=list(ris.mpps()),
        passed_on=list(archive.call("GET", "/mpps")), studies=list(archive.studies()),
        known=list(archive.orders()), reading=list(archive.reading_list()),
        reports=list(ris.reports()), kept_reports=list(archive.reports()),
        exports=list(ris.exports()), owed=list(archive.call("GET", "/queues")),
        queues=[row for name in devices for row in seat.fleet.device(name).queue()],
    )  # fmt: skip


def compare(seen: Picture) -> Agreement:
    """Return the counts and every disagreement."""
    told = [*_orders(seen), *_studies(seen), *_steps(seen), *_reports(seen), *_archive(seen)]
    return Agreement(counts=_counts(seen), rows=Rows(told, COLUMNS))


def _counts(seen: Picture) -> dict[str, int]:
    by_status = Counter(order["status"] for order in seen.orders)
    uncommitted = sum(bool(row["uncommitted"]) for row in seen.queues)
    return {
        "orders": len(seen.orders),
        **{f"orders {status}": count for status, count in sorted(by_status.items())},
        "steps": len(seen.steps),
        "steps completed": sum(step["status"] == "COMPLETED" for step in seen.steps),
        "steps at the archive": len(seen.passed_on),
        "studies": len(seen.studies),
        "studies matched": sum(study["order_state"] == "matched" for study in seen.studies),
        "waiting on devices": sum(bool(row["queued"]) for row in seen.queues),
        "commitments outstanding": uncommitted + sum(r["kind"] == "commitment" for r in seen.owed),
        "reports": len(seen.reports),
        "reports at the archive": len(seen.kept_reports),
        "to be read": len(seen.reading),
    }


# --- one kind of disagreement each ----------------------------------------------------------------


def _orders(seen: Picture) -> Iterator[Row]:
    """Every order must be in the one place its status says."""
    studies = _by(seen.studies, "accession")
    steps = _steps_of(seen)
    reading = Counter(row["accession"] for row in seen.reading)
    listed = Counter(row["accession"] for row in seen.worklist)
    for order in seen.orders:
        number, status = order["accession"], order["status"]
        mine, done = studies[number], {step["status"] for step in steps[number]}
        if status in _DONE and len(mine) != 1:
            remedy = (
                "look at the queue of the device" if not mine else "see which one is the order's"
            )
            yield _row(order, f"{len(mine)} studies are in the archive, not one", remedy)
        if status in _DONE and "COMPLETED" not in done:
            yield _row(order, "no completed step belongs to it", "link the step: ris link-step")
        if status in _WAITING and mine:
            yield _row(order, "its images are there already", "complete the order: no MPPS came?")
        if status == "in progress" and "IN PROGRESS" not in done:
            yield _row(order, "no step of it is in progress", "complete or discontinue the order")
        if status == "discontinued" and "COMPLETED" in done:
            yield _row(order, "a step of it was completed", "look at its steps")
        if status == "cancelled" and mine:
            yield _row(order, "it was cancelled and has images", "ask the department which is true")
        wanted = int(status == "completed" and _is_readable(mine))
        if reading[number] != wanted:
            what = f"it is {reading[number]} times on the reading list, not {wanted}"
            yield _row(order, what, "look at the channel PACS and at the match of the study")
        wanted = int(status in ("scheduled", "arrived", "in progress"))
        if listed[number] != wanted:
            what = f"it is {listed[number]} times on the worklist, not {wanted}"
            yield _row(order, what, "look at the settings worklist.…")


def _studies(seen: Picture) -> Iterator[Row]:
    """Every study must belong to an order, and have as many objects as its steps say."""
    orders = {order["accession"]: order for order in seen.orders}
    steps = _steps_of(seen)
    exported = Counter(row["accession"] for row in seen.exports if row["state"] == "stored")
    for study in seen.studies:
        order = orders.get(study["accession"])
        if study["order_state"] != "matched":
            yield _row(order or study, f"a study is {study['order_state']}: {study['order_note']}",
                       "link it: archive study link")  # fmt: skip
            continue
        if order is None:
            yield _row(study, "the RIS does not know the order of a study", "look for the order")
            continue
        if order["patient_id"] != study["patient_id"]:
            yield _row(order, f"the RIS says patient {order['patient_id']}, the images "
                       f"{study['patient_id']}", "replay the ADT messages")  # fmt: skip
        said = sum(step["instances"] for step in steps[study["accession"]])
        there = study["instances"] - exported[study["accession"]]
        ended = all(step["status"] != "IN PROGRESS" for step in steps[study["accession"]])
        if ended and said != there:
            yield _row(order, f"its steps name {said} objects, the archive has {there}",
                       "send again what is missing")  # fmt: skip


def _steps(seen: Picture) -> Iterator[Row]:
    """Every step must belong to an order, and be known to the archive as it is here."""
    passed = {step["uid"]: step["status"] for step in seen.passed_on}
    for step in seen.steps:
        about = {"accession": ", ".join(step["accessions"]) or step["uid"], "status": ""}
        if not step["accessions"]:
            yield _row(about, f"{step['station_ae']} reported a step that belongs to no order",
                       "link it: ris link-step")  # fmt: skip
        if passed.get(step["uid"]) != step["status"]:
            at = passed.get(step["uid"], "nothing")
            yield _row(about, f"a step is {step['status']} here, the archive knows {at}",
                       "look for mpps.forward-failed in the journal")  # fmt: skip


def _reports(seen: Picture) -> Iterator[Row]:
    """A reported order has its report on both sides, and as many there as here."""
    here = Counter(row["accession"] for row in seen.reports)
    there = Counter(row["accession"] for row in seen.kept_reports)
    final = {row["accession"] for row in seen.reports if row["status"] != "P"}
    for order in seen.orders:
        number = order["accession"]
        if (order["status"] == "reported") != (number in final):
            yield _row(order, "status and final report do not agree", "look at its history")
        if here[number] != there[number]:
            what = f"{here[number]} reports here, {there[number]} at the archive"
            yield _row(order, what, "look at the channel PACS: ris channels")


def _archive(seen: Picture) -> Iterator[Row]:
    """The archive's copy of an order says what the order says; nothing waits anywhere."""
    known = {order["accession"]: order.get("status", "") for order in seen.known}
    for order in seen.orders:
        at = known.get(order["accession"], "nothing")
        if at not in (order["status"], "scheduled" if order["status"] == "ordered" else ""):
            yield _row(
                order, f"the archive says it is {at}", "look at the channel PACS: ris channels"
            )
    for row in seen.queues:
        if row["queued"] or row["uncommitted"]:
            what = f"{row['queued']} images wait on the device, {row['uncommitted']} uncommitted"
            yield _row({**row, "status": ""}, what, "look at the queue of the device")


def _is_readable(studies: list[Row]) -> bool:
    return any(study["order_state"] == "matched" for study in studies)


def _steps_of(seen: Picture) -> defaultdict[str, list[Row]]:
    found: defaultdict[str, list[Row]] = defaultdict(list)
    for step in seen.steps:
        for accession in step["accessions"]:
            found[accession].append(step)
    return found


def _by(rows: list[Row], key: str) -> defaultdict[str, list[Row]]:
    found: defaultdict[str, list[Row]] = defaultdict(list)
    for row in rows:
        found[row[key]].append(row)
    return found


def _row(about: Row, what: str, remedy: str) -> Row:
    return {"order": about["accession"], "status": about.get("status", ""), "what": what,
            "remedy": remedy}  # fmt: skip
