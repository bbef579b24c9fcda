"""How the archive calls another node: its own name and address, and TLS where the node wants it."""

from __future__ import annotations

from pathlib import Path

from simulator.archive.nodes import Node, Nodes
from simulator.archive.settings import Settings
from simulator.errors import LocalError
from simulator.network.associate import Caller
from simulator.network.tls import Tls

NAME = "PACSLAB"  # of the archive's own folder of certificates, whatever its AE title is now


class Calling:
    """What the archive says and shows when it calls."""

    def __init__(self, settings: Settings, nodes: Nodes, host: str, certificates: Path) -> None:
        """Call from `host`; the archive's own certificate is below `certificates`."""
        self.settings, self.nodes, self.host = settings, nodes, host
        self.tls = Tls.of(certificates / NAME)

    def node(self, ae: str) -> Node:
        """Return a node that can be called; raises LocalError where there is none."""
        node = self.nodes.find(ae)
        if node is None:
            raise LocalError(f"'{ae}' is not in the node table.", "Register it with its port.")
        if not node.port:
            raise LocalError(f"Node {ae} has no port to call.", "Give it the port it listens on.")
        return node

    def caller(self, node: Node, *, dimse_timeout: float = 30.0) -> Caller:
        """Return who calls this node."""
        return Caller(
            ae=self.settings["dicom.ae_title"],
            host=self.host,
            tls=self.tls if node.tls else None,
            dimse_timeout=dimse_timeout,
        )
