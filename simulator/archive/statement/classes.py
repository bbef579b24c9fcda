"""The SOP classes of the conformance statement, as the archive's own rooms offer them."""

from __future__ import annotations

from dataclasses import dataclass

from pydicom.uid import UID
from pynetdicom.presentation import AllStoragePresentationContexts
from pynetdicom.sop_class import (  # type: ignore[attr-defined]
    InstanceAvailabilityNotification,
    ModalityPerformedProcedureStep,
    ModalityWorklistInformationFind,
    StorageCommitmentPushModel,
    Verification,
)

from simulator.network import scu


@dataclass(frozen=True, kw_only=True)
class Role:
    """A SOP class, and what the archive is of it."""

    uid: str
    roles: str
    note: str = ""

    @property
    def name(self) -> str:
        """Its name in PS3.6."""
        return UID(self.uid).name


_NOTES = {
    ("patient", "find"): "as long as 'query.patient_root' is on",
    ("patient", "move"): "as long as 'query.patient_root' is on",
    ("patient", "get"): "as long as 'query.patient_root' and 'retrieve.c_get' are on",
    ("study", "get"): "as long as 'retrieve.c_get' is on",
}
SERVICES = (
    Role(uid=str(Verification), roles="SCP, SCU", note="SCU: on demand, to a node"),
    *(Role(uid=str(uid), roles="SCP", note=_NOTES.get(key, "")) for key, uid in scu.MODELS.items()),
    Role(
        uid=str(StorageCommitmentPushModel),
        roles="SCP",
        note="as long as 'commitment.offered' is on; results on the same or a new association",
    ),
    Role(
        uid=str(ModalityPerformedProcedureStep),
        roles="SCP",
        note="from the RIS, which is the PPS manager",
    ),
    Role(
        uid=str(InstanceAvailabilityNotification),
        roles="SCU",
        note="to nodes whose 'ian' is on",
    ),
    Role(
        uid=str(ModalityWorklistInformationFind),
        roles="SCU",
        note="asks 'orders.source' for the order of a study that no HL7 message told of",
    ),
)
STORAGE = tuple(str(context.abstract_syntax) for context in AllStoragePresentationContexts)
