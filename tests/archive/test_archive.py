"""The archive as a whole: an exact reset, and a sweep that takes nothing needed."""

from __future__ import annotations

import hashlib
import threading
from pathlib import Path

import pytest
from sqlalchemy import select

from simulator.archive.nodes import Node
from simulator.archive.tables import metadata
from simulator.database import Database
from simulator.errors import CannotError
from tests.archive.support import ADMIN, Lab, image, study
from tests.archive.support import lab as run_lab


def digest(database: Database) -> dict[str, str]:
    """Return a digest of every table's rows."""
    with database.read() as db:
        rows = {name: db.execute(select(table)).all() for name, table in metadata.tables.items()}
    return {
        name: hashlib.sha256("\n".join(sorted(map(repr, found))).encode()).hexdigest()
        for name, found in rows.items()
    }


def test_reset_is_exact(lab: Lab) -> None:
    archive = lab.archive
    lab.store(*study(1, 2), *study(2))
    lab.set("query.limit", 99)
    archive.users.add({"name": "eva", "role": "qc"}, "long enough 1", "test")
    archive.users.login("eva", "long enough 1")
    archive.save_baseline()
    tables, files = digest(archive.database), lab.files()
    # now everything that can change does
    lab.store(*study(3), *study(1, 3)[2:])
    archive.index.delete_study("1.2.3.2")
    archive.index.set_order_state("1.2.3.1", "matched", "by hand")
    lab.set("query.limit", 5)
    lab.set("dicom.ae_title", "OTHER")
    archive.nodes.add(Node(ae="NEW"))
    archive.nodes.remove("WS1")
    archive.users.remove("eva", "test")
    archive.users.set_password(ADMIN[0], "changed it now", "test")
    assert all(
        digest(archive.database)[table] != tables[table]
        for table in ("studies", "instances", "nodes", "users", "sessions", "settings")
    )
    told = len(lab.told())
    archive.reset()
    assert digest(archive.database) == tables
    assert lab.files() == files
    assert archive.settings["query.limit"] == 99
    assert lab.get(StudyInstanceUID="1.2.3.2")[0].completed == 1  # deleted: back, with its file
    assert archive.users.login(*ADMIN)
    assert len(lab.told()) > told  # the journal never rewinds
    assert lab.told("archive.reset")


def test_reset_twice_and_after_nothing(lab: Lab) -> None:
    with pytest.raises(CannotError, match="no saved"):
        lab.archive.reset()
    lab.store(*study(1))
    lab.archive.save_baseline()
    for _ in range(3):
        lab.archive.reset()
        assert lab.get(StudyInstanceUID="1.2.3.1")[0].completed == 1


def test_a_baseline_can_be_moved_on(lab: Lab) -> None:
    lab.store(*study(1))
    lab.archive.save_baseline()
    lab.store(*study(2))
    lab.archive.save_baseline()
    lab.archive.index.delete_study("1.2.3.1")
    lab.archive.reset()
    assert lab.archive.index.counts()["studies"] == 2


def test_deleted_files_stay_until_nobody_needs_them(lab: Lab) -> None:
    lab.store(*study(1))
    lab.archive.save_baseline()
    lab.store(*study(2))
    for number in (1, 2):
        lab.archive.index.delete_study(f"1.2.3.{number}")
    assert len(lab.files()) == 2
    lab.archive._sweep()
    assert len(lab.files()) == 1  # the baseline still speaks of it
    assert lab.told("integrity")[-1].text == "files nobody needs removed: 1"


def test_nothing_acknowledged_is_lost_while_resets_and_sweeps_go_on(lab: Lab) -> None:
    """Objects sent again and again, deleted and swept meanwhile: what is indexed has its file."""
    lab.archive.save_baseline()
    stop = threading.Event()
    sent: list[int] = []

    def send() -> None:
        same = study(1, 4)  # the same bytes each time: the same file names
        while not stop.is_set():
            sent.extend(lab.store(*same))

    thread = threading.Thread(target=send)
    thread.start()
    for _ in range(25):
        lab.archive.index.delete_study("1.2.3.1")
        lab.archive._sweep()
        missing = lab.archive.index.digests() - set(lab.files())
        assert missing == set()
    stop.set()
    thread.join()
    assert sent and set(sent) == {0}


def test_a_reset_while_queries_run(lab: Lab) -> None:
    for number in range(30):
        lab.enter(*study(number))
    lab.archive.save_baseline()
    stop, found = threading.Event(), []

    def ask() -> None:
        while not stop.is_set():
            found.append(len(lab.find(StudyInstanceUID="")))

    threads = [threading.Thread(target=ask) for _ in range(3)]
    for thread in threads:
        thread.start()
    for number in range(5):
        lab.enter(*study(100 + number))
        lab.archive.reset()
    stop.set()
    for thread in threads:
        thread.join()
    assert found and set(found) <= {30, 31}


def test_start_and_stop_leave_nothing_running(tmp_path: Path) -> None:
    from tests.net import no_thread_left

    with no_thread_left(), run_lab(tmp_path) as lab:
        lab.store(image())


def test_what_was_stored_is_there_after_a_restart(tmp_path: Path) -> None:
    with run_lab(tmp_path) as lab:
        lab.store(*study(1, 2))
    with run_lab(tmp_path) as again:
        retrieved, got = again.get(StudyInstanceUID="1.2.3.1")
    assert retrieved.completed == 2 and got == study(1, 2)
