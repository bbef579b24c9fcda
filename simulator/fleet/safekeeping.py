"""Storage commitment on the device's side: what was sent stays until the archive vouches for it.

An image that was sent is kept under another name; a good result deletes it, a bad one puts it back
into the queue. Results come on the association that asked, or to the device's listener; there
they are taken in the background, because the device may be busy at that moment.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from typing import TYPE_CHECKING

from pynetdicom.presentation import PresentationContext

from simulator.clock import real_seconds
from simulator.errors import NetworkError
from simulator.fleet.disk import Image, Job
from simulator.network import commitment, dimse, scu
from simulator.network.associate import plain_context
from simulator.network.commitment import PUSH, Reference, Result
from simulator.network.dimse import Request

if TYPE_CHECKING:
    from simulator.fleet.modality import Modality

_PATIENCE = 120.0  # seconds (real time) to wait for a result before asking again


class Safekeeping:
    """Asks for commitment, and takes the results."""

    def __init__(self, device: Modality) -> None:
        """Do so for one device."""
        self.device, self.disk = device, device.disk
        self._asked: dict[int, float] = {}  # job: when the archive took the question

    def ask(self, jobs: Sequence[Job]) -> NetworkError | None:
        """Ask for what was sent of each job; returns the first failure. The device is held."""
        error: NetworkError | None = None
        for job in jobs:
            kept = self.disk.kept(job)
            if kept and not self.device.settings.commitment:  # nobody will ever vouch for it
                for image in kept:
                    self.disk.release(job, image)
            elif kept and real_seconds() - self._asked.get(job.number, 0) > _PATIENCE:
                error = self._ask(job, kept) or error
        return error

    def _ask(self, job: Job, kept: Sequence[Image]) -> NetworkError | None:
        device, peer = self.device, self.device.settings.archive()
        accession = job.exam.accession
        try:
            with device.journalled("commitment", peer, accession=accession, images=len(kept)):
                wait = device.settings.commitment_wait
                result = scu.commit(peer, _references(kept), device.caller(peer), wait=wait)
        except NetworkError as error:
            return error
        device.book.tell(
            "device.commitment.asked",
            f"{device.name}: asked {peer} to vouch for {len(kept)} images of "
            f"{accession or 'no accession'}",
            peer=str(peer), accession=accession, images=len(kept),
        )  # fmt: skip
        self._asked[job.number] = real_seconds()
        if result is not None:
            self.apply(result)
        return None

    # --- results --------------------------------------------------------------------------------

    @staticmethod
    def context() -> PresentationContext:
        """Return what the listener offers: the archive calls as SCP (PS3.7 D.3.3.4)."""
        context = plain_context(PUSH)
        context.scu_role = context.scp_role = True
        return context

    def take(self, request: Request) -> int:
        """Take a result that came to the listener (N-EVENT-REPORT, PS3.4 J.3.3)."""
        result = commitment.read_report(request.identifier)
        threading.Thread(target=self.apply, args=[result], name="commitment", daemon=True).start()
        return dimse.SUCCESS

    def apply(self, result: Result) -> None:
        """Delete what is safe, put back what is not."""
        safe, failed = set(result.committed), result.failed
        with self.device.busy:
            for job in self.disk.jobs():
                for image in self.disk.kept(job):
                    self._asked.pop(job.number, None)
                    reference = _reference(image)
                    if reference in safe:
                        self.disk.release(job, image)
                    elif reference in failed:
                        self.disk.put_back(job, image)
                self._settle(job, failed)
        self._tell(result)

    def _settle(self, job: Job, failed: dict[Reference, int]) -> None:
        mine = {failed[r] for r in map(_reference, job.images) if r in failed}
        if not self.disk.settle(job) and mine:
            why = ", ".join(sorted(map(dimse.meaning, mine)))
            self.disk.update(job, error=f"storage commitment failed: {why}")

    def _tell(self, result: Result) -> None:
        name = self.device.name
        self.device.book.tell(
            "device.commitment.result",
            f"{name}: the archive's word on {result.transaction}: {result}",
            transaction=result.transaction,
            committed=len(result.committed),
            failed={instance: f"0x{why:04X}" for (_, instance), why in result.failed.items()},
        )


def _reference(image: Image) -> Reference:
    return image.sop_class_uid, image.sop_instance_uid


def _references(images: Sequence[Image]) -> list[Reference]:
    return [_reference(image) for image in images]
