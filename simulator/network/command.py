"""DIMSE command sets: group 0000, always Implicit VR Little Endian (PS3.7 6.3.1, Annex E)."""

from __future__ import annotations

import struct
from typing import Any

# keyword: (element number in group 0000, VR)
ELEMENTS: dict[str, tuple[int, str]] = {
    "AffectedSOPClassUID": (0x0002, "UI"),
    "RequestedSOPClassUID": (0x0003, "UI"),
    "CommandField": (0x0100, "US"),
    "MessageID": (0x0110, "US"),
    "MessageIDBeingRespondedTo": (0x0120, "US"),
    "MoveDestination": (0x0600, "AE"),
    "Priority": (0x0700, "US"),
    "CommandDataSetType": (0x0800, "US"),
    "Status": (0x0900, "US"),
    "OffendingElement": (0x0901, "AT"),
    "ErrorComment": (0x0902, "LO"),
    "ErrorID": (0x0903, "US"),
    "AffectedSOPInstanceUID": (0x1000, "UI"),
    "RequestedSOPInstanceUID": (0x1001, "UI"),
    "EventTypeID": (0x1002, "US"),
    "AttributeIdentifierList": (0x1005, "AT"),
    "ActionTypeID": (0x1008, "US"),
    "NumberOfRemainingSuboperations": (0x1020, "US"),
    "NumberOfCompletedSuboperations": (0x1021, "US"),
    "NumberOfFailedSuboperations": (0x1022, "US"),
    "NumberOfWarningSuboperations": (0x1023, "US"),
    "MoveOriginatorApplicationEntityTitle": (0x1030, "AE"),
    "MoveOriginatorMessageID": (0x1031, "US"),
}
_KEYWORDS = {element: (keyword, vr) for keyword, (element, vr) in ELEMENTS.items()}
_ORDER = {keyword: element for keyword, (element, _) in ELEMENTS.items()}

NO_DATA_SET = 0x0101
RESPONSE = 0x8000

# Command Field values (PS3.7 E.1)
C_STORE, C_GET, C_FIND, C_MOVE, C_ECHO = 0x0001, 0x0010, 0x0020, 0x0021, 0x0030
N_EVENT_REPORT, N_GET, N_SET, N_ACTION, N_CREATE, N_DELETE = range(0x0100, 0x0160, 0x0010)
C_CANCEL = 0x0FFF
NAMES = {
    C_STORE: "C-STORE",
    C_GET: "C-GET",
    C_FIND: "C-FIND",
    C_MOVE: "C-MOVE",
    C_ECHO: "C-ECHO",
    N_EVENT_REPORT: "N-EVENT-REPORT",
    N_GET: "N-GET",
    N_SET: "N-SET",
    N_ACTION: "N-ACTION",
    N_CREATE: "N-CREATE",
    N_DELETE: "N-DELETE",
    C_CANCEL: "C-CANCEL",
}

Command = dict[str, Any]


def encode(command: Command) -> bytes:
    """Encode a command set, with its group length; None values are left out."""
    parts = []
    for keyword in sorted((k for k, v in command.items() if v is not None), key=_ORDER.__getitem__):
        element, vr = ELEMENTS[keyword]
        value = _pack(vr, command[keyword])
        parts.append(struct.pack("<HHI", 0, element, len(value)) + value)
    body = b"".join(parts)
    return struct.pack("<HHII", 0, 0, 4, len(body)) + body


def decode(data: bytes) -> Command:
    """Decode a command set; what we do not know or has no value is passed over.

    Raises ValueError where it is malformed.
    """
    command: Command = {}
    at = 0
    while at + 8 <= len(data):
        group, element, length = struct.unpack_from("<HHI", data, at)
        at += 8
        if group != 0 or at + length > len(data):
            raise ValueError(f"the command set is malformed at byte {at - 8}")
        if element in _KEYWORDS:
            keyword, vr = _KEYWORDS[element]
            value = _unpack(vr, data[at : at + length])
            if value is not None:
                command[keyword] = value
        at += length
    if "CommandField" not in command:
        raise ValueError("the command set has no Command Field (0000,0100)")
    return command


def _pack(vr: str, value: Any) -> bytes:
    if vr == "US":
        return struct.pack("<H", value)
    if vr == "AT":
        tags = value if isinstance(value, (list, tuple)) else [value]
        return b"".join(struct.pack("<HH", tag >> 16, tag & 0xFFFF) for tag in tags)
    text = str(value).encode("ascii", "replace")
    if vr == "LO":
        text = text[:64]
    return text + (b"\0" if vr == "UI" else b" ") * (len(text) % 2)


def _unpack(vr: str, raw: bytes) -> Any:
    if vr == "US":
        return struct.unpack_from("<H", raw)[0] if len(raw) >= 2 else None
    if vr == "AT":
        return [
            (group << 16) | element
            for group, element in struct.iter_unpack("<HH", raw[: len(raw) // 4 * 4])
        ]
    # Leading spaces of an AE title are not significant (PS3.5 6.2), trailing ones are padding.
    text = raw.decode("ascii", "replace").rstrip("\0 ")
    return text.lstrip(" ") if vr == "AE" else text
