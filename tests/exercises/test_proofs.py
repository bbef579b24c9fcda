"""For every exercise and three seeds: untouched fails, solution passes, every shortcut fails."""

from __future__ import annotations

import pytest

from exercises import engine
from exercises.engine.exercise import ids
from simulator.client import Client


@pytest.mark.parametrize("seed", [1, 2, 3])
@pytest.mark.parametrize("name", ids())
def test_only_the_repair_passes(exercise_seat: Client, name: str, seed: int) -> None:
    proofs = engine.prove(exercise_seat, name, [seed])
    wrong = [str(proof) for proof in proofs if not proof.ok]
    assert not wrong, "\n".join(wrong)
    assert len(proofs) >= 8
