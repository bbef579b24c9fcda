"""How the RIS calls the archive: as itself, at the port that is set, by TLS if that is set."""

from __future__ import annotations

from dataclasses import dataclass, replace

from simulator.network.associate import Caller, Peer
from simulator.network.tls import Tls
from simulator.setting import LiveSettings

_ME = Caller(ae="RISLAB")


@dataclass(frozen=True, kw_only=True)
class Calling:
    """What the RIS says and shows when it calls; asked anew for each call."""

    settings: LiveSettings
    tls: Tls

    def caller(self) -> Caller:
        """Return who calls."""
        return replace(_ME, tls=self.tls) if self.settings["archive.tls"] else _ME

    def peer(self, archive: Peer) -> Peer:
        """Return the archive where it is called: at its own port, or another that is set."""
        return replace(archive, port=int(self.settings["archive.port"]) or archive.port)
