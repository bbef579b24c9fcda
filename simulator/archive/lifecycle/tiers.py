"""Moving studies between tiers: copied, freed online once a copy was compared, cleaned by need."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from sqlalchemy import func, select, update

from simulator.archive import tables as t
from simulator.archive.index import Location
from simulator.archive.lifecycle.copies import GOOD, Copies, digests_of
from simulator.archive.lifecycle.tables import copies as copy_rows
from simulator.archive.lifecycle.volume import ONLINE, Volume
from simulator.errors import CannotError, RefusedError
from simulator.journal import Journal


class Tiers:
    """Puts studies where they belong."""

    def __init__(self, copies: Copies, held: Callable[[str], str], journal: Journal) -> None:
        """Move what `copies` knows; `held` says why a study must stay as it is."""
        self.copies, self.held, self.journal = copies, held, journal
        self.index, self.volumes = copies.index, copies.volumes
        self.database = copies.database

    def locations(self, study_uid: str) -> list[Location]:
        """Return a study's instances; raises RefusedError if there are none."""
        found = self.index.locate([t.studies.c.study_uid == study_uid])
        if not found:
            raise RefusedError("There is no such study in the archive.", "List the studies.", 404)
        return found

    def where(self, study_uid: str) -> list[dict[str, Any]]:
        """Return on which volumes each of a study's instances is, and whether it is good there."""
        places = self.locations(study_uid)
        names = {volume.number: volume.name for volume in self.volumes.rows()}
        other = self.copies.of(digests_of(places))
        return [
            {
                "sop_uid": place.sop_uid, "digest": place.digest, "size": place.size,
                "online": names.get(place.volume, ""),
                "copies": {volume.name: state for volume, state in other[place.digest]},
            }
            for place in places
        ]  # fmt: skip

    def copy(self, study_uid: str, name: str) -> int:
        """Copy a study to a nearline or offline volume; returns how many files were written."""
        places = self.locations(study_uid)
        if any(not place.volume for place in places):
            raise RefusedError("Not all of the study is online.", "Recall it first.", 409)
        return self.copies.make(places, self.volumes.get(name))

    # --- freeing --------------------------------------------------------------------------------

    def free(self, study_uid: str) -> int:
        """Take a study off the online volumes and return the bytes that are free again.

        Refused unless each file has another copy, compared with its digest at this moment: the
        last copy is never taken away, nor anything that is on hold.
        """
        places = [place for place in self.locations(study_uid) if place.volume]
        if not places:
            raise RefusedError("Nothing of the study is online.", "", 409)
        if why := self.held(study_uid):
            raise RefusedError(f"The study is {why}.", "Release the hold first.", 409)
        for place in places:
            if self.copies.source(place.digest) is None:
                raise RefusedError(
                    f"The online file of {place.sop_uid} is the last good copy: nothing was freed.",
                    "Copy the study to another tier, or verify and mend what is there.",
                    409,
                )
        return self._freed(study_uid, places)

    def _freed(self, study_uid: str, places: Sequence[Location]) -> int:
        i = t.instances.c
        with self.database.write() as db:
            if why := self.held(study_uid):  # since
                raise RefusedError(f"The study is {why}.", "Release the hold first.", 409)
            for place in places:
                here = i.sop_uid == place.sop_uid, i.digest == place.digest
                db.execute(update(t.instances).where(*here).values(volume=0))
        self.copies.online.take_away(digests_of(places))
        return sum(place.size for place in places)

    def candidates(self, volume: Volume) -> list[dict[str, Any]]:
        """Return the studies on an online volume, the oldest first, and what each would free."""
        i = t.instances.c
        query = (
            select(t.studies.c.study_uid, t.studies.c.received, func.sum(i.size).label("bytes"))
            .select_from(t.instances.join(t.series).join(t.studies))
            .where(i.volume == volume.number)
            .group_by(t.studies.c.study_uid, t.studies.c.received)
            .order_by(t.studies.c.received, t.studies.c.study_uid)
        )
        with self.database.read() as db:
            return [{**row._mapping, "bytes": int(row.bytes)} for row in db.execute(query)]

    def clean(self, name: str, by: str, *, dry: bool) -> dict[str, Any]:
        """Free the oldest studies of an online volume until it is down to its low mark."""
        volume = self._online(name)
        if not volume.capacity:
            raise RefusedError(f"{name} has no size of its own.", "Set its capacity.", 409)
        target = self.volumes.used(volume) - volume.capacity * volume.low // 100
        freed, done, kept = 0, [], []
        for row in self.candidates(volume) if target > 0 else ():
            if freed >= target:
                break
            if why := self._why_not(row["study_uid"], dry=dry):
                kept.append({**row, "why": why})
            else:
                done.append(row)
                freed += row["bytes"]
        if done and not dry:
            text = f"{by} cleaned {name}: {len(done)} studies, {freed} bytes are free again"
            self.journal.write("volume.cleaned", text, by=by, what=name, bytes=freed)
        return {
            "volume": name, "dry": dry, "freed": freed, "wanted": max(0, target),
            "studies": done, "kept": kept, "percent": volume.share(self.volumes.used(volume)),
        }  # fmt: skip

    def _why_not(self, study_uid: str, *, dry: bool) -> str:
        """Free a study, or only look whether it could be; returns why not."""
        if not dry:
            try:
                self.free(study_uid)
            except (RefusedError, CannotError) as error:
                return error.sentence
            return ""
        if why := self.held(study_uid):
            return why
        other = self.copies.of(digests_of(p for p in self.locations(study_uid) if p.volume))
        there = all(any(v.mounted and s == GOOD for v, s in found) for found in other.values())
        return "" if there else "it is the last good copy"

    # --- comparing ------------------------------------------------------------------------------

    def verify(self, name: str, *, mend: bool) -> dict[str, Any]:
        """Read every file of a volume and compare it with its digest; mend it from another copy."""
        volume = self.volumes.get(name)
        if not volume.mounted:
            raise RefusedError(f"{name} is not mounted.", "Mount it first.", 409)
        report: dict[str, Any] = {"volume": name, "checked": 0, "good": 0, "bad": []}
        for place in self._on(volume):
            state = self.copies.state(place.digest, volume)
            if volume.tier != ONLINE:
                self.copies.note(place.digest, volume, state)
            report["checked"] += 1
            if state == GOOD:
                report["good"] += 1
                continue
            mended = mend and self.copies.mend(place.digest, volume)
            report["bad"].append({"sop_uid": place.sop_uid, "study_uid": place.study_uid,
                                  "what": state, "mended": mended})  # fmt: skip
        return report

    def _on(self, volume: Volume) -> list[Location]:
        if volume.tier == ONLINE:
            return self.index.locate([t.instances.c.volume == volume.number])
        there = select(copy_rows.c.digest).where(copy_rows.c.volume == volume.number)
        return self.index.locate([t.instances.c.digest.in_(there)])

    def _online(self, name: str) -> Volume:
        volume = self.volumes.get(name)
        if volume.tier != ONLINE:
            raise RefusedError(f"{name} is not online: only online volumes are cleaned.", "", 409)
        return volume
