"""The door-keeper of the archive's listeners: which associations are let in, and for whom."""

from __future__ import annotations

from typing import Any

from simulator.archive.nodes import Nodes
from simulator.archive.settings import Settings
from simulator.archive.sight import Sight
from simulator.archive.user_identity import Identities
from simulator.network import negotiation
from simulator.network.dimse import NOT_AUTHORISED, DimseError, Request
from simulator.network.limits import Limits
from simulator.network.negotiation import Proposal, Refusal


class Door:
    """Who may come in, how many at once, and what each may ask for."""

    def __init__(
        self, settings: Settings, nodes: Nodes, identities: Identities, sight: Sight
    ) -> None:
        """Decide by `settings`, the node table and the accounts."""
        self.settings, self.nodes, self.identities = settings, nodes, identities
        self.sight = sight

    def admit(self, proposal: Proposal) -> str | None:
        """Let an association in, or raise Refusal with the reason the standard has for it."""
        own = self.settings["dicom.ae_title"]
        if self.settings["dicom.check_called_ae"] and proposal.called != own:
            raise Refusal(
                negotiation.CALLED_UNKNOWN, f"this archive is '{own}', not '{proposal.called}'"
            )
        node = self.nodes.find(proposal.calling)
        if node is None and self.settings["dicom.check_calling_ae"]:
            raise Refusal(
                negotiation.CALLING_UNKNOWN, f"'{proposal.calling}' is not in the node table"
            )
        if node and self.settings["dicom.check_host"] and not node.is_at(proposal.host):
            raise Refusal(
                negotiation.CALLING_UNKNOWN,
                f"'{proposal.calling}' is registered at {node.host}, not {proposal.host}",
            )
        return self.identities.recognise(proposal)

    def limits(self) -> Limits:
        """Return the present limits of the listeners."""
        return Limits(
            associations=self.settings["dicom.max_associations"],
            acse_timeout=self.settings["dicom.acse_timeout"],
            idle_timeout=self.settings["dicom.idle_timeout"],
            max_pdu=self.settings["dicom.max_pdu"],
        )

    def share(self, calling: str) -> int:
        """Return how many associations a node may have open at once; 0: no limit of its own."""
        node = self.nodes.find(calling)
        return node.max_associations if node else 0

    def need(self, request: Request, right: str) -> None:
        """Refuse a node or user without this right; unknown nodes got past the door on purpose."""
        node = self.nodes.find(request.calling)
        if node is not None and right not in node.rights:
            raise DimseError(NOT_AUTHORISED, f"{node.ae} has no right to {right} here")
        self.identities.need(request.association.user, right)

    def visible(self, request: Request, level: str = "STUDY") -> list[Any]:
        """Return SQL conditions on what the association's user may see; none without a user."""
        return self.sight.conditions(request.association.user, level)
