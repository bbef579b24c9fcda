"""The devices the RIS knows: who may ask for the worklist, what each sees, who may report.

The row of a device goes before the settings; whether somebody without a row is served is a
setting itself.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from simulator.errors import UsageError
from simulator.hospital.rows import Records
from simulator.hospital.setting_table import CHARSETS
from simulator.network import negotiation
from simulator.network.dimse import NOT_AUTHORISED, DimseError
from simulator.network.negotiation import Proposal, Refusal
from simulator.setting import AE_TITLE, LiveSettings


@dataclass(frozen=True, kw_only=True)
class Device:
    """One application entity and its rights at the RIS."""

    ae: str
    worklist: bool = True
    mpps: bool = True
    stations: str = ""  # the scheduled stations it sees, a comma between them; empty: all
    charset: str = ""  # empty: as the settings say
    description: str = ""

    def __post_init__(self) -> None:
        """Refuse what no device can be."""
        for title in filter(None, [self.ae, *self.stations.split(",")]):
            if not re.fullmatch(AE_TITLE, title):
                raise UsageError(f"'{title}' is not an AE title.", "Use 1 to 16 ASCII characters.")
        if not self.ae or type(self.worklist) is not bool or type(self.mpps) is not bool:
            raise UsageError("A right of a device is true or false.")
        if self.charset not in ("", *CHARSETS):
            raise UsageError(f"'{self.charset}' is no character set taken here.",
                             f"Use {', '.join(CHARSETS)}, or nothing.")  # fmt: skip

    def sees(self, station_ae: str) -> bool:
        """Return whether a step scheduled on this station is shown to the device."""
        return not self.stations or station_ae in self.stations.split(",")


class Gate:
    """Decides who is let in, and what for."""

    def __init__(self, devices: Records[Device], settings: LiveSettings) -> None:
        """Decide by the rows of `devices` and by `settings`."""
        self.devices, self.settings = devices, settings

    def device(self, ae: str) -> Device:
        """Return a device's row; a stranger's rights are a setting."""
        stranger = bool(self.settings["access.unknown_devices"])
        return self.devices.find(ae) or Device(ae=ae, worklist=stranger, mpps=stranger)

    def admit(self, proposal: Proposal, own: str) -> None:
        """Let an association in, or raise Refusal."""
        if self.settings["access.called_title"] and proposal.called != own:
            raise Refusal(
                negotiation.CALLED_UNKNOWN,
                f"this node is called '{own}', not '{proposal.called}'",
            )
        if self.settings["access.refusal"] == "association":
            known = self.device(proposal.calling)
            if not (known.worklist or known.mpps):
                raise Refusal(
                    negotiation.CALLING_UNKNOWN,
                    f"'{proposal.calling}' has no right at the RIS",
                )

    def need(self, ae: str, right: str) -> Device:
        """Return the device; raises DimseError (0x0124) if it lacks the right."""
        known = self.device(ae)
        if not getattr(known, right):
            raise DimseError(NOT_AUTHORISED, f"{ae} has no right to {right} here")
        return known
