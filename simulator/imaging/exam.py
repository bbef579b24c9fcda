"""What a device knows about an examination when it starts scanning."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, kw_only=True)
class Exam:
    """One examination, taken from a worklist entry or typed by hand.

    `birth_date` is a DA value, `sex` is M, F, O or empty, `started` is naive hospital time,
    `protocol` is a key of the device profile's protocols, `station` is an AE title. `other_side`
    is a technologist's error: the hand that nobody asked for.
    """

    patient_name: str
    patient_id: str
    issuer: str
    birth_date: str
    sex: str
    accession: str
    study_uid: str
    requested_procedure_id: str
    step_id: str
    procedure: str
    protocol: str
    indication: str
    referring: str
    performing: str
    institution: str
    station: str
    started: datetime
    pps_uid: str = ""
    pps_id: str = ""
    character_set: str = "ISO_IR 100"
    other_side: bool = False
