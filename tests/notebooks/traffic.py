"""A hospital at work: an exercise under way, and what fills every panel of the console."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from pynetdicom.presentation import build_context

from exercises import start
from exercises.engine import desk
from simulator.client import Client
from simulator.imaging.uids import make_uid
from simulator.network.associate import (
    Caller,
    associate,
    context_for,
    encoded,
    plain_context,
    send_store,
)
from tests.archive.support import until

TICKET = "room-cannot-send"
CALLER = "NOTEBOOK"  # an association that stays open
FINDINGS = "Nothing that was not there before."
_VERIFICATION = "1.2.840.10008.1.1"


@contextmanager
def at_work(seat: Client) -> Iterator[None]:
    """Start an exercise, and let happen what fills panels; one association stays open."""
    start(TICKET, seat, seed=1)
    _report(seat)
    seat.clock.step(20)
    _earlier_days(seat)
    seat.modality("CT2").perform_unscheduled(patient_name="DOE^JANE", patient_id="X1")
    until(lambda: seat.archive.unmatched(), 30)
    seat.archive.set("dicom.idle_timeout", 600)  # or the association below is ended
    seat.archive.queue.pause("WS1", "new screens")
    seat.archive.rules.add(name="to reading", when="Modality=CT", to=["WS1"])
    seat.archive.rules.apply("to reading", "all")
    until(lambda: {row["kind"] for row in seat.archive.queue.list()} == {"route"}, 30)
    seat.ris.place(code="CT-CHEST")
    seat.backups.create()
    seat.storage.change("ONLINE1", capacity=3 * seat.storage.list().one(name="ONLINE1")["used"])
    seat.users.add("jdoe", role="radiologist", password="a long password", full_name="Jane Doe")
    with associate(seat.archive.peer, [plain_context(_VERIFICATION)], Caller(ae=CALLER)):
        yield
    desk.give_up(seat)


def _earlier_days(seat: Client) -> None:
    """Send a film of each of some days before, so that there is a trend to draw."""
    ds = seat.archive.instance(first_image(seat)["sop_uid"])
    syntax = str(ds.file_meta.TransferSyntaxUID)
    context = build_context(ds.SOPClassUID, syntax)
    with associate(seat.archive.peer, [context], Caller(ae="CT2")) as association:
        for day in ("20260224", "20260225", "20260226", "20260227"):
            ds.StudyDate, ds.StudyInstanceUID = day, make_uid("panels", day)
            ds.SeriesInstanceUID, ds.SOPInstanceUID = f"{ds.StudyInstanceUID}.1", make_uid(day)
            send_store(association, sop_class=ds.SOPClassUID, sop_instance=ds.SOPInstanceUID,
                       transfer_syntax=syntax,
                       data=encoded(ds, context_for(association, ds.SOPClassUID, syntax)),
            )  # fmt: skip


def _report(seat: Client) -> None:
    """Have the radiologist's dictation report an order."""
    order = next(row for row in seat.ris.orders() if row["status"] == "completed")
    lines = (
        "MSH|^~\\&|DICTATION|HOSP|RIS|HOSP|20260302070000||ORU^R01|T1|P|2.5.1||||||UNICODE UTF-8",
        f"PID|1||{order['patient_id']}^^^PACSLAB^MR||{order['patient_name']}",
        f"OBR|1|{order['placer']}|{order['accession']}|{order['code']}{'|' * 21}F",
        f"OBX|1|TX|||{FINDINGS}",
    )
    answer = seat.ris.send("REPORTS", "\n".join(lines))
    assert answer["code"] == "AA", answer
    until(lambda: seat.archive.reports(order["accession"]), 30)


def first_image(seat: Client) -> dict[str, Any]:
    """Return the first image of the newest study."""
    found = seat.archive.study(seat.archive.studies()[0]["study_uid"])
    image: dict[str, Any] = found["tree"][0]["instances"][0]
    return image
