"""kill -9 in the middle of an ingest: every object that was acknowledged is there, once, whole."""

from __future__ import annotations

import random
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest
from pydicom.uid import CTImageStorage, ExplicitVRLittleEndian

from simulator.archive.index import Location
from simulator.errors import NetworkError
from simulator.network.associate import Peer, associate, plain_context, send_store
from simulator.network.dimse import encode_dataset
from tests.archive.support import CALLER, Lab, image, study
from tests.archive.support import lab as run_lab

SENDERS = 4


@contextmanager
def process(folder: Path) -> Iterator[tuple[subprocess.Popen[str], Peer]]:
    """Run an archive in a process of its own."""
    command = [sys.executable, "-m", "tests.archive.runner", str(folder)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as running:
        try:
            assert running.stdout is not None
            port = int(running.stdout.readline())
            yield running, Peer(ae="PACSLAB", host="127.0.0.1", port=port)
        finally:
            running.kill()


class Sender(threading.Thread):
    """Sends images of its own study until the archive is gone; keeps what was acknowledged."""

    def __init__(self, peer: Peer, number: int) -> None:
        super().__init__()
        self.peer, self.number = peer, number
        self.acknowledged: dict[str, bytes] = {}

    def run(self) -> None:
        with (
            suppress(NetworkError),
            associate(self.peer, [plain_context(CTImageStorage)], CALLER) as it,
        ):
            for count in range(1, 100_000):
                uid = f"1.2.3.{self.number}.{count}"
                study = f"1.2.3.{self.number}"
                ds = image(
                    SOPInstanceUID=uid, StudyInstanceUID=study, SeriesInstanceUID=f"{study}.0"
                )
                data = encode_dataset(ds, ExplicitVRLittleEndian)
                send_store(
                    it,
                    sop_class=CTImageStorage,
                    sop_instance=uid,
                    transfer_syntax=ExplicitVRLittleEndian,
                    data=[data],
                )
                self.acknowledged[uid] = data


def kill_while_storing(folder: Path, rounds: int) -> None:
    acknowledged: dict[str, bytes] = {}
    for number in range(rounds):
        with process(folder) as (running, peer):
            senders = [Sender(peer, number * SENDERS + n + 1) for n in range(SENDERS)]
            for sender in senders:
                sender.start()
            while not all(sender.acknowledged for sender in senders):
                time.sleep(0.005)
            time.sleep(random.Random(number).uniform(0, 0.25))
            running.kill()  # SIGKILL
            for sender in senders:
                sender.join()
                acknowledged.update(sender.acknowledged)
    with run_lab(folder) as lab:  # after the last crash: recovered
        lab.archive.integrity.wait()
        rows = lab.archive.index.locate([])
        assert len({row.sop_uid for row in rows}) == len(rows), "indexed twice"
        places = {row.sop_uid: row for row in rows}
        assert set(acknowledged) <= set(places), "acknowledged, but not indexed"
        for uid, data in acknowledged.items():
            found = places[uid]
            assert lab.archive.store.read(found.digest)[found.offset :] == data
        # what was not acknowledged may be there too, but then it is whole: one file a row
        assert len(rows) <= len(acknowledged) + rounds * SENDERS
        assert lab.files() == sorted(row.digest for row in rows)
        found = lab.archive.integrity.check(deep=True)
        assert not found.repaired and not found.said, found.said
        assert_visible(lab, rows)
        print(f"{rounds} rounds: {len(acknowledged)} acknowledged, {len(rows)} stored")


def assert_visible(lab: Lab, rows: list[Location]) -> None:
    """Nothing is half there: each study can be found, counted and fetched as the index says."""
    per_study = Counter(row.study_uid for row in rows)
    found = lab.find(StudyInstanceUID="", NumberOfStudyRelatedInstances=None)
    counted = {ds.StudyInstanceUID: int(ds.NumberOfStudyRelatedInstances or 0) for ds in found}
    assert counted == per_study
    assert lab.archive.index.counts()["studies"] == len(per_study)
    for study_uid in list(per_study)[-SENDERS:]:
        assert lab.get(StudyInstanceUID=study_uid)[0].completed == per_study[study_uid]


@pytest.mark.skipif(sys.platform == "win32", reason="no kill -9 there")
def test_nothing_acknowledged_is_lost(tmp_path: Path) -> None:
    kill_while_storing(tmp_path, 5)


@pytest.mark.slow
@pytest.mark.timeout(600)
@pytest.mark.skipif(sys.platform == "win32", reason="no kill -9 there")
def test_nothing_acknowledged_is_lost_in_fifty_rounds(tmp_path: Path) -> None:
    kill_while_storing(tmp_path, 50)


@pytest.mark.timeout(120)
def test_sixteen_associations_at_once(tmp_path: Path) -> None:
    """No refusal, no lock error, each object once; every second sender sends the same study."""
    with run_lab(tmp_path) as lab:
        statuses: list[list[int]] = [[] for _ in range(16)]

        def send(number: int) -> None:
            statuses[number] = lab.store(*study(number // 2, 25))

        threads = [threading.Thread(target=send, args=[number]) for number in range(16)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert statuses == [[0] * 25] * 16
        rows = lab.archive.index.locate([])
        assert len({row.sop_uid for row in rows}) == len(rows) == 8 * 25
        assert lab.files() == sorted(row.digest for row in rows)
        assert lab.told("association.rejected") == lab.told("association.aborted") == []
