"""SOP Class Extended Negotiation of queries (PS3.7 D.3.3.5, PS3.4 C.5.1.1).

One byte for each thing the two ends may agree on, in the order of the standard. The acceptor
answers with as many bytes as were offered, 1 where it will do it.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from pynetdicom.pdu import A_ASSOCIATE_AC
from pynetdicom.pdu_primitives import SOPClassExtendedNegotiation

RELATIONAL = "relational"
COMBINED = "combined"  # date and time ranges of a pair are one range
FUZZY = "fuzzy"  # semantic matching of names
TIMEZONE = "timezone"
CONVERSION = "conversion"  # of enhanced multi-frame images
EMPTY_VALUES = "empty"
VALUE_LISTS = "lists"
_ORDER = (RELATIONAL, COMBINED, FUZZY, TIMEZONE, CONVERSION, EMPTY_VALUES, VALUE_LISTS)


def features(information: bytes) -> set[str]:
    """Return what the application information of one end stands for."""
    return {name for name, byte in zip(_ORDER, information, strict=False) if byte == 1}


def information(wanted: Collection[str], length: int = 0) -> bytes:
    """Return the application information for these features, of `length` bytes if that is given."""
    size = min(length, len(_ORDER)) or 1 + max((_ORDER.index(name) for name in wanted), default=0)
    return bytes(name in wanted for name in _ORDER[:size])


def answered(offered: bytes, willing: Collection[str]) -> bytes:
    """Return the acceptor's answer: what was asked for and it is willing to do."""
    return information(features(offered) & set(willing), len(offered))


def read(items: Sequence[Any]) -> dict[str, bytes]:
    """Return the application information of each SOP class among user information items."""
    return {
        str(item.sop_class_uid): bytes(item.service_class_application_information or b"")
        for item in items
        if isinstance(item, SOPClassExtendedNegotiation)
    }


def read_acceptance(body: bytes) -> dict[str, bytes]:
    """Return what an A-ASSOCIATE-AC agrees to, for each SOP class."""
    pdu = A_ASSOCIATE_AC()
    pdu.decode(b"\x02\x00" + len(body).to_bytes(4, "big") + body)
    return read(pdu.to_primitive().user_information)


def items(said: dict[str, bytes]) -> list[SOPClassExtendedNegotiation]:
    """Return the user information items that say this."""
    found = []
    for sop_class, application_information in said.items():
        item = SOPClassExtendedNegotiation()
        item.sop_class_uid = sop_class
        item.service_class_application_information = application_information
        found.append(item)
    return found
