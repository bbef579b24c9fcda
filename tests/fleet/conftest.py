"""A hospital in one process: RIS, fleet, and a throw-away archive that takes everything."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from simulator.clock import ClockKeeper
from simulator.fleet import inbox
from simulator.fleet.fleet import Fleet
from simulator.fleet.profile import load_profiles
from simulator.hospital.orders import Order, Procedure
from simulator.hospital.ris import Ris
from simulator.journal import Journal, JournalReader
from simulator.network import command as cmd
from simulator.network.associate import Peer
from simulator.network.dimse import Request
from simulator.network.serve import Server


@dataclass
class Shelf:
    """A C-STORE SCP that remembers what it got; `status` is what it answers."""

    stored: dict[str, bytes] = field(default_factory=dict)
    calling: list[tuple[str, str]] = field(default_factory=list)
    status: int = 0
    server: Server = field(init=False)

    def __post_init__(self) -> None:
        self.server = self.listen(0)

    def listen(self, port: int) -> Server:
        handlers = {cmd.C_ECHO: lambda request: 0, cmd.C_STORE: self._store}
        return Server(
            name="PACSLAB",
            host="127.0.0.1",
            port=port,
            contexts=lambda proposal: inbox.contexts(),
            handlers=handlers,
        ).start()

    @property
    def peer(self) -> Peer:
        return Peer(ae="PACSLAB", host="127.0.0.1", port=self.server.port)

    def _store(self, request: Request) -> int:
        if self.status == 0:
            self.stored[request.sop_instance] = request.data
            address = request.association.peer_address[0]
            self.calling.append((request.calling, address))
        return self.status


@dataclass
class Ward:
    """Everything a test of the fleet needs."""

    folder: Path
    clock: ClockKeeper
    journal: Journal
    events: JournalReader
    ris: Ris
    shelf: Shelf
    fleet: Fleet

    def order(self, station: str = "CT1") -> Order:
        return self.ris.book.place_next(self.clock.now(), station)


def build(folder: Path) -> Ward:
    clock = ClockKeeper(folder / "clock.json")
    clock.step_to(clock.now().replace(microsecond=0))
    journal = Journal(folder / "journal", "hospital", clock)
    profiles = load_profiles()
    ris = Ris(folder / "hospital", 1, clock, journal, procedures())
    server = ris.serve()
    shelf = Shelf()
    fleet = Fleet(
        folder / "hospital", 1, clock, journal, profiles,
        archive=shelf.peer, ris=Peer(ae="RISLAB", host="127.0.0.1", port=server.port),
    )  # fmt: skip
    ward = Ward(folder, clock, journal, JournalReader(folder / "journal"), ris, shelf, fleet)
    ward.close = lambda: _close(ward, server)  # type: ignore[attr-defined]
    return ward


def _close(ward: Ward, server: Server) -> None:
    ward.fleet.stop()
    server.stop()
    ward.shelf.server.stop()
    ward.ris.close()
    ward.journal.close()


def procedures() -> list[Procedure]:
    return [
        Procedure(
            code=protocol.code,
            description=protocol.description,
            modality=profile.modality,
            station_ae=profile.ae_title,
            protocol=key,
            minutes=profile.minutes_per_exam,
        )
        for profile in load_profiles().values()
        for key, protocol in profile.protocols.items()
    ]


@pytest.fixture
def ward(tmp_path: Path) -> Iterator[Ward]:
    """A hospital whose clock is stepped."""
    made = build(tmp_path)
    yield made
    made.close()  # type: ignore[attr-defined]
