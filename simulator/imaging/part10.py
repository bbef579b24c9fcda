"""File meta information, written by hand because it is the same few elements every time."""

from struct import pack

from simulator.imaging.uids import make_uid

IMPLEMENTATION_UID = make_uid("implementation", "PACS Lab", 1)
IMPLEMENTATION_NAME = "PACSLAB_1"


def _element(number: int, vr: bytes, value: bytes) -> bytes:
    """Encode one element of group 0002, explicit VR little endian (PS3.10 7.1)."""
    value += (b" " if vr == b"SH" else b"\0") * (len(value) % 2)
    length = b"\0\0" + pack("<I", len(value)) if vr == b"OB" else pack("<H", len(value))
    return pack("<HH", 2, number) + vr + length + value


def prologue(sop_class_uid: str, sop_instance_uid: str, transfer_syntax_uid: str) -> bytes:
    """Return preamble, prefix and file meta information of one instance."""
    meta = b"".join(
        (
            _element(0x0001, b"OB", b"\0\1"),
            _element(0x0002, b"UI", sop_class_uid.encode("ascii")),
            _element(0x0003, b"UI", sop_instance_uid.encode("ascii")),
            _element(0x0010, b"UI", transfer_syntax_uid.encode("ascii")),
            _element(0x0012, b"UI", IMPLEMENTATION_UID.encode("ascii")),
            _element(0x0013, b"SH", IMPLEMENTATION_NAME.encode("ascii")),
        )
    )
    return b"\0" * 128 + b"DICM" + _element(0x0000, b"UL", pack("<I", len(meta))) + meta
