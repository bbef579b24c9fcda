"""For every exercise, three seeds and all causes: only the solution passes."""

from __future__ import annotations

import pytest

from exercises import engine
from exercises.engine.exercise import ids
from simulator.client import Client


@pytest.mark.parametrize(
    ("name", "seed"),
    [(name, seed) for name in ids() for seed in engine.covering(name, (1, 2, 3))],
)
def test_only_the_repair_passes(exercise_seat: Client, name: str, seed: int) -> None:
    proofs = engine.prove(exercise_seat, name, [seed])
    wrong = [str(proof) for proof in proofs if not proof.ok]
    assert not wrong, "\n".join(wrong)
    assert len(proofs) >= 8
