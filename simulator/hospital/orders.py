"""What an order is, and how its status moves.

    ordered ─schedule→ scheduled ─arrive→ arrived ─start→ in progress ─complete→ completed
                           └────────────start────────────────┘   │                   └─report→ …
                                                                 └─discontinue→ discontinued

Until it is started an order can be cancelled, and until its patient is here be unscheduled; a
discontinued one can be scheduled again. A completed one goes on when a further step is performed
(the append case of IHE). A further report leaves a reported order reported.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from simulator.errors import RefusedError, UsageError
from simulator.people import Person

TABLE: dict[str, dict[str, str]] = {
    "ordered": {"schedule": "scheduled", "cancel": "cancelled"},
    "scheduled": {"arrive": "arrived", "start": "in progress", "cancel": "cancelled",
                  "unschedule": "ordered"},
    "arrived": {"start": "in progress", "cancel": "cancelled"},
    "in progress": {"complete": "completed", "discontinue": "discontinued"},
    "completed": {"report": "reported", "append": "in progress"},
    "discontinued": {"schedule": "scheduled"},
    "cancelled": {},
    "reported": {"report": "reported"},
}  # fmt: skip
OPEN = ("scheduled", "arrived", "in progress")  # what a worklist shows
PRIORITIES = ("STAT", "HIGH", "ROUTINE", "MEDIUM", "LOW")


def next_status(status: str, event: str) -> str:
    """Return where `event` leads from `status`; raises RefusedError for an illegal move."""
    if event not in {name for moves in TABLE.values() for name in moves}:
        raise UsageError(f"'{event}' is nothing that can happen to an order.")
    moves = TABLE[status]
    if event not in moves:
        raise RefusedError(
            f"An order that is {status} cannot '{event}'.",
            f"Possible: {', '.join(moves) or 'nothing, this status is final'}.",
            409,
        )
    return moves[event]


@dataclass(frozen=True, kw_only=True)
class Procedure:
    """Something that can be ordered, and where the RIS schedules it (the mapping table)."""

    code: str
    description: str
    modality: str
    station_ae: str
    protocol: str  # the key of the device's protocol
    minutes: int = 15


@dataclass(frozen=True, kw_only=True)
class Order:
    """One order with its one scheduled procedure step; `scheduled` is hospital time."""

    accession: str
    placer: str
    patient: Person
    procedure: Procedure
    study_uid: str
    requested_procedure_id: str
    step_id: str
    station_ae: str
    scheduled: datetime
    priority: str = "ROUTINE"
    indication: str = ""
    referring: str = ""
    performing: str = ""  # the radiologist of the day: Scheduled Performing Physician
    status: str = "scheduled"

    def facts(self) -> dict[str, object]:
        """Return the order as flat facts for HTTP and tables."""
        return {
            "accession": self.accession,
            "placer": self.placer,
            "patient_id": self.patient.mrn,
            "issuer": self.patient.issuer,
            "patient_name": self.patient.name,
            "birth_date": self.patient.birth_date,
            "sex": self.patient.sex,
            "code": self.procedure.code,
            "description": self.procedure.description,
            "modality": self.procedure.modality,
            "protocol": self.procedure.protocol,
            "minutes": self.procedure.minutes,
            "study_uid": self.study_uid,
            "requested_procedure_id": self.requested_procedure_id,
            "step_id": self.step_id,
            "station_ae": self.station_ae,
            "scheduled": self.scheduled.isoformat(timespec="seconds"),
            "priority": self.priority,
            "indication": self.indication,
            "referring": self.referring,
            "performing": self.performing,
            "status": self.status,
        }


def order_from(facts: dict[str, object]) -> Order:
    """Make an order of its flat facts, the inverse of `Order.facts`."""
    text = {key: str(value) for key, value in facts.items()}
    return Order(
        patient=Person(
            mrn=text["patient_id"],
            name=text["patient_name"],
            birth_date=text["birth_date"],
            sex=text["sex"],
            issuer=text["issuer"],
        ),
        procedure=Procedure(
            code=text["code"],
            description=text["description"],
            modality=text["modality"],
            station_ae=text["station_ae"],
            protocol=text["protocol"],
            minutes=int(text["minutes"]),
        ),
        scheduled=datetime.fromisoformat(text["scheduled"]),
        **{key: text[key] for key in _PLAIN},
    )


_PLAIN = (
    "accession", "placer", "study_uid", "requested_procedure_id", "step_id", "station_ae",
    "priority", "indication", "referring", "performing", "status",
)  # fmt: skip
