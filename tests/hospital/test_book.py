"""Orders: where they come from, how they change, and what is journalled."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import pytest

from simulator.clock import ClockKeeper
from simulator.errors import RefusedError, UsageError
from simulator.hospital.orders import OPEN, TABLE, next_status
from simulator.hospital.ris import Ris
from simulator.journal import Journal, JournalReader
from simulator.people import Person
from tests.hospital.conftest import PROCEDURES

AT = datetime(2026, 3, 2, 9, 30)


def test_the_same_seed_gives_the_same_orders(ris: Ris, tmp_path: Path, clock: ClockKeeper) -> None:
    journal = Journal(tmp_path / "other", "hospital", clock)
    twin = Ris(tmp_path / "twin", 1, clock, journal, PROCEDURES)
    ours = [ris.book.place_next(AT) for _ in range(12)]
    ris.book.place(code="CT-HEAD")
    twin.book.place(code="MR-BRAIN")  # what people order does not shift the day
    assert [twin.book.place_next(AT) for _ in range(12)] == ours
    twin.close()
    journal.close()


def test_orders_survive_and_numbers_fit(ris: Ris, tmp_path: Path, clock: ClockKeeper) -> None:
    placed = [ris.book.place_next(AT) for _ in range(5)]
    ris.close()
    journal = Journal(tmp_path / "other", "hospital", clock)
    again = Ris(tmp_path / "hospital", 1, clock, journal, PROCEDURES)
    assert sorted(o.accession for o in again.book.find()) == sorted(o.accession for o in placed)
    assert again.book.place_next(AT).accession not in {order.accession for order in placed}
    assert all(len(o.accession) <= 16 and len(o.step_id) <= 16 for o in again.book.find())
    again.close()
    journal.close()


def test_a_station_can_be_asked_for(ris: Ris) -> None:
    assert {ris.book.place_next(AT, "MR1").procedure.code for _ in range(6)} == {"MR-BRAIN"}
    with pytest.raises(UsageError, match="No procedure"):
        ris.book.place_next(AT, "XX9")


def test_an_order_by_hand(ris: Ris) -> None:
    person = Person(mrn="X1", name="DOE^JANE", birth_date="19700101", sex="F")
    order = ris.book.place(code="CT-HEAD", person=person, scheduled=AT, station_ae="", actor="mia")
    assert ris.book.get(order.accession) == order
    assert (order.patient, order.station_ae, order.status) == (person, "", "scheduled")
    with pytest.raises(UsageError, match="no procedure 'NONE'"):
        ris.book.place(code="NONE")
    with pytest.raises(RefusedError, match="taken"):
        ris.book.place(code="CT-HEAD", accession=order.accession)


@pytest.mark.parametrize("status", list(TABLE))
def test_every_move_is_in_the_table_or_refused(status: str) -> None:
    for event in ("schedule", "arrive", "start", "complete", "discontinue", "cancel"):
        if event in TABLE[status]:
            assert next_status(status, event) == TABLE[status][event]
        else:
            with pytest.raises(RefusedError):
                next_status(status, event)


def test_changes_are_journalled_with_their_actor(ris: Ris, events: JournalReader) -> None:
    order = ris.book.place_next(AT)
    ris.book.edit(order.accession, {"station_ae": "CT9", "scheduled": "2026-03-02T11:00"}, "mia")
    ris.book.cancel(order.accession, "noah")
    changes = events.entries(kind="order.changed")
    assert {(e.facts["key"], e.facts["actor"]) for e in changes} == {
        ("station_ae", "mia"), ("scheduled", "mia"),
    }  # fmt: skip
    (status,) = events.entries(kind="order.status")
    assert (status.facts["old"], status.facts["new"]) == ("scheduled", "cancelled")
    assert ris.book.find(OPEN) == []


@pytest.mark.parametrize(
    "changes",
    [{"station_ae": "A" * 17}, {"station_ae": "A\\B"}, {"scheduled": "soon"}, {"accession": "X"},
     {"priority": "NOW"}, {"sex": "X"}, {"birth_date": "1970"}, {"status": "completed"}],
)  # fmt: skip
def test_what_makes_no_sense_is_refused(ris: Ris, changes: dict[str, str]) -> None:
    order = ris.book.place_next(AT)
    with pytest.raises(UsageError):
        ris.book.edit(order.accession, changes)
    assert ris.book.get(order.accession) == order


def test_the_mapping_table_says_where_orders_go(ris: Ris, events: JournalReader) -> None:
    first = ris.book.place(code="CT-CHEST")
    ris.book.table.change("CT-CHEST", {"station_ae": "CT2"}, "mia")
    assert ris.book.place(code="CT-CHEST").station_ae == "CT2"
    assert ris.book.get(first.accession).station_ae == "CT1"
    ris.book.table.change("CT-CHEST", {"station_ae": "CT3"}, "mia", pending=True)
    assert {order.station_ae for order in ris.book.find(code="CT-CHEST")} == {"CT3"}
    assert len(events.entries(kind="mapping.changed")) == 2


def test_a_snapshot_is_restored_in_place(ris: Ris, tmp_path: Path) -> None:
    kept = ris.book.place_next(AT)
    ris.snapshot(tmp_path / "copy.db")
    second = ris.book.place_next(AT)
    ris.book.cancel(kept.accession)
    ris.restore(tmp_path / "copy.db")
    assert ris.book.find() == [kept]
    assert ris.book.place_next(AT) == second  # the counter went back too


def test_where_studies_stay_their_numbers_are_not_used_again(ris: Ris, tmp_path: Path) -> None:
    """An archive that cannot be reset would take a new exam for more images of an old one."""
    ris.snapshot(tmp_path / "copy.db")
    day, desk = ris.book.place_next(AT), ris.book.place(code="CT-CHEST")
    ris.restore(tmp_path / "copy.db", renumber=False)
    later = ris.book.place(code="CT-CHEST")
    assert later.accession != desk.accession and later.study_uid != desk.study_uid
    assert ris.book.place_next(AT) == day  # the day's own comes again as it was
