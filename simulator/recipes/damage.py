"""Flaws of the file: each function spoils the bytes of a Part 10 file (PS3.10 7.1)."""

from __future__ import annotations

_META = 144  # preamble, prefix and (0002,0000): its value, the length of the rest, ends here
_WEB_PAGE = b"<!doctype html>\n<title>Session expired</title>\n<p>Please log in again.</p>\n"


def _data_at(file: bytes) -> int:
    return _META + int.from_bytes(file[_META - 4 : _META], "little")


def other_meta_uid(file: bytes) -> bytes:
    """Change the last digit of Media Storage SOP Instance UID."""
    start = file.index(b"\x02\x00\x03\x00UI", 0, _data_at(file)) + 8
    length = int.from_bytes(file[start - 2 : start], "little")
    uid = file[start : start + length].rstrip(b"\0")
    last = b"1" if uid.endswith(b"2") else b"2"
    return file[: start + len(uid) - 1] + last + file[start + len(uid) :]


def without_meta(file: bytes) -> bytes:
    """Keep the data set alone."""
    return file[_data_at(file) :]


def wrong_syntax(file: bytes) -> bytes:
    """Name Explicit VR Big Endian in place of Little Endian; both UIDs are as long."""
    head, data = file[: _data_at(file)], file[_data_at(file) :]
    return head.replace(b"1.2.840.10008.1.2.1", b"1.2.840.10008.1.2.2") + data


def cut_off(file: bytes) -> bytes:
    """Keep the first two thirds."""
    return file[: len(file) * 2 // 3]


def longer(file: bytes) -> bytes:
    """Add a thousand bytes."""
    return file + bytes(range(250)) * 4


def emptied(file: bytes) -> bytes:
    """Keep nothing."""
    return b""


def web_page(file: bytes) -> bytes:
    """Replace the file by what a portal sends when a session has ended."""
    return _WEB_PAGE
