"""Bodies are streamed: a whole study is never in memory, neither on its way out nor in."""

from __future__ import annotations

import tracemalloc
from collections.abc import Iterator
from contextlib import contextmanager

import httpx
import pytest

from simulator.archive.dicomweb import multipart, store
from tests.archive.dicomweb.support import BOUNDARY, DICOM, WebLab, part10
from tests.archive.support import ADMIN, image

COUNT, EACH = 24, 1 << 20  # instances of a study, bytes of one


@contextmanager
def peak() -> Iterator[list[int]]:
    """Measure the most memory that Python took for itself within the block, in bytes."""
    taken: list[int] = []
    tracemalloc.start()
    try:
        yield taken
        taken.append(tracemalloc.get_traced_memory()[1])
    finally:
        tracemalloc.stop()


def large(number: int) -> bytes:
    """Return an instance of one megabyte."""
    ds = image(SOPInstanceUID=f"1.2.3.9.9.{number}")
    ds.Rows, ds.Columns = 1024, 512
    ds.PixelData = bytes([number]) * EACH
    return part10(ds)


def sent() -> Iterator[bytes]:
    """Make the body of a STOW-RS request while it goes out."""
    for number in range(1, COUNT + 1):
        yield f"--{BOUNDARY}\r\nContent-Type: application/dicom\r\n\r\n".encode()
        yield large(number) + b"\r\n"
    yield f"--{BOUNDARY}--\r\n".encode()


def test_a_study_goes_in_and_out_in_pieces(web: WebLab) -> None:
    headers = {"Content-Type": f"{DICOM}; boundary={BOUNDARY}"}
    web.get("/studies")  # logged in, everything imported
    with peak() as going_in:
        answer = httpx.post(
            f"{web.url}/studies", content=sent(), headers=headers, auth=ADMIN,
            timeout=50, trust_env=False,
        )  # fmt: skip
    assert answer.status_code == 200 and len(answer.json()["00081199"]["Value"]) == COUNT
    study = web.get("/studies").json()[0]["0020000D"]["Value"][0]
    total = 0
    with (
        peak() as going_out,
        web.http.stream("GET", f"/studies/{study}", headers={"Accept": DICOM}) as stream,
    ):
        for block in stream.iter_raw(1 << 16):
            total += len(block)
    assert total > COUNT * EACH
    # Both ends are in this process: a few instances at once are theirs, 24 would be a study.
    assert going_in[0] < 10 * EACH, going_in
    assert going_out[0] < 6 * EACH, going_out


def test_a_part_that_is_too_long_is_413(web: WebLab, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store, "MESSAGE_CAP", 20_000)
    long = part10(image(SOPInstanceUID="1.2.3.9.9.2")) + bytes(30_000)
    answer = web.stow(long)
    assert answer.status_code == 413 and "20000" in answer.json()["error"]
    alone = web.http.post("/studies", content=long, headers={"Content-Type": "application/dicom"})
    assert alone.status_code == 413
    some = web.stow(part10(image()), long)  # what came before it was stored, and is said
    assert some.status_code == 202 and len(some.json()["00081199"]["Value"]) == 1


def test_a_reader_holds_one_part_at_most() -> None:
    block = b"x" * 1000

    def pieces() -> Iterator[bytes]:
        for _ in range(50):
            yield b"--b\r\n\r\n" + block + b"\r\n"
        yield b"--b--\r\n"

    reader = multipart.Reader(pieces(), b"b", 2000)
    for _, body in reader.parts():
        assert body == block and len(reader._held) < 1100
