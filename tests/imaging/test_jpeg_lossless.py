"""JPEG Lossless: what DCMTK decodes is what went in, and the label is true."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from pydicom import dcmread

from simulator.errors import UsageError
from simulator.imaging import jpeg_lossless
from simulator.imaging.contact_sheet import sample_exam
from simulator.imaging.study import acquire
from tests.peers import find, run


@pytest.mark.parametrize(
    ("device", "protocol"), [("CT1", "head"), ("DX2", "ankle"), ("XA1", "runoff")]
)
def test_dcmtk_decodes_it_exactly(profiles, tmp_path: Path, device: str, protocol: str) -> None:
    tool = find("dcmconv").parent / "dcmdjpeg" if find("dcmconv") else None
    if tool is None or not tool.exists():
        pytest.skip("DCMTK is not installed")
    profile = profiles[device]
    exam = sample_exam(profile, protocol)
    plain = next(acquire(profile, exam, seed=1))
    packed = next(acquire(profile, exam, seed=1, transfer_syntax="JPEGLosslessSV1"))
    (tmp_path / "in.dcm").write_bytes(packed.part10())
    assert run(tool, tmp_path / "in.dcm", tmp_path / "out.dcm").returncode == 0
    wanted = dcmread(BytesIO(plain.part10())).pixel_array
    assert (dcmread(tmp_path / "out.dcm").pixel_array == wanted).all()
    assert len(packed.data) < len(plain.data)


@pytest.mark.parametrize("selection", [jpeg_lossless.LEFT, jpeg_lossless.ABOVE])
@pytest.mark.parametrize("bits", [8, 12, 16])
def test_every_depth_and_the_extremes_are_encoded(bits: int, selection: int) -> None:
    rng = np.random.default_rng(3)
    frame = rng.integers(0, 1 << bits, (37, 53)).astype(np.uint16)
    frame[3, :] = 0
    frame[4, :] = (1 << bits) - 1
    stream = jpeg_lossless.encoded(frame, bits, selection)
    assert stream[:2] == b"\xff\xd8" and stream[-2:] == b"\xff\xd9"
    assert (decoded(stream, frame.shape, bits, selection) == frame).all()


def decoded(stream: bytes, shape: tuple[int, int], bits: int, selection: int) -> np.ndarray:
    """Decode by the book, bit by bit (ITU-T T.81 F.2.2.3, H.2)."""
    table = stream.index(b"\xff\xc4") + 5
    counts, place = stream[table : table + 16], table + 16
    codes, code = {}, 0
    for length, count in enumerate(counts, 1):
        for _ in range(count):
            codes[length, code] = stream[place]
            code, place = code + 1, place + 1
        code <<= 1
    scan = stream[stream.index(b"\xff\xda") + 10 : -2].replace(b"\xff\0", b"\xff")
    string = iter("".join(f"{byte:08b}" for byte in scan))
    out = np.zeros(shape, np.int64)
    for row in range(shape[0]):
        for column in range(shape[1]):
            word = ""
            while (len(word), int(word or "0", 2)) not in codes:
                word += next(string)
            size = codes[len(word), int(word, 2)]
            value = 32768 if size == 16 else 0
            if 0 < size < 16:
                value = int("".join(next(string) for _ in range(size)), 2)
                value -= ((1 << size) - 1) if value < 1 << (size - 1) else 0
            out[row, column] = (value + before(out, row, column, bits, selection)) % 65536
    return out


def before(out: np.ndarray, row: int, column: int, bits: int, selection: int) -> int:
    if row == 0:
        return int(out[0, column - 1]) if column else 1 << (bits - 1)
    if column == 0 or selection == jpeg_lossless.ABOVE:
        return int(out[row - 1, column])
    return int(out[row, column - 1])


def test_colour_is_refused(profiles) -> None:
    exam = sample_exam(profiles["US1"], "renal")
    with pytest.raises(UsageError, match="colour"):
        acquire(profiles["US1"], exam, seed=1, transfer_syntax="JPEGLosslessSV1")
