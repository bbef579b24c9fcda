"""Many at once: sixteen associations store, none is refused, each object is there once."""

from __future__ import annotations

import os
import subprocess
import threading
from collections.abc import Callable
from pathlib import Path

from tests.archive.support import Lab, save, study
from tests.interop.support import NAGLE_OFF

SENDERS, EACH = 16, 6


def test_sixteen_of_our_senders(lab: Lab) -> None:
    said: list[int] = []
    ready = threading.Barrier(SENDERS)

    def send(number: int) -> None:
        ready.wait()
        said.extend(lab.store(*study(number, EACH)))

    threads = [threading.Thread(target=send, args=(n,)) for n in range(SENDERS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert said == [0] * SENDERS * EACH
    check(lab)


def test_sixteen_storescus(lab: Lab, tmp_path: Path, peer: Callable[[str], Path]) -> None:
    """Half of them send the same study: who comes second meets a duplicate, not a lock."""
    commands = []
    for number in range(SENDERS):
        folder = tmp_path / f"{number}"
        folder.mkdir()
        for n, ds in enumerate(study(number if number < SENDERS // 2 else 99, EACH)):
            save(ds, folder / f"{n}.dcm")
        where = ("-aet", "CT1", "-aec", "PACSLAB", "127.0.0.1", str(lab.port))
        commands.append([str(peer("storescu")), "-v", "+sd", *where, str(folder)])
    environment = {**os.environ, **NAGLE_OFF}
    running = [
        subprocess.Popen(
            command, env=environment, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
        )
        for command in commands
    ]
    for process in running:
        said, _ = process.communicate(timeout=30)
        assert process.returncode == 0, said
        assert said.count("Received Store Response (Success)") == EACH, said
    assert lab.archive.index.counts()["studies"] == SENDERS // 2 + 1
    check(lab)


def check(lab: Lab) -> None:
    rows = lab.archive.index.locate([])
    assert len({row.sop_uid for row in rows}) == len(rows)
    assert all(row["instances"] == EACH for row in lab.archive.index.studies())
    assert lab.told("association.rejected") == lab.told("association.aborted") == []
    assert {entry.facts["status"] for entry in lab.told("c-store")} == {"0x0000"}
    assert {row.digest for row in rows} <= set(lab.files())
