"""The files: named by their content, whole before they have a name, never lost or overwritten."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
import threading
from io import BytesIO
from pathlib import Path

import pytest
from pydicom import dcmread
from pydicom.filebase import DicomBytesIO
from pydicom.filewriter import write_file_meta_info

from simulator.archive import store as module
from simulator.archive.filing import file_meta
from simulator.archive.store import FileStore
from simulator.errors import CannotError


@pytest.fixture
def store(tmp_path: Path) -> FileStore:
    return FileStore(tmp_path / "files")


def put(store: FileStore, *buffers: bytes) -> str:
    with store.put(buffers) as stored:
        assert stored.size == sum(map(len, buffers))
        return stored.digest


def test_a_file_is_named_by_its_content_and_reads_back(store: FileStore) -> None:
    digest = put(store, b"one", b"", b"two")
    assert digest == hashlib.sha256(b"onetwo").hexdigest()
    assert store.path(digest).name == f"{digest}.dcm"
    assert store.read(digest) == b"onetwo"
    assert list(store.digests()) == [digest]


def test_the_same_content_twice_is_one_file(store: FileStore) -> None:
    assert put(store, b"same") == put(store, b"sa", b"me")
    assert len(list(store.digests())) == 1
    assert list((store.folder / "incoming").iterdir()) == []


def test_the_file_is_durable_before_it_has_its_name(
    store: FileStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    order: list[str] = []

    def noted(target: object, name: str) -> None:
        call = getattr(target, name)

        def noting(*arguments: object) -> object:
            order.append(name)
            return call(*arguments)

        monkeypatch.setattr(target, name, noting)

    put(store, b"x")
    noted(os, "fsync")
    noted(os, "replace")
    noted(module, "sync_folder")
    put(store, b"x")  # its folder is there already
    assert order == ["fsync", "replace", "sync_folder", "fsync"]  # content, name, name durable


def test_leftovers_of_a_crash_are_removed(tmp_path: Path) -> None:
    incoming = tmp_path / "files" / "incoming"
    incoming.mkdir(parents=True)
    (incoming / "123-0").write_bytes(b"half of an ima")
    store = FileStore(tmp_path / "files")
    assert list(incoming.iterdir()) == []
    assert list(store.digests()) == []


def test_a_failed_write_leaves_nothing_behind(
    store: FileStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> int:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "write", full)
    with pytest.raises(OSError, match="No space"):
        put(store, b"x")
    assert list((store.folder / "incoming").iterdir()) == []
    assert list(store.digests()) == []


@pytest.mark.parametrize("name", ["../../etc/passwd", "", "A" * 64, "/" * 64, "0" * 63, "0" * 65])
def test_only_a_digest_becomes_a_path(store: FileStore, name: str) -> None:
    with pytest.raises(ValueError):
        store.path(name)


def test_a_missing_file_is_one_sentence(store: FileStore) -> None:
    with pytest.raises(CannotError, match="not in the store"):
        store.read("0" * 64)


def test_what_is_being_filed_is_not_swept(store: FileStore) -> None:
    with store.put([b"acknowledged soon"]) as stored:
        assert store.sweep(set) == 0
        assert store.read(stored.digest) == b"acknowledged soon"
    assert store.sweep(lambda: {stored.digest}) == 0
    assert store.sweep(set) == 1
    assert list(store.digests()) == []


def test_no_acknowledged_file_is_lost_to_a_sweep(store: FileStore) -> None:
    """Content names repeat: what is swept as an orphan may be arriving at the same moment."""
    indexed: set[str] = set()
    lost = []
    stop = threading.Event()

    def sweep() -> None:
        while not stop.is_set():
            store.sweep(lambda: set(indexed))

    thread = threading.Thread(target=sweep)
    thread.start()
    for _ in range(100):
        with store.put([b"again and again"]) as stored:
            indexed.add(stored.digest)
        if not store.path(stored.digest).exists():
            lost.append(stored)
        indexed.clear()
    stop.set()
    thread.join()
    assert lost == []


LIMITED = """
import resource, sys
from pathlib import Path
from simulator.network.associate import Caller
from tests.archive.support import image, lab, raw_store
with lab(Path(sys.argv[1])) as made:
    small, large = image(), image()
    large.PixelData = bytes(9_000_000)
    resource.setrlimit(resource.RLIMIT_FSIZE, (8_000_000, resource.RLIM_INFINITY))
    with made.open() as association:
        refused = raw_store(association, large)
        print(hex(refused["Status"]), refused["ErrorComment"])
        print(hex(raw_store(association, small)["Status"]))
    print(made.archive.index.counts()["instances"], len(made.files()))
    resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY,) * 2)
    print(made.store(large))
"""


@pytest.mark.skipif(sys.platform == "win32", reason="no limit on file sizes there")
def test_a_file_that_cannot_be_written_is_refused_and_the_association_lives(
    tmp_path: Path,
) -> None:
    """ENOSPC's kin: the system refuses to write the file (0xA700), the next one is taken."""
    done = subprocess.run(
        [sys.executable, "-c", LIMITED, str(tmp_path)], text=True, capture_output=True, timeout=30
    )
    assert done.returncode == 0, done.stderr
    refused, after, counts, later = done.stdout.splitlines()
    assert refused.startswith("0xa700 cannot write: File too large"), refused
    assert (after, counts, later) == ("0x0", "1 1", "[0]")


@pytest.mark.parametrize("source", ["CT1", "WS10", ""])
def test_the_file_meta_is_what_pydicom_would_write(source: str) -> None:
    ours = file_meta("1.2.840.10008.5.1.4.1.1.2", "1.2.3.45", "1.2.840.10008.1.2.1", source)
    meta = dcmread(BytesIO(ours)).file_meta
    assert meta.MediaStorageSOPInstanceUID == "1.2.3.45"
    buffer = DicomBytesIO()
    write_file_meta_info(buffer, meta)
    assert ours == bytes(128) + b"DICM" + buffer.getvalue()
