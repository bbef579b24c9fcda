"""What the fleet reads of an order that the RIS has placed; the RIS's own classes have more."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol


class PlacedProcedure(Protocol):
    """What we read of an order's procedure."""

    @property
    def protocol(self) -> str:
        """The device's protocol key."""


class PlacedPatient(Protocol):
    """What we read of an order's patient."""

    @property
    def mrn(self) -> str:
        """Patient ID."""

    @property
    def name(self) -> str:
        """A PN value."""

    @property
    def birth_date(self) -> str:
        """A DA value."""

    @property
    def sex(self) -> str:
        """M, F or O."""


class PlacedOrder(Protocol):
    """What we read of an order; the RIS's own class has more."""

    @property
    def patient(self) -> PlacedPatient:
        """Whose order it is."""

    @property
    def accession(self) -> str:
        """Its accession number."""

    @property
    def station_ae(self) -> str:
        """Where the RIS scheduled it."""

    @property
    def scheduled(self) -> datetime:
        """When, in hospital time."""

    @property
    def procedure(self) -> PlacedProcedure:
        """What is to be done."""


class PlaceOrder(Protocol):
    """How an order is placed; what is left out the RIS decides."""

    def __call__(
        self, scheduled: datetime | None = None, station_ae: str = "", protocol: str = ""
    ) -> PlacedOrder:
        """Place the next order."""
