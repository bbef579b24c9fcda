"""The quarantine: what could not be filed, kept as it was received, with the reason.

An entry is two files named by our own number: the object (a Part 10 file where its UIDs allow one,
else the bare data set) and, written last, its facts. Both are durable before the sender gets its
answer. A file without facts is what a crash left: nobody was promised anything about it.
"""

from __future__ import annotations

import json
import os
import re
import threading
from pathlib import Path
from typing import Any

from pydicom.dataset import Dataset

from simulator.archive.attributes import read_header, text
from simulator.archive.incoming import Incoming, file_meta, is_uid
from simulator.archive.settings import Settings
from simulator.clock import Clock
from simulator.errors import RefusedError
from simulator.files import read_json, sync_folder, write_atomically, write_json
from simulator.journal import Journal

_NAME = re.compile(r"q[0-9]{6,12}")
_SHOWN = ("PatientID", "PatientName", "AccessionNumber", "StudyInstanceUID", "Modality")


class Quarantine:
    """Objects that could not be filed, below one folder."""

    def __init__(self, folder: Path, settings: Settings, clock: Clock, journal: Journal) -> None:
        """Keep them below `folder`, within the size that `settings` allow."""
        self.folder, self.settings = folder, settings
        self.clock, self.journal = clock, journal
        self._lock = threading.Lock()
        self._put_by = folder / "put-by"  # deleted since the baseline was saved: a reset needs them
        self._put_by.mkdir(parents=True, exist_ok=True)
        self.leftovers = self._tidy()

    def keep(self, incoming: Incoming, status: int, reason: str) -> str:
        """Keep an object and return its number; '' if it does not fit or cannot be written."""
        body = [bytes(part) for part in incoming.fragments]
        meta = b""
        if is_uid(incoming.sop_class) and is_uid(incoming.sop_instance):
            meta = file_meta(
                incoming.sop_class, incoming.sop_instance, incoming.transfer_syntax, incoming.source
            )
        size = len(meta) + sum(map(len, body))
        with self._lock:
            if self.size() + size > self.settings["quarantine.max_megabytes"] << 20:
                self._full(incoming, f"the quarantine is full: {reason}")
                return ""
            try:
                return self._write(incoming, meta, b"".join([meta, *body]), status, reason)
            except OSError as error:
                self._full(incoming, f"the quarantine cannot be written: {error}")
                return ""

    def all(self) -> list[dict[str, Any]]:
        """Return the facts of every entry, the oldest first."""
        return [self.get(path.stem) for path in sorted(self.folder.glob("q*.json"))]

    def get(self, number: str) -> dict[str, Any]:
        """Return the facts of one entry; raises RefusedError if there is none."""
        path = self._place(number, ".json")
        if not path.exists():
            raise RefusedError(f"There is no '{number[:20]}' in quarantine.", "List it first.", 404)
        facts: dict[str, Any] = read_json(path, "quarantined object's facts")
        return facts

    def data(self, number: str) -> bytes:
        """Return an object as it is kept."""
        self.get(number)
        return self._place(number, ".bin").read_bytes()

    def incoming(self, number: str) -> Incoming:
        """Return an object as it came."""
        facts = self.get(number)
        return Incoming(
            sop_class=facts["sop_class"],
            sop_instance=facts["sop_instance"],
            transfer_syntax=facts["transfer_syntax"],
            source=facts["source"],
            fragments=[memoryview(self.data(number))[facts["offset"] :]],
        )

    def remove(self, number: str) -> None:
        """Take an entry out; one that the baseline has can come back with a reset."""
        self.get(number)
        with self._lock:
            for suffix in (".json", ".bin"):  # the facts first: without them it is no entry
                path = self._place(number, suffix)
                if number in self._baseline():
                    os.replace(path, self._put_by / path.name)
                else:
                    path.unlink(missing_ok=True)
            sync_folder(self.folder)

    def size(self) -> int:
        """Return how many bytes are kept."""
        return sum(path.stat().st_size for path in self.folder.glob("q*.bin"))

    # --- saving and restoring -----------------------------------------------------------------

    def save_baseline(self) -> None:
        """Remember what is in quarantine now."""
        with self._lock:
            for path in self._put_by.iterdir():
                path.unlink()
            numbers = [path.stem for path in self.folder.glob("q*.json")]
            write_json(self.folder / "baseline.json", sorted(numbers))

    def reset(self) -> None:
        """Go back to what was in quarantine when the baseline was saved."""
        with self._lock:
            for path in self._put_by.iterdir():
                os.replace(path, self.folder / path.name)
            wanted = self._baseline()
            for path in [*self.folder.glob("q*.json"), *self.folder.glob("q*.bin")]:
                if path.stem not in wanted:
                    path.unlink()

    # --- inner parts --------------------------------------------------------------------------

    def _baseline(self) -> set[str]:
        path = self.folder / "baseline.json"
        return set(read_json(path, "baseline of the quarantine")) if path.exists() else set()

    def _write(
        self, incoming: Incoming, meta: bytes, whole: bytes, status: int, reason: str
    ) -> str:
        number = self._next()
        write_atomically(self._place(number, ".bin"), whole)
        facts = {
            "number": number,
            "reason": reason,
            "status": f"0x{status:04X}",
            "source": incoming.source,
            "received": self.clock.now().isoformat(timespec="seconds"),
            "sop_class": incoming.sop_class,
            "sop_instance": incoming.sop_instance,
            "transfer_syntax": incoming.transfer_syntax,
            "form": "Part 10" if meta else "bare data set",
            "offset": len(meta),
            "size": len(whole),
            "shown": _shown(incoming),
        }
        write_json(self._place(number, ".json"), facts)
        sync_folder(self.folder)
        self.journal.write(
            "quarantine.kept", f"an object of {incoming.source} was kept as {number}: {reason}",
            number=number, calling=incoming.source, sop_instance=incoming.sop_instance[:64],
        )  # fmt: skip
        return number

    def _next(self) -> str:
        """Return a number that was never given before."""
        path = self.folder / "last.json"
        last = int(read_json(path, "counter of the quarantine")) if path.exists() else 0
        write_json(path, last + 1)
        return f"q{last + 1:06d}"

    def _place(self, number: str, suffix: str) -> Path:
        if not _NAME.fullmatch(number):  # it comes from a request, and becomes a path
            raise RefusedError(
                f"'{number[:20]}' is no number of quarantine.", "List it first.", 404
            )
        return self.folder / f"{number}{suffix}"

    def _full(self, incoming: Incoming, why: str) -> None:
        self.journal.write(
            "quarantine.full", f"an object of {incoming.source} was not kept; {why}",
            calling=incoming.source, sop_instance=incoming.sop_instance[:64],
        )  # fmt: skip

    def _tidy(self) -> int:
        """Remove what a crash left half written and return how much it was."""
        known = {path.stem for path in self.folder.glob("q*.json")}
        lost = [path for path in self.folder.glob("q*.bin") if path.stem not in known]
        lost += list(self.folder.glob(".*.*.*"))  # temporary names of an atomic write
        for path in lost:
            path.unlink()
        return len(lost)


def _shown(incoming: Incoming) -> dict[str, str]:
    """Return what can be read of an object, for those who must decide about it."""
    try:
        header: Dataset = read_header(incoming.fragments, incoming.transfer_syntax)
        shown = {keyword: text(header, keyword)[:64] for keyword in _SHOWN}
        json.dumps(shown)
    except (Exception, RecursionError):  # it is here because it is broken
        return {}
    return shown
