"""The HIS, the reporting desk and the PPS manager, each at its real interface."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest

from simulator.clock import ClockKeeper
from simulator.errors import RefusedError, UsageError
from simulator.hospital.interfaces import Places
from simulator.hospital.reporting import Reporting
from simulator.hospital.ris import Ris
from simulator.journal import JournalReader
from simulator.network import command as cmd
from simulator.network import scu
from simulator.network.associate import Peer, plain_context
from simulator.network.dimse import Request
from simulator.network.serve import Server
from tests.hl7_support import Answers
from tests.hospital.test_mpps import begin as begun
from tests.hospital.test_mpps import status as ended
from tests.net import free_port, wait_for


class Manager:
    """An archive that takes MPPS and remembers it."""

    def __init__(self) -> None:
        self.got: list[tuple[str, str]] = []
        self.status = 0
        self.server = Server(
            name="PACSLAB", host="127.0.0.1", port=0,
            contexts=lambda _: [plain_context("1.2.840.10008.3.1.2.3.3")],
            handlers={cmd.N_CREATE: self._create, cmd.N_SET: self._set},
        ).start()  # fmt: skip

    def _create(self, request: Request) -> int:
        self.got.append(("create", request.sop_instance))
        return self.status

    def _set(self, request: Request) -> int:
        self.got.append(("set", request.sop_instance))
        return self.status


@pytest.fixture
def archive() -> Iterator[Manager]:
    made = Manager()
    yield made
    made.server.stop()


@pytest.fixture
def pacs() -> Iterator[Answers]:
    with Answers() as made:
        yield made


@pytest.fixture
def open_ris(ris: Ris, archive: Manager, pacs: Answers) -> Ris:
    """A RIS whose interfaces are open, to an archive that takes everything."""
    ris.interfaces.open(
        Places(
            host="127.0.0.1", port=free_port(), archive_host="127.0.0.1", archive_port=pacs.port,
            archive=Peer(ae="PACSLAB", host="127.0.0.1", port=archive.server.port),
        )
    )  # fmt: skip
    return ris


def test_the_day_s_orders_come_from_the_his(open_ris: Ris, ris: Ris, pacs: Answers) -> None:
    his = ris.interfaces.his
    orders = [his.place_next() for _ in range(3)]
    kinds = [(row["channel"], row["kind"]) for row in ris.interfaces.log.find(direction="out")]
    assert kinds.count(("HIS", "ORM^O01")) == 3 == kinds.count(("PACS", "ORM^O01"))
    wait_for(lambda: len(pacs.got) == 3)
    assert ris.book.find(placer=orders[0].placer) == [orders[0]]


def test_they_are_the_orders_the_seed_makes(open_ris: Ris, ris: Ris) -> None:
    """Through HL7 or without it: the same accession numbers, UIDs and facts."""
    from simulator.hospital.making import day_number

    sent = [ris.interfaces.his.place_next() for _ in range(4)]
    for n, order in enumerate(sent):
        assert day_number(ris.seed, order.placer) == n
        with ris.database.write() as connection:
            assert order == ris.book._nth(connection, n, order.scheduled, "", "")


def test_an_order_the_ris_does_not_take_is_said(open_ris: Ris, ris: Ris) -> None:
    ris.interfaces.outbox.change(
        "HIS", {"receiving_application": "LAB", "on_reject": "park"}, "eva"
    )
    with pytest.raises(RefusedError, match="is parked, MSH-5: no application 'LAB'"):
        ris.interfaces.his.place_next()


def test_an_order_that_waits_in_a_paused_channel_comes_later(open_ris: Ris, ris: Ris) -> None:
    ris.interfaces.outbox.change("HIS", {"paused": True}, "eva")
    with pytest.raises(RefusedError, match="is queued, no answer yet"):
        ris.interfaces.his.place_next()
    assert ris.book.find() == []
    ris.interfaces.outbox.change("HIS", {"paused": False}, "eva")
    wait_for(lambda: len(ris.book.find()) == 1)


def test_the_his_sends_adt(open_ris: Ris, ris: Ris) -> None:
    his, patients = ris.interfaces.his, ris.interfaces.patients
    order = his.place_next()
    mrn = order.patient.mrn
    ris.interfaces.outbox.wait(his.adt("A08", {"patient_id": mrn, "patient_name": "NEW^NAME"}), 5)
    assert ris.book.get(order.accession).patient.name == "NEW^NAME"
    ris.interfaces.outbox.wait(his.adt("A40", {"patient_id": "M9", "retired": mrn}), 5)
    wait_for(lambda: patients.find(mrn)["merged_into"] == "M9")  # type: ignore[index]
    assert ris.book.get(order.accession).patient.mrn == "M9"
    m9 = {"patient_id": "M9"}
    for trigger, facts in (("A99", m9), ("A40", m9), ("A08", {}), ("A08", {**m9, "colour": "x"})):
        with pytest.raises(UsageError):
            his.adt(trigger, facts)


# --- reports ------------------------------------------------------------------------------------


def completed(ris: Ris, count: int) -> list[str]:
    found = []
    for _ in range(count):
        order = ris.interfaces.his.place_next()
        for event in ("start", "complete"):
            ris.book.move(order.accession, event)
        found.append(order.accession)
    return found


def test_reports_close_orders_one_after_the_other(
    open_ris: Ris, ris: Ris, clock: ClockKeeper, pacs: Answers
) -> None:
    desk = Reporting(ris.book, ris.interfaces.outbox, lambda uid: True)
    accessions = completed(ris, 3)
    assert desk.tick(clock.now()) == 0  # the reader has just come
    for _ in range(12):
        clock.jump(clock.now() + timedelta(minutes=2))
        desk.tick(clock.now())
    wait_for(lambda: not ris.book.find(("completed",)))
    assert {ris.book.get(accession).status for accession in accessions} == {"reported"}
    reports = ris.interfaces.reports.of()
    assert len(reports) == 3 and all("Indication" in row["text"] for row in reports)
    assert reports[0]["author"] and len({row["at"] for row in reports}) == 3
    wait_for(ris.interfaces.drained)
    kinds = [row["kind"] for row in ris.interfaces.log.find(channel="PACS")]
    assert kinds.count("ORU^R01") == 3


def test_nothing_is_read_without_images(open_ris: Ris, ris: Ris, clock: ClockKeeper) -> None:
    asked: list[str] = []

    def has_images(uid: str) -> bool:
        asked.append(uid)
        return False

    desk = Reporting(ris.book, ris.interfaces.outbox, has_images)
    completed(ris, 1)
    desk.tick(clock.now())
    clock.jump(clock.now() + timedelta(minutes=10))
    assert desk.tick(clock.now()) == desk.tick(clock.now()) == 0
    assert len(asked) == 1  # not again and again
    assert ris.book.find(("completed",))


# --- MPPS is passed on --------------------------------------------------------------------------


def test_every_mpps_message_goes_on_to_the_archive(
    open_ris: Ris, ris: Ris, archive: Manager, peer_of: Peer
) -> None:
    order = ris.book.place(code="CT-HEAD")
    scu.mpps_create(peer_of, "1.2.3.4", begun(order))
    scu.mpps_set(peer_of, "1.2.3.4", ended("COMPLETED"))
    wait_for(lambda: len(archive.got) == 2)
    assert archive.got == [("create", "1.2.3.4"), ("set", "1.2.3.4")]
    wait_for(ris.interfaces.drained)


def test_what_the_archive_refuses_is_said_and_the_next_goes_on(
    open_ris: Ris, ris: Ris, archive: Manager, peer_of: Peer, events: JournalReader
) -> None:
    archive.status = 0x0110
    scu.mpps_create(peer_of, "1.2.3.4", begun(ris.book.place(code="CT-HEAD")))
    wait_for(lambda: events.entries("mpps.forward-failed"))
    archive.status = 0
    scu.mpps_create(peer_of, "1.2.3.5", begun(ris.book.place(code="CT-HEAD")))
    wait_for(lambda: len(archive.got) == 2)
