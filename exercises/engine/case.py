"""What checks, solutions and shortcuts hold: the seat's client, and what this variant is about."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from types import SimpleNamespace
from typing import Any

from exercises.engine import answers
from simulator.client import Client


class Case(Client):
    """A client of the seat that also knows the variables: `seat.given.device`."""

    def __init__(self, client: Client, values: dict[str, Any], actor: str = "") -> None:
        """Act on the seat of `client`: as the administrator, or as `actor`."""
        super().__init__(client.seat, actor)
        self.given = SimpleNamespace(**values)

    @property
    def handed(self) -> dict[str, list[str]]:
        """What was handed in, list by list."""
        return answers.handed(self)

    def hand_in(self, name: str, items: Sequence[str]) -> None:
        """Hand in a list, as a trainee does."""
        answers.hand_in(self, name, items)

    def study_of(self, accession: str) -> dict[str, Any] | None:
        """Return the one study with this accession number, once its order was looked up."""
        eventually(lambda: not self.archive.studies(accession=accession, order_state="new"))
        found = self.archive.studies(accession=accession)
        return found[0] if len(found) == 1 else None

    def told(self, **facts: Any) -> dict[str, Any]:
        """Return those facts of a study that this archive can tell at all."""
        known = {"order_state": self.capabilities.orders, "source": self.capabilities.audit}
        return {key: value for key, value in facts.items() if known.get(key, True)}

    # --- what many checks expect ----------------------------------------------------------------

    def expect_echo(self, device: str) -> None:
        """Assert that a device reaches the archive, under the archive's own name."""
        node = self.modality(device)
        answer = node.echo()
        assert answer.ok, f"{device} sent a C-ECHO. {answer.error} Expected: success."
        called, own = node.settings["archive.ae"], self.archive.status()["ae"]
        right = called == own == self.archive.peer.ae
        assert right, f"{device} calls '{called}', the archive is '{own}'."

    def expect_stored(self, accession: str, device: str, source: str = "") -> None:
        """Assert that the exam a device made is in the archive, complete and matched."""
        waiting = [row for row in self.modality(device).queue() if row["queued"]]
        assert not waiting, f"{len(waiting)} exam(s) still wait in the queue of {device}."
        made = self.journal.entries(kind="device.exam.performed", node=accession)[-1]
        study = self.study_of(accession) or {}
        images = made.facts["images"]
        wanted = self.told(instances=images, order_state="matched", source=source or device)
        found = {key: study.get(key) for key in wanted}
        assert found == wanted, (
            f"The archive was asked for accession {accession} and has {found}. Expected: {wanted}."
        )


def eventually(done: Callable[[], bool], seconds: float = 2.0) -> bool:
    """Wait until something that takes a moment is done; False if it is not in time."""
    deadline = time.monotonic() + seconds
    while not done():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    return True
