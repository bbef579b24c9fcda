"""A maker's service agent: a small listener that comes with a device and runs beside the archive.

Many makers install one on a hospital's server, to watch their devices from afar. It answers a
C-ECHO under its own name and takes no images; a port that it has, nobody else has.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from simulator.network import command as cmd
from simulator.network import dimse, negotiation
from simulator.network.associate import plain_context
from simulator.network.negotiation import Proposal, Refusal
from simulator.network.serve import Server

_VERIFICATION = "1.2.840.10008.1.1"


class Agent:
    """The agent of one device, at a port of the archive's computer or nowhere."""

    def __init__(self, device: str, host: str, tell: Callable[..., Any]) -> None:
        """Call itself after `device`; nothing listens yet."""
        self.ae, self.host, self._tell = f"{device}_SERVICE", host, tell
        self._server: Server | None = None

    def follow(self, port: int) -> None:
        """Listen at `port` (0: nowhere); raises CannotError, changing nothing, if it is taken."""
        old = self._server
        if port == (old.port if old else 0):
            return
        self._server = self._open(port).start() if port else None
        if old is not None:
            old.stop()
        where = f"listens at {self.host}:{port}" if port else "does not listen any more"
        self._tell("device.agent", f"the service agent {self.ae} {where}", ae=self.ae, port=port)

    def _open(self, port: int) -> Server:
        return Server(
            name=self.ae,
            host=self.host,
            port=port,
            contexts=lambda proposal: [plain_context(_VERIFICATION)],
            handlers={cmd.C_ECHO: lambda request: dimse.SUCCESS},
            admit=self._admit,
            tell=self._tell,
        )

    def _admit(self, proposal: Proposal) -> None:
        if proposal.called != self.ae:
            why = f"this is '{self.ae}', not '{proposal.called}'"
            raise Refusal(negotiation.CALLED_UNKNOWN, why)
