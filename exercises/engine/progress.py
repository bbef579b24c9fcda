"""What a trainee has done so far: attempts, best score, time and hints (`progress.json`)."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from simulator.errors import CannotError
from simulator.files import read_json, write_json

FORMAT = 1
_NEW = {"starts": 0, "checks": 0, "hints": 0, "best": 0, "passed": False, "seconds": 0, "runs": []}
_KEPT_RUNS = 50


class Progress:
    """The progress file of a seat; every change is on disk before it is told."""

    def __init__(self, folder: Path) -> None:
        """Use the seat's `progress` folder."""
        self.path = folder / "progress.json"

    def all(self) -> dict[str, dict[str, Any]]:
        """Return the record of every exercise that was started."""
        if not self.path.exists():
            return {}
        table = read_json(self.path, "progress file")
        if table.get("format") != FORMAT:
            raise CannotError(
                f"{self.path} was written by another version of PACS Lab.", "Move it away."
            )
        found: dict[str, dict[str, Any]] = table["exercises"]
        return found

    def of(self, exercise: str) -> dict[str, Any]:
        """Return the record of one exercise."""
        return {**_NEW, "runs": [], **self.all().get(exercise, {})}

    def started(self, exercise: str) -> None:
        """Count a start."""
        record = self.of(exercise)
        self._write(exercise, {**record, "starts": record["starts"] + 1})

    def checked(self, exercise: str, score: int, passed: bool) -> None:
        """Count a check; keep the best score."""
        record = self.of(exercise)
        best, ever = max(record["best"], score), record["passed"] or passed
        counted = {"checks": record["checks"] + 1, "best": best, "passed": ever}
        self._write(exercise, {**record, **counted})

    def hinted(self, exercise: str) -> None:
        """Count a hint."""
        record = self.of(exercise)
        self._write(exercise, {**record, "hints": record["hints"] + 1})

    def ended(self, exercise: str, run: dict[str, Any]) -> None:
        """Keep what became of a run: seed, score, passed, seconds, hints, how it ended."""
        record = self.of(exercise)
        seconds = record["seconds"] + run["seconds"]
        runs = [*record["runs"], run][-_KEPT_RUNS:]
        self._write(exercise, {**record, "seconds": seconds, "runs": runs})

    def marked(self, exercise: str, score: int, passed: bool, remark: str) -> None:
        """Keep what an instructor made of the last run: its score is that now, and the remark."""
        record = self.of(exercise)
        *earlier, last = record["runs"] or [{"score": -1}]
        best = score if last["score"] in (-1, record["best"]) else max(record["best"], score)
        if record["runs"]:
            marked = {**last, "score": score, "passed": passed, "remark": remark}
            record = {**record, "runs": [*earlier, marked]}
        self._write(exercise, {**record, "best": best, "passed": record["passed"] or passed})

    def _write(self, exercise: str, record: dict[str, Any]) -> None:
        exercises = {**self.all(), exercise: record}
        write_json(self.path, {"format": FORMAT, "exercises": exercises})
