"""What an old archive handed over: objects that lack what today's searches need (D14)."""

from __future__ import annotations

from dataclasses import dataclass, field
from random import Random
from typing import Any

from pydicom.dataset import Dataset
from pynetdicom.presentation import build_context

from simulator.client import Client
from simulator.network import dimse
from simulator.network.associate import Caller, associate, send_store
from simulator.system import loopback


@dataclass(frozen=True, kw_only=True)
class Undated:
    """Old studies of a patient come over from another archive without a Study Date (D14).

    Each is one image, made of the first one of `study`, with the day it was taken in its series.
    """

    title: str
    number: int  # of the old archive's address: 127.0.1.number
    dates: tuple[str, ...]  # YYYYMMDD, one for each study
    seed: int
    by: str
    study: dict[str, Any] = field(default_factory=dict)

    def apply(self, seat: Client) -> None:
        """Register the old archive, and have it send."""
        archive = seat.as_staff(self.by).archive
        host = loopback(self.number)
        facts = {"description": "Old archive, handed over", "rights": ["echo", "store"]}
        archive.add_node(self.title, host, 0, **facts)
        tree = seat.archive.study(self.study["study_uid"])["tree"]
        image = seat.archive.instance(tree[0]["instances"][0]["sop_uid"])
        syntax = str(image.file_meta.TransferSyntaxUID)
        context = build_context(image.SOPClassUID, syntax)
        caller = Caller(ae=self.title, host=host)
        with associate(seat.archive.peer, [context], caller) as association:
            for day, uids in zip(self.dates, self._uids(), strict=True):
                _age(image, day, uids)
                data = dimse.encode_dataset(image, syntax)
                send_store(association, sop_class=image.SOPClassUID, sop_instance=uids[2],
                           transfer_syntax=syntax, data=[data])  # fmt: skip

    def lift(self, seat: Client) -> None:
        """Delete what came, and forget the old archive."""
        staff = seat.as_staff(self.by)
        there = {row["study_uid"] for row in staff.archive.studies()}
        for study_uid, _, _ in self._uids():
            if study_uid in there:
                staff.archive.delete(study_uid)
        if any(node["ae"] == self.title for node in staff.archive.nodes()):
            staff.archive.remove_node(self.title)

    def _uids(self) -> list[tuple[str, str, str]]:
        chance = Random(self.seed)
        made = [f"2.25.{chance.getrandbits(120)}" for _ in range(3 * len(self.dates))]
        return list(zip(made[::3], made[1::3], made[2::3], strict=True))


def _age(image: Dataset, day: str, uids: tuple[str, str, str]) -> None:
    """Make an image of that day, with the study's own date left empty."""
    image.StudyInstanceUID, image.SeriesInstanceUID, image.SOPInstanceUID = uids
    image.StudyDate = image.StudyTime = image.AccessionNumber = image.StudyID = ""
    image.SeriesDate = image.AcquisitionDate = image.ContentDate = day
    for keyword in ("RequestAttributesSequence", "ReferencedPerformedProcedureStepSequence",
                    "ReferencedStudySequence"):  # fmt: skip
        if keyword in image:
            delattr(image, keyword)
