"""Channels out of the RIS: order kept, nothing lost, and each answer met as the channel says."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from simulator.clock import ClockKeeper
from simulator.errors import RefusedError, UsageError
from simulator.hospital.ris import Ris
from simulator.journal import Journal, JournalReader
from simulator.network.channel import Channel
from simulator.network.outbox import Outbox
from tests.hl7_support import Answers
from tests.hospital.conftest import PROCEDURES
from tests.net import free_port, wait_for


@pytest.fixture
def peer() -> Iterator[Answers]:
    with Answers() as made:
        yield made


@pytest.fixture
def outbox(ris: Ris, peer: Answers) -> Outbox:
    """The RIS's outbox with a channel to `peer`, begun."""
    return begin(ris, peer.port)


def begin(ris: Ris, port: int, **options: Any) -> Outbox:
    found = ris.interfaces.outbox
    found.furnish(
        Channel(
            name="PACS", host="127.0.0.1", port=port, sending_application="RIS",
            receiving_application="", retry_seconds=0.05, ack_seconds=1, **options,
        )
    )  # fmt: skip
    found.start()
    return found


def post(outbox: Outbox, count: int = 1) -> list[int]:
    return [outbox.post("PACS", "ADT^A08", [f"PID|||P{n}||DOE^JANE"]) for n in range(count)]


def states(outbox: Outbox) -> list[str]:
    return [row["state"] for row in outbox.log.find()]


def test_messages_go_out_in_order(outbox: Outbox, peer: Answers, events: JournalReader) -> None:
    numbers = post(outbox, 20)
    assert outbox.wait(numbers[-1], 10) == "sent"
    assert peer.got == [f"RIS{number:06d}" for number in numbers]
    assert len(events.entries("hl7.sent")) == 20 and outbox.drained()


def test_a_receiver_that_is_down_gets_all_in_order_later(ris: Ris, events: JournalReader) -> None:
    """Fault J2: the queue rises, and drains in order."""
    port = free_port()
    outbox = begin(ris, port)
    post(outbox, 5)
    wait_for(lambda: events.entries("hl7.sent"))
    assert states(outbox) == ["queued"] * 5 and not outbox.drained()
    assert len(events.entries("hl7.sent")) == 1  # said once, however long it lasts
    with Answers() as peer:
        outbox.change("PACS", {"port": peer.port}, "eva")
        wait_for(outbox.drained)
        assert peer.got == [f"RIS{number:06d}" for number in range(1, 6)]


@pytest.mark.parametrize(
    ("code", "policy", "state"),
    [
        ("AE", {"on_error": "park"}, "parked"),
        ("AE", {"on_error": "drop"}, "dropped"),
        ("AR", {"on_reject": "drop"}, "dropped"),
        ("AR", {"on_reject": "retry", "attempts": 3}, "parked"),
        ("AE", {"on_error": "stop"}, "queued"),
    ],
)
def test_each_answer_meets_its_policy(
    ris: Ris, peer: Answers, code: str, policy: dict[str, Any], state: str
) -> None:
    """Fault J1: what AE and AR mean must be said for each destination."""
    peer.code = code
    outbox = begin(ris, peer.port, **policy)
    (number,) = post(outbox)
    stops = state == "queued"
    wait_for(lambda: outbox.channel("PACS").paused if stops else states(outbox) == [state])
    row = outbox.log.get(number)
    assert (row["state"], row["code"]) == (state, code) and "as asked" in row["reason"]
    assert outbox.channel("PACS").paused == (state == "queued")
    assert row["attempts"] == policy.get("attempts", 1)


def test_a_refusal_that_passes_loses_nothing(outbox: Outbox, peer: Answers) -> None:
    peer.code = "AR"
    numbers = post(outbox, 3)
    wait_for(lambda: outbox.log.get(numbers[0])["attempts"] > 2)
    assert states(outbox) == ["queued"] * 3
    peer.code = "AA"
    wait_for(outbox.drained)
    assert list(dict.fromkeys(peer.got)) == [f"RIS{number:06d}" for number in numbers]


def test_a_parked_message_is_corrected_and_sent(outbox: Outbox, peer: Answers) -> None:
    peer.code = "AE"
    (number,) = post(outbox)
    assert outbox.wait(number, 5) == "parked"
    peer.code = "AA"
    text = str(outbox.log.get(number)["raw"].decode()).replace("DOE", "ROE")
    assert outbox.resend(number, text) == number and outbox.wait(number, 5) == "sent"
    again = outbox.resend(number)
    assert again != number and outbox.wait(again, 5) == "sent"
    assert b"ROE" in outbox.log.get(again)["raw"]


def test_a_paused_channel_keeps_its_queue(
    outbox: Outbox, peer: Answers, events: JournalReader
) -> None:
    outbox.change("PACS", {"paused": True}, "eva")
    post(outbox, 2)
    assert states(outbox) == ["queued"] * 2 and peer.got == [] and outbox.drained()
    outbox.change("PACS", {"paused": False}, "eva")
    wait_for(lambda: len(peer.got) == 2)
    assert [entry.facts["actor"] for entry in events.entries("channel.changed")] == ["eva"] * 2


