from __future__ import annotations

import json
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from simulator.clock import ClockKeeper
from simulator.journal import Journal, JournalReader


@pytest.fixture
def reader(journal: Journal) -> JournalReader:
    return JournalReader(journal.path.parent)


def test_an_entry_comes_back_as_it_was_written(journal: Journal, reader: JournalReader) -> None:
    identity = journal.write("c-store", "CT1 sent an image of Jörg", calling="CT1", status="0x0000")
    (entry,) = reader.entries()
    assert entry.id == identity == "archive-000001"
    assert (entry.kind, entry.text) == ("c-store", "CT1 sent an image of Jörg")
    assert entry.facts == {"calling": "CT1", "status": "0x0000"}
    assert entry.hospital.startswith("2026-03-02T07:00")
    assert reader.find(identity) == entry
    assert reader.find("archive-000099") is None
    assert "archive-000001" in str(entry)


def test_filters(journal: Journal, reader: JournalReader) -> None:
    journal.write("association.accepted", "a", calling="CT1")
    journal.write("association.rejected", "b", calling="MR1")
    journal.write("c-echo", "c", calling="CT1")
    assert [entry.text for entry in reader.entries(kind="association")] == ["a", "b"]
    assert [entry.text for entry in reader.entries(node="CT1")] == ["a", "c"]
    assert [entry.text for entry in reader.tail(1)] == ["c"]
    assert reader.entries(source="hospital") == []
    assert reader.entries(since="2999") == []


def test_the_files_of_several_processes_are_merged_by_time(
    journal: Journal, reader: JournalReader, clock: ClockKeeper
) -> None:
    hospital = Journal(journal.path.parent, "hospital", clock)
    for number in range(6):
        (journal if number % 2 else hospital).write("step", str(number))
        threading.Event().wait(0.003)  # entries carry milliseconds
    hospital.close()
    assert [entry.text for entry in reader.entries()] == list("012345")


def test_what_has_been_read_is_not_parsed_again(journal: Journal, reader: JournalReader) -> None:
    journal.write("a", "first")
    (first,) = reader.entries()
    journal.write("a", "second")
    again = reader.entries()
    assert again[0] is first and [entry.text for entry in again] == ["first", "second"]


def test_another_file_in_its_place_is_read_from_the_beginning(
    journal: Journal, reader: JournalReader, clock: ClockKeeper
) -> None:
    journal.write("a", "of the old seat")
    assert len(reader.entries()) == 1
    journal.close()
    journal.path.unlink()
    assert reader.entries() == []
    again = Journal(journal.path.parent, "archive", clock)
    again.write("a", "of the new seat, and longer than before")
    again.close()
    assert [entry.text for entry in reader.entries()] == ["of the new seat, and longer than before"]


def test_numbers_go_on_after_a_restart(journal: Journal, clock: ClockKeeper) -> None:
    journal.write("a", "1")
    journal.close()
    again = Journal(journal.path.parent, "archive", clock)
    assert again.write("a", "2") == "archive-000002"
    again.close()


@pytest.mark.parametrize("half", [b'{"id": "archive-0000', '{"id": "ü'.encode()[:-1]])
def test_a_half_written_last_line_is_no_obstacle(
    journal: Journal, reader: JournalReader, clock: ClockKeeper, half: bytes
) -> None:
    journal.write("a", "whole")
    journal.close()
    with journal.path.open("ab") as handle:
        handle.write(half)
    assert [entry.text for entry in reader.entries()] == ["whole"]
    again = Journal(journal.path.parent, "archive", clock)
    assert again.write("a", "next") == "archive-000002"
    again.close()
    assert [entry.text for entry in reader.entries()] == ["whole", "next"]


def test_what_was_written_survives_kill_9(tmp_path: Path) -> None:
    """Each entry reaches the system before `write` returns its id."""
    code = (
        "import os, sys, pathlib\n"
        "from simulator.clock import ClockKeeper\n"
        "from simulator.journal import Journal\n"
        "here = pathlib.Path(sys.argv[1])\n"
        "journal = Journal(here / 'journal', 'archive', ClockKeeper(here / 'clock.json'))\n"
        "for n in range(50): journal.write('a', 'x' * 9000, n=n)\n"
        "os._exit(9)\n"
    )
    subprocess.run([sys.executable, "-c", code, str(tmp_path)], timeout=20, check=False)
    assert len(JournalReader(tmp_path / "journal").entries()) == 50


def test_threads_share_one_journal(journal: Journal, reader: JournalReader) -> None:
    def write() -> None:
        for number in range(50):
            journal.write("a", "x" * 200, n=number)

    threads = [threading.Thread(target=write) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    ids = [entry.id for entry in reader.entries()]
    assert len(set(ids)) == len(ids) == 200


def test_a_line_break_in_a_text_does_not_make_two_entries(journal: Journal) -> None:
    journal.write("a", 'one\ntwo\r\n{"id": "forged"}', path=Path("x"))
    (line,) = journal.path.read_text("utf-8").splitlines()
    assert json.loads(line)["text"].startswith("one\ntwo")


def test_a_spoilt_line_in_the_middle_is_passed_over(
    journal: Journal, reader: JournalReader
) -> None:
    journal.write("a", "1")
    with journal.path.open("a") as handle:
        handle.write("not JSON\n")
    journal.write("a", "2")
    assert [entry.text for entry in reader.entries()] == ["1", "2"]


def test_a_spoilt_last_line_does_not_keep_the_archive_down(
    journal: Journal, reader: JournalReader, clock: ClockKeeper
) -> None:
    """After a power cut a file may end in bytes nobody wrote."""
    journal.write("a", "1")
    journal.close()
    with journal.path.open("ab") as handle:
        handle.write(b"\0" * 40 + b"\n")
    again = Journal(journal.path.parent, "archive", clock)
    assert again.write("a", "2") == "archive-000002"
    again.close()
    assert [entry.text for entry in reader.entries()] == ["1", "2"]


def test_a_lone_surrogate_is_written_readably(journal: Journal) -> None:
    journal.write("c-store", "a name \udcff that is no text")
    (entry,) = JournalReader(journal.path.parent).entries(kind="c-store")
    assert "no text" in entry.text


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a device that is always full")
def test_a_full_disk_ends_nothing(journal: Journal) -> None:
    journal._file.close()
    with Path("/dev/full").open("ab", buffering=0) as full:
        journal._file = full
        assert journal.write("c-echo", "the answer went out all the same").startswith("archive-")
