"""A device's disk: exams that are not wholly delivered yet, one folder each.

`exams.jsonl` has a line for every exam ever begun (the facts to make it again). A folder of
`queue/` holds `job.json` and the images still to be sent; an image is deleted when the archive
has it (with storage commitment: when it vouches for it), the folder when nothing is owed any more.
Names are numbers of our own, and writing a file before doing a thing is what lets kill -9 lose
nothing.
"""

from __future__ import annotations

import json
import os
import shutil
from collections import Counter
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from simulator.files import write_json
from simulator.fleet.encoding_settings import AUTOMATIC
from simulator.fleet.lines import append_line, read_lines
from simulator.imaging.exam import Exam

_KEPT = ".sent"  # the suffix of an image that waits for its commitment
_META = 144  # preamble, prefix and (0002,0000) of a Part 10 file; its value ends here (PS3.10 7.1)


@dataclass(frozen=True, kw_only=True)
class Image:
    """One image of an exam, as job.json lists it."""

    file: str
    sop_class_uid: str
    sop_instance_uid: str
    series_uid: str
    transfer_syntax_uid: str


@dataclass(frozen=True, kw_only=True)
class Job:
    """One exam on the device's disk and what is still owed to RIS and archive."""

    number: int
    exam: Exam
    ended: datetime
    images: tuple[Image, ...] = ()
    acquired: bool = False
    owed: tuple[str, ...] = ("create", "set")  # MPPS messages the RIS does not have yet
    error: str = ""  # why the last attempt failed
    stopped: bool = False  # whether it was broken off
    step_uid: str = ""  # the finished step that is to tell of it, if it has none of its own
    counted_from: str = AUTOMATIC  # what its UIDs are, see encoding_settings.py

    def facts(self) -> dict[str, Any]:
        """Return the job as JSON holds it."""
        exam = {**asdict(self.exam), "started": self.exam.started.isoformat()}
        return {**asdict(self), "exam": exam, "ended": self.ended.isoformat()}


