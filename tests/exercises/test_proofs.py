"""For every exercise, three seeds and all causes: only the solution passes.

One of them a day, another one tomorrow; `make test-all` proves them all.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from zlib import crc32

import pytest

from exercises import engine
from exercises.engine.exercise import ids
from simulator.client import Client
from simulator.clock import real_now

ALWAYS = {
    "nothing gives the cause away",
    "untouched it fails",
    "checking changes nothing",
    "the journal shows the cause",
    "a reset restores it",
    "the solution passes",
    "the last hint names what the solution does",
    "a reset brings the baseline",
}


def cases() -> Iterator[Any]:
    today = real_now().date().toordinal()
    for name in ids():
        seeds = engine.covering(name, (1, 2, 3))
        turn = (today + crc32(name.encode())) % len(seeds)
        for number, seed in enumerate(seeds):
            marks = () if number == turn else (pytest.mark.slow,)
            yield pytest.param(name, seed, marks=marks, id=f"{name}-{seed}")


@pytest.mark.timeout(180)
@pytest.mark.parametrize(("name", "seed"), list(cases()))
def test_only_the_repair_passes(exercise_seat: Client, name: str, seed: int) -> None:
    proofs = engine.prove(exercise_seat, name, [seed])
    wrong = [str(proof) for proof in proofs if not proof.ok]
    assert not wrong, "\n".join(wrong)
    tried = {proof.what for proof in proofs}
    assert tried >= ALWAYS, ALWAYS - tried
    assert sum(what.startswith("the shortcut") for what in tried) >= 2
    assert sum("is worth" in what for what in tried) == 2
