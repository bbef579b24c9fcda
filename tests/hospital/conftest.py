"""A RIS on a free port."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from simulator.clock import ClockKeeper
from simulator.hospital.orders import Procedure
from simulator.hospital.ris import Ris
from simulator.journal import Journal, JournalReader
from simulator.network.associate import Peer

PROCEDURES = (
    Procedure(code="CT-CHEST", description="CT Chest", modality="CT", station_ae="CT1",
              protocol="chest", minutes=12),
    Procedure(code="CT-HEAD", description="CT Head", modality="CT", station_ae="CT1",
              protocol="head", minutes=12),
    Procedure(code="MR-BRAIN", description="MR Brain", modality="MR", station_ae="MR1",
              protocol="brain", minutes=25),
)  # fmt: skip


@pytest.fixture
def clock(tmp_path: Path) -> ClockKeeper:
    """Hospital time that stands still."""
    keeper = ClockKeeper(tmp_path / "clock.json")
    keeper.pause()
    return keeper


@pytest.fixture
def ris(tmp_path: Path, clock: ClockKeeper) -> Iterator[Ris]:
    """A RIS with three procedures and no orders."""
    journal = Journal(tmp_path / "journal", "hospital", clock)
    made = Ris(tmp_path / "hospital", 1, clock, journal, PROCEDURES)
    yield made
    made.close()
    journal.close()


@pytest.fixture
def events(tmp_path: Path) -> JournalReader:
    """What the RIS journalled."""
    return JournalReader(tmp_path / "journal")


@pytest.fixture
def peer_of(ris: Ris) -> Iterator[Peer]:
    """Where the RIS listens."""
    server = ris.serve()
    yield Peer(ae="RISLAB", host=server.host, port=server.port)
    server.stop()