@dataclass
class Disk:
    """The exams on one device; its owner holds the device's lock."""

    folder: Path
    begun: int = 0  # exams so far: the next one's number
    times: Counter[str] = field(default_factory=Counter)  # exams begun for each study

    def __post_init__(self) -> None:
        """Read what is there."""
        self.reload()

    def reload(self, begun: int = 0) -> None:
        """Read what is there again, e.g. after a restore; drop folders without a job.

        The next exam gets the number `begun` at least.
        """
        (self.folder / "queue").mkdir(parents=True, exist_ok=True)
        history = self.history()
        self.begun = max((begun, *(line["number"] + 1 for line in history)))
        self.times = Counter(line["exam"]["study_uid"] for line in history)
        for place in (self.folder / "queue").iterdir():
            if not (place / "job.json").exists():
                shutil.rmtree(place, ignore_errors=True)

    def history(self) -> list[dict[str, Any]]:
        """Return the facts of every exam begun, the oldest first."""
        return read_lines(self.folder / "exams.jsonl")

    def begin(
        self, exam: Exam, ended: datetime, *, again: bool = False, stopped: bool = False,
        step_uid: str = "", counted_from: str = AUTOMATIC,
    ) -> Job:  # fmt: skip
        """Note down a new exam, or, `again`, one whose images are to be sent once more.

        `stopped` says that it was broken off. With `step_uid` it is a part of an exam whose
        performed step has that UID.
        """
        owed = () if again else ("set",) if step_uid else Job.owed
        job = Job(number=self.begun, exam=exam, ended=ended, owed=owed, stopped=stopped,
                  step_uid=step_uid, counted_from=counted_from)  # fmt: skip
        self.begun += 1
        self.times[exam.study_uid] += 1
        line = {key: job.facts()[key] for key in ("number", "exam", "ended", "counted_from")}
        append_line(self.folder / "exams.jsonl", {**line, "again": again})
        self._write(job)  # after the line: a number is never used twice
        return job

    def place(self, job: Job) -> Path:
        """Return the folder of a job, where its images are written."""
        return self.folder / "queue" / f"{job.number:06d}"

    def acquired(self, job: Job, images: tuple[Image, ...]) -> Job:
        """Note down an exam's images: a job is `acquired` once the last of them is there."""
        return self.update(job, images=images, acquired=True)

    def update(self, job: Job, **changes: Any) -> Job:
        """Write a job down with changes."""
        job = replace(job, **changes)
        self._write(job)
        return job

    def jobs(self) -> list[Job]:
        """Return what is owed, the oldest first."""
        found = []
        for path in sorted((self.folder / "queue").glob("*/job.json")):
            try:
                found.append(_job(json.loads(path.read_text("utf-8"))))
            except FileNotFoundError:
                continue  # settled while we looked
        return found

    def waiting(self, job: Job) -> list[Image]:
        """Return the images of a job that are still here."""
        here = self._files(job)
        return [image for image in job.images if image.file in here]

    def data(self, job: Job, image: Image) -> bytes:
        """Return an image's data set, without preamble and meta information."""
        with (self.place(job) / image.file).open("rb") as file:
            meta = file.read(_META)
            file.seek(int.from_bytes(meta[_META - 4 :], "little"), 1)
            return file.read()

    def size(self, job: Job, image: Image) -> int:
        """Return how long an image's file is, in bytes."""
        return (self.place(job) / image.file).stat().st_size

    def sent(self, job: Job, image: Image) -> None:
        """Delete an image that the archive has."""
        (self.place(job) / image.file).unlink(missing_ok=True)

    def keep(self, job: Job, image: Image) -> None:
        """Keep an image that the archive has, but has not committed to."""
        path = self.place(job) / image.file
        path.replace(path.with_suffix(_KEPT))

    def kept(self, job: Job) -> list[Image]:
        """Return the images of a job that were sent and are not committed yet."""
        here = self._files(job)
        return [one for one in job.images if f"{Path(one.file).stem}{_KEPT}" in here]

    def _files(self, job: Job) -> set[str]:
        """Return the names of a job's files; none if it was settled while we looked."""
        try:
            return set(os.listdir(self.place(job)))
        except FileNotFoundError:
            return set()

    def is_kept(self, job: Job) -> bool:
        """Return whether all is said and sent, and only the commitment is missing."""
        return job.acquired and not job.owed and not self.waiting(job)

    def release(self, job: Job, image: Image) -> None:
        """Delete an image that was kept: the archive vouches for it."""
        (self.place(job) / image.file).with_suffix(_KEPT).unlink(missing_ok=True)

    def put_back(self, job: Job, image: Image) -> None:
        """Put an image that was kept back into the queue: the archive does not have it."""
        path = self.place(job) / image.file
        path.with_suffix(_KEPT).replace(path)

    def settle(self, job: Job) -> bool:
        """Remove the job if nothing is owed any more; returns whether that is so."""
        rest = self.waiting(job) or self.kept(job)
        done = job.acquired and not job.owed and not rest
        if done:
            (self.place(job) / "job.json").unlink(missing_ok=True)
            shutil.rmtree(self.place(job), ignore_errors=True)
        return done

    def _write(self, job: Job) -> None:
        write_json(self.place(job) / "job.json", job.facts())


def _job(facts: dict[str, Any]) -> Job:
    return Job(
        number=facts["number"],
        exam=exam_from(facts["exam"]),
        ended=datetime.fromisoformat(facts["ended"]),
        images=tuple(Image(**image) for image in facts["images"]),
        acquired=facts["acquired"],
        owed=tuple(facts["owed"]),
        error=facts["error"],
        stopped=facts.get("stopped", False),
        step_uid=facts.get("step_uid", ""),
        counted_from=facts.get("counted_from", AUTOMATIC),
    )


def exam_from(facts: dict[str, Any]) -> Exam:
    """Make an exam of the facts in job.json or exams.jsonl."""
    return Exam(**{**facts, "started": datetime.fromisoformat(facts["started"])})
