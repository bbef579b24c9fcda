"""A tape of its own for tests of what is recorded."""

from __future__ import annotations

import pytest

from simulator.network.recording import Tape


@pytest.fixture
def tape(monkeypatch: pytest.MonkeyPatch) -> Tape:
    """A tape of its own, on which everything is recorded."""
    made = Tape()
    for module in ("wire", "associate", "mllp", "mllp_client"):
        monkeypatch.setattr(f"simulator.network.{module}.TAPE", made)
    return made
