"""JPEG Lossless, process 14 (ITU-T T.81 Annex H), in plain numpy: what many modalities send.

Each pixel is predicted from a neighbour; the difference is written as a Huffman code of its
category (how many bits it has) and those bits. Selection value 1, the pixel to the left, is what
transfer syntax 1.2.840.10008.1.2.4.70 promises; any other belongs to .57 (PS3.5 A.4.2).
"""

from __future__ import annotations

from struct import pack
from typing import Any

import numpy as np
from numpy.typing import NDArray

LEFT, ABOVE = 1, 2  # selection values (T.81 Table H.1) we can write
# Code lengths by rank: their Kraft sum is below 1, so no code is all ones (T.81 C).
_LENGTHS = (2, 2, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16)
_ROWS = 256  # encoded at a time

Ints = NDArray[np.int64]


def encoded(frame: NDArray[Any], bits: int, selection: int = LEFT) -> bytes:
    """Return one grey frame (rows, columns) as a JPEG codestream."""
    rows, columns = frame.shape
    differences = _differences(frame.astype(np.int64), bits, selection)
    sizes = _categories(differences)
    ranked = np.argsort(-np.bincount(sizes.ravel(), minlength=17), kind="stable")
    codes, lengths = _codes(ranked)
    scan = b"".join(_packed_bits(differences, sizes, codes, lengths))
    head = b"\xff\xd8" + _marker(0xC3, pack(">BHHB3B", bits, rows, columns, 1, 1, 0x11, 0))
    table = bytes(_LENGTHS.count(n) for n in range(1, 17)) + bytes(ranked.tolist())
    head += _marker(0xC4, b"\0" + table)
    head += _marker(0xDA, pack(">B2B3B", 1, 1, 0, selection, 0, 0))
    return head + scan.replace(b"\xff", b"\xff\0") + b"\xff\xd9"


def _marker(code: int, body: bytes) -> bytes:
    return pack(">BBH", 0xFF, code, len(body) + 2) + body


def _differences(frame: Ints, bits: int, selection: int) -> Ints:
    """Return each pixel less its prediction, modulo 2**16 (T.81 H.1.2.1)."""
    predicted = np.empty_like(frame)
    predicted[0, 0] = 1 << (bits - 1)
    predicted[0, 1:] = frame[0, :-1]
    predicted[1:, 0] = frame[:-1, 0]
    predicted[1:, 1:] = frame[1:, :-1] if selection == LEFT else frame[:-1, 1:]
    return (frame - predicted + 32768) % 65536 - 32768


def _categories(differences: Ints) -> Ints:
    """Return how many bits the size of each difference has (T.81 Table H.2)."""
    # exponent of a float64: exact for whole numbers of this size
    return np.frexp(np.abs(differences).astype(np.float64))[1].astype(np.int64)


def _codes(ranked: Ints) -> tuple[Ints, Ints]:
    """Return the canonical Huffman code and its length for each category (T.81 C.2)."""
    codes, lengths = np.zeros(17, np.int64), np.zeros(17, np.int64)
    code, last = 0, _LENGTHS[0]
    for rank, length in enumerate(_LENGTHS):
        code <<= length - last
        codes[ranked[rank]], lengths[ranked[rank]], last = code, length, length
        code += 1
    return codes, lengths


def _packed_bits(differences: Ints, sizes: Ints, codes: Ints, lengths: Ints) -> list[bytes]:
    """Return the entropy-coded bits, some rows at a time, filled up with ones."""
    pieces, rest = [], np.empty(0, np.uint8)
    for top in range(0, differences.shape[0], _ROWS):
        value, size = differences[top : top + _ROWS].ravel(), sizes[top : top + _ROWS].ravel()
        extra = np.where(value < 0, value + (1 << size) - 1, value)
        size_written = np.where(size == 16, 0, size)  # 32768 has no bits of its own
        word = (codes[size] << size_written) | np.where(size == 16, 0, extra)
        bits = np.concatenate((rest, _spread(word, lengths[size] + size_written)))
        whole = bits.size - bits.size % 8
        pieces.append(np.packbits(bits[:whole]).tobytes())
        rest = bits[whole:]
    if rest.size:
        filled = np.concatenate((rest, np.ones(8 - rest.size, np.uint8)))
        pieces.append(np.packbits(filled).tobytes())
    return pieces


def _spread(words: Ints, counts: Ints) -> NDArray[np.uint8]:
    """Return the lowest `counts` bits of each word, one after another, the highest first."""
    ends = np.cumsum(counts)
    left = np.repeat(ends, counts) - np.arange(1, int(ends[-1]) + 1)  # bits behind this one
    return ((np.repeat(words, counts) >> left) & 1).astype(np.uint8)
