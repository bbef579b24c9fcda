"""Deterministic UIDs under the UUID arc 2.25 (PS3.5 B.2)."""

import hashlib

# UUIDv8 (RFC 9562 5.8): four version bits and two variant bits, the rest is ours.
_VERSION = 0x8 << 76
_VARIANT = 0x2 << 62
_CLEAR = ~((0xF << 76) | (0x3 << 62))

UID_WIDTH = 44


def digest(*parts: object) -> int:
    """Return 256 bits that depend on the parts and on where one part ends."""
    text = "".join(f"{len(str(part))}:{part}" for part in parts)
    return int.from_bytes(hashlib.sha256(text.encode("utf-8")).digest(), "big")


def make_uid(*parts: object) -> str:
    """Return the UID that always belongs to these parts; at most 44 characters."""
    number = (digest("uid", *parts) >> 128) & _CLEAR | _VERSION | _VARIANT
    return f"2.25.{number}"
