"""Nothing a device has acknowledged is lost over kill -9."""

from __future__ import annotations

import subprocess
import sys
import threading
from pathlib import Path

import pytest

from simulator.fleet.disk import Disk
from simulator.fleet.lines import append_line, read_lines
from tests.fleet.conftest import build
from tests.net import free_port

SCANNING = """
import sys
from pathlib import Path
from tests.fleet.conftest import build
from tests.net import free_port

ward = build(Path(sys.argv[1]))
device = ward.fleet.modality("US1")
device.change({"archive.port": free_port()})
for n in range(1000):
    done = device.perform_unscheduled(patient_name="DOE^JANE", patient_id=f"X{n}")
    print(done.study_uid, flush=True)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="kill -9 is POSIX; Windows ends likewise")
def test_kill_9_in_the_middle_of_scanning(tmp_path: Path) -> None:
    process = subprocess.Popen(
        [sys.executable, "-c", SCANNING, str(tmp_path)], stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    with process, process.stdout as said:
        acknowledged = [said.readline().strip() for _ in range(4)]
        process.kill()
        acknowledged += said.read().split()
    ward = build(tmp_path)
    device = ward.fleet.modality("US1")
    waiting = {row["study_uid"]: row for row in device.queue()}
    assert set(acknowledged) <= set(waiting)
    assert all(waiting[uid]["queued"] == waiting[uid]["images"] > 0 for uid in acknowledged)
    device.change({"archive.port": ward.shelf.peer.port})
    assert device.send_queue()["ok"] is True and device.queue() == []
    assert len(ward.shelf.stored) >= 4 * len(acknowledged)
    assert not list((device.folder / "queue").iterdir())
    assert device.perform_unscheduled(patient_name="A^B", patient_id="Y").study_uid not in waiting
    ward.close()  # type: ignore[attr-defined]


def test_half_a_line_is_closed_off(tmp_path: Path) -> None:
    path = tmp_path / "lines.jsonl"
    append_line(path, {"n": 1})
    with path.open("ab") as file:
        file.write(b'{"n": ')
    assert read_lines(path) == [{"n": 1}]
    append_line(path, {"n": 2})
    assert read_lines(path) == [{"n": 1}, {"n": 2}]


def test_a_job_may_be_settled_while_its_images_are_counted(tmp_path: Path) -> None:
    disk, counted = Disk(tmp_path), threading.Event()
    ward = build(tmp_path / "ward")
    ward.fleet.modality("US1").change({"archive.port": free_port()})
    ward.fleet.modality("US1").perform_unscheduled(patient_name="DOE^JANE", patient_id="X1")
    (job,) = ward.fleet.modality("US1").disk.jobs()
    place = disk.place(job)

    def come_and_go() -> None:
        while not counted.is_set():
            place.mkdir()
            place.rmdir()

    thread = threading.Thread(target=come_and_go)
    thread.start()
    try:
        assert not any(disk.waiting(job) or disk.kept(job) for _ in range(20_000))
    finally:
        counted.set()
        thread.join()
        ward.close()  # type: ignore[attr-defined]
