"""Names of HL7 fields, for people: what the message viewer shows beside each value."""

from __future__ import annotations

from typing import Any

from simulator.network.hl7 import Message

NAMES: dict[str, dict[int, str]] = {
    "MSH": {
        1: "Field separator", 2: "Encoding characters", 3: "Sending application",
        4: "Sending facility", 5: "Receiving application", 6: "Receiving facility",
        7: "Date and time of message", 9: "Message type", 10: "Message control ID",
        11: "Processing ID", 12: "Version ID", 15: "Accept acknowledgement type",
        16: "Application acknowledgement type", 18: "Character set",
    },
    "EVN": {1: "Event type code", 2: "Recorded date and time"},
    "PID": {
        1: "Set ID", 2: "Patient ID (external)", 3: "Patient identifier list", 5: "Patient name",
        7: "Date of birth", 8: "Sex", 11: "Patient address", 18: "Patient account number",
    },
    "MRG": {1: "Prior patient identifier list"},
    "PV1": {1: "Set ID", 2: "Patient class", 3: "Assigned location", 8: "Referring doctor",
            19: "Visit number"},
    "ORC": {
        1: "Order control", 2: "Placer order number", 3: "Filler order number", 5: "Order status",
        7: "Quantity and timing", 12: "Ordering provider", 25: "Order status modifier",
    },
    "TQ1": {1: "Set ID", 7: "Start date and time", 9: "Priority"},
    "OBR": {
        1: "Set ID", 2: "Placer order number", 3: "Filler order number",
        4: "Universal service identifier", 13: "Relevant clinical information",
        16: "Ordering provider", 18: "Placer field 1 (accession number)",
        19: "Placer field 2 (requested procedure ID)",
        20: "Filler field 1 (scheduled procedure step ID)", 21: "Filler field 2 (station AE title)",
        22: "Results reported", 24: "Diagnostic service section (modality)", 25: "Result status",
        27: "Quantity and timing", 31: "Reason for study",
        32: "Principal result interpreter", 36: "Scheduled date and time", 44: "Procedure code",
    },
    "IPC": {
        1: "Accession identifier", 2: "Requested procedure ID", 3: "Study Instance UID",
        4: "Scheduled procedure step ID", 5: "Modality", 6: "Protocol code", 7: "Station name",
        8: "Location", 9: "Scheduled station AE title",
    },
    "ZDS": {1: "Study Instance UID (IHE)"},
    "OBX": {1: "Set ID", 2: "Value type", 3: "Observation identifier", 5: "Observation value",
            11: "Result status"},
    "SCH": {1: "Placer appointment ID", 2: "Filler appointment ID", 11: "Appointment timing",
            26: "Placer order number", 27: "Filler order number"},
    "AIS": {1: "Set ID", 3: "Universal service identifier", 4: "Start date and time"},
    "MSA": {1: "Acknowledgement code", 2: "Message control ID", 3: "Text message"},
    "ERR": {1: "Error code and location", 2: "Error location", 3: "HL7 error code", 4: "Severity",
            8: "User message"},
}  # fmt: skip


def described(message: Message) -> list[dict[str, str]]:
    """Return every field that has a value: its path, name and raw text."""
    found, seen = [], dict[str, int]()
    for name, *fields in message.segments:
        seen[name] = seen.get(name, 0) + 1
        nth = f"[{seen[name]}]" if seen[name] > 1 else ""
        for number, value in enumerate(fields, 1):
            if value:
                label = NAMES.get(name, {}).get(number, "")
                found.append({"path": f"{name}{nth}-{number}", "name": label, "value": value})
    return found


def differences(one: Message, other: Message) -> list[dict[str, Any]]:
    """Return the fields in which two messages differ, in the order they stand."""
    return differing(described(one), described(other))


def differing(one: list[dict[str, str]], other: list[dict[str, str]]) -> list[dict[str, Any]]:
    """Return what differs between two messages as `described` returns them."""
    left, right = ({row["path"]: row for row in rows} for rows in (one, other))
    return [
        {
            "path": path,
            "name": (left.get(path) or right[path])["name"],
            "one": left.get(path, {}).get("value", ""),
            "other": right.get(path, {}).get("value", ""),
        }
        for path in dict.fromkeys([*left, *right])
        if left.get(path, {}).get("value") != right.get(path, {}).get("value")
    ]
