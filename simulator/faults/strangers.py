"""Somebody with a laptop on the hospital's network, who is no device of the house (H14)."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from pydicom.dataset import Dataset
from pydicom.uid import CTImageStorage

from simulator.client import Client
from simulator.errors import NetworkError
from simulator.network import scu
from simulator.network.associate import Caller, plain_context
from simulator.system import loopback


@dataclass(frozen=True, kw_only=True)
class Stranger:
    """A laptop at an address of its own calls the archive, searches, and fetches a CT study."""

    title: str
    number: int  # of its address: 127.0.1.number
    study: dict[str, Any] = field(default_factory=dict)

    def apply(self, seat: Client) -> None:
        """Search for the patient, then fetch the study (C-GET), as far as one is let."""
        caller, peer = Caller(ae=self.title, host=loopback(self.number)), seat.archive.peer
        query = Dataset()
        query.QueryRetrieveLevel, query.PatientName = "STUDY", ""
        query.PatientID, query.StudyInstanceUID = self.study["patient_id"], ""
        wanted = Dataset()
        wanted.QueryRetrieveLevel, wanted.StudyInstanceUID = "STUDY", self.study["study_uid"]
        with suppress(NetworkError):
            list(scu.find(peer, query, caller))
            scu.get(peer, wanted, lambda message: 0, [plain_context(CTImageStorage)], caller)

    def lift(self, seat: Client) -> None:
        """Nothing stays behind but what was seen."""
