from __future__ import annotations

import os
import threading
from pathlib import Path

import pytest

from simulator.errors import CannotError
from simulator.files import read_json, sync_folder, write_atomically, write_json


def test_a_value_comes_back(tmp_path: Path) -> None:
    write_json(tmp_path / "new" / "seat.json", {"format": 1, "name": "Zoë"})
    assert read_json(tmp_path / "new" / "seat.json", "seat file") == {"format": 1, "name": "Zoë"}


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such modes")
def test_a_private_file_is_nobody_elses(tmp_path: Path) -> None:
    write_json(tmp_path / "secrets.json", {}, private=True)
    write_json(tmp_path / "seat.json", {})
    assert (tmp_path / "secrets.json").stat().st_mode & 0o777 == 0o600
    assert (tmp_path / "seat.json").stat().st_mode & 0o777 == 0o644


def test_a_failed_write_leaves_the_old_file_and_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "a"
    write_atomically(path, b"old")

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "replace", full)
    with pytest.raises(OSError, match="No space"):
        write_atomically(path, b"new")
    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]


def test_a_reader_never_sees_half_a_file(tmp_path: Path) -> None:
    path = tmp_path / "a"
    write_atomically(path, b"0" * 100_000)
    seen: set[tuple[int, ...]] = set()
    done = threading.Event()

    def read() -> None:
        while not done.is_set():
            data = path.read_bytes()
            seen.add((len(data), *set(data)))

    reader = threading.Thread(target=read)
    reader.start()
    for number in range(20):
        write_atomically(path, str(number % 10).encode() * 100_000)
    done.set()
    reader.join()
    assert all(length == 100_000 and len(kinds) == 1 for length, *kinds in seen)


def test_what_cannot_be_read_is_named(tmp_path: Path) -> None:
    with pytest.raises(CannotError, match="no seat file at"):
        read_json(tmp_path / "none", "seat file")
    for content in (b"{", b"\xff\xfe"):
        (tmp_path / "bad").write_bytes(content)
        with pytest.raises(CannotError, match=r"seat file .*bad cannot be read"):
            read_json(tmp_path / "bad", "seat file")


def test_a_folder_can_be_made_durable(tmp_path: Path) -> None:
    sync_folder(tmp_path)