def test_a_filter_keeps_a_message_type_back(ris: Ris, peer: Answers) -> None:
    """Fault J11: an A08 that is never sent."""
    outbox = begin(ris, peer.port, filter="ADT^A08")
    assert post(outbox) == [0] and states(outbox) == []


def test_what_was_queued_outlives_the_process(
    ris: Ris, tmp_path: Path, clock: ClockKeeper, peer: Answers
) -> None:
    first = begin(ris, free_port())
    post(first, 3)
    ris.close()
    journal = Journal(tmp_path / "journal", "again", clock)
    again = Ris(tmp_path / "hospital", 1, clock, journal, PROCEDURES)
    again.interfaces.outbox.change("PACS", {"port": peer.port}, "eva")
    again.interfaces.outbox.start()
    wait_for(lambda: len(peer.got) == 3)
    again.close()
    journal.close()


@pytest.mark.parametrize(
    "changes",
    [{"colour": 1}, {"port": "x"}, {"port": 0}, {"on_error": "hope"}, {"paused": "no"},
     {"ack_seconds": -1}, {"charset": "KLINGON"}],
)  # fmt: skip
def test_what_no_channel_can_be(outbox: Outbox, changes: dict[str, Any]) -> None:
    before = outbox.channel("PACS")
    with pytest.raises(Exception) as refused:
        outbox.change("PACS", changes, "eva")
    assert str(refused.value) and outbox.channel("PACS") == before
    with pytest.raises(RefusedError, match="no channel 'LAB'"):
        outbox.channel("LAB")


def test_an_order_s_changes_are_told(ris: Ris, peer: Answers, outbox: Outbox) -> None:
    order = ris.book.place(code="CT-HEAD")
    for event in ("start", "complete"):
        ris.book.move(order.accession, event)
    wait_for(lambda: len(peer.got) == 3)
    texts = [outbox.log.get(n)["raw"].decode() for n in (1, 2, 3)]
    assert [text.split("ORC|")[1][:2] for text in texts] == ["NW", "SC", "SC"]
    assert all(order.study_uid in text and order.accession in text for text in texts)


def test_a_message_is_part_of_the_change_it_tells_of(ris: Ris, outbox: Outbox) -> None:
    """Both are there, or neither: a change that fails tells nobody."""
    with pytest.raises(UsageError), ris.database.write():
        ris.book.place(code="CT-HEAD")
        raise UsageError("stop")
    assert ris.book.find() == [] and outbox.log.find() == []


def test_a_restore_puts_log_and_channels_back(
    ris: Ris, tmp_path: Path, outbox: Outbox, peer: Answers
) -> None:
    outbox.wait(post(outbox)[0], 5)
    ris.snapshot(tmp_path / "saved.db")
    rows, channels = outbox.log.find(), outbox.channels()
    outbox.wait(post(outbox, 4)[-1], 5)
    outbox.change("PACS", {"paused": True}, "eva")
    ris.restore(tmp_path / "saved.db")
    assert outbox.log.find() == rows and outbox.channels() == channels
    assert outbox.wait(post(outbox)[0], 5) == "sent"


def test_a_second_destination_gets_a_copy(
    ris: Ris, outbox: Outbox, peer: Answers, tmp_path: Path, events: JournalReader
) -> None:
    """A new archive beside the old one: each has its own queue, its own answers, its own policy."""
    ris.snapshot(tmp_path / "saved.db")
    with Answers() as second:
        copy = Channel(
            name="NEWPACS", host="127.0.0.1", port=second.port, sending_application="RIS",
            receiving_application="NEW", copy_of="PACS", filter="ADT^A40", retry_seconds=0.05,
        )  # fmt: skip
        outbox.add(copy, "eva")
        with pytest.raises(RefusedError, match="already"):
            outbox.add(copy, "eva")
        post(outbox, 2)
        outbox.post("PACS", "ADT^A40", ["PID|||P1", "MRG|P2"])
        wait_for(lambda: len(peer.got) == 3 and len(second.got) == 2)
        second.code = "AR"
        post(outbox)
        wait_for(lambda: len(peer.got) == 4)
        assert outbox.facts()[0]["name"] == "NEWPACS" and outbox.facts()[0]["queued"] == 1
        assert events.entries("channel.added")[0].facts["actor"] == "eva"
        ris.restore(tmp_path / "saved.db")  # a reset takes it back; its thread goes home
        wait_for(lambda: "NEWPACS" not in outbox._busy)
    assert [channel.name for channel in outbox.channels()] == ["PACS"]
    assert not events.entries("bug")


def test_what_no_new_channel_can_be(outbox: Outbox) -> None:
    facts: dict[str, Any] = {"host": "127.0.0.1", "port": 2575, "sending_application": "RIS",
                             "receiving_application": "X"}  # fmt: skip
    for wrong in ({"name": "a b"}, {"name": ""}, {"name": "X", "mode": "loud"}):
        with pytest.raises(UsageError):
            Channel(**{**facts, **wrong})
    with pytest.raises(RefusedError, match="no channel 'NONE'"):
        outbox.add(Channel(name="X", copy_of="NONE", **facts), "eva")
