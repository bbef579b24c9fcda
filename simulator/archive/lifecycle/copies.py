"""Copies of files on other volumes: made, compared by digest, mended from one another."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from sqlalchemy import Column, Connection, delete, insert, select, update

from simulator.archive import tables as t
from simulator.archive.index import Index, Location
from simulator.archive.lifecycle.availability import of_files
from simulator.archive.lifecycle.shelf import Shelf
from simulator.archive.lifecycle.tables import copies
from simulator.archive.lifecycle.volume import ONLINE, Volume
from simulator.archive.lifecycle.volumes import Volumes
from simulator.archive.store import FileStore
from simulator.errors import CannotError, RefusedError

GOOD, DAMAGED, MISSING = "good", "damaged", "missing"


class Copies:
    """Where else a file is, beside the online volumes."""

    def __init__(
        self, folder: Path, index: Index, store: FileStore, volumes: Volumes,
        now: Callable[[], str], saved: Callable[[Column[str]], set[str]],
    ) -> None:  # fmt: skip
        """Keep copies below `folder`; `store` has the online files.

        `saved` are the values a column has in the baseline, which a reset needs.
        """
        self.folder, self.index, self.volumes = folder, index, volumes
        self.database, self.now = index.database, now
        self._saved = lambda: saved(copies.c.digest)
        self.online = Shelf(store, lambda: saved(t.instances.c.digest))
        self._shelves: dict[int, Shelf] = {}
        self.needed: Callable[[], set[str]] = set  # digests to keep beside those of the index

    def shelf(self, volume: Volume) -> Shelf:
        """Return the files of a volume; all online volumes share theirs."""
        if volume.tier == ONLINE:
            return self.online
        if volume.number not in self._shelves:
            store = FileStore(self.folder / str(volume.number))
            self._shelves[volume.number] = Shelf(store, self._saved)
        return self._shelves[volume.number]

    def of(self, digests: Sequence[str]) -> dict[str, list[tuple[Volume, str]]]:
        """Return where each of these files is beside online, and in which state."""
        known = {volume.number: volume for volume in self.volumes.rows()}
        found: dict[str, list[tuple[Volume, str]]] = {digest: [] for digest in digests}
        with self.database.read() as db:
            for chunk in chunks(digests):
                query = select(copies).where(copies.c.digest.in_(chunk))
                for row in db.execute(query.order_by(copies.c.volume)):
                    if row.volume in known:
                        found[row.digest].append((known[row.volume], row.state))
        return found

    def is_safe(self, digest: str) -> bool:
        """Return whether another volume has a good copy of a file, as it was last compared."""
        return any(state == GOOD for _, state in self.of([digest])[digest])

    def availability(self, digests: Sequence[str]) -> dict[str, str]:
        """Return how soon files that are not online can be had, by digest."""
        with self.database.read() as db:
            return of_files(db, digests)

    # --- making ---------------------------------------------------------------------------------

    def make(self, locations: Sequence[Location], volume: Volume) -> int:
        """Copy files to a volume, each read back and compared; all of them or none."""
        if volume.tier == ONLINE:
            raise RefusedError(f"{volume.name} is online.", "Name a nearline or offline one.", 409)
        if not volume.mounted or not volume.writable:
            why = "is read only" if volume.mounted else "is not mounted"
            raise RefusedError(f"{volume.name} {why}.", "Mount it, or choose another.", 409)
        there = self.of([place.digest for place in locations])
        wanted = [p for p in locations if (volume, GOOD) not in there[p.digest]]
        size = sum(place.size for place in wanted)
        if not self.volumes.has_room(volume, size):
            raise RefusedError(
                f"{volume.name} has no room for {size} bytes.", "Free or add room there.", 409
            )
        with ExitStack() as writing:
            for place in wanted:
                self._write(writing, place, volume)
            with self.database.write() as db:
                for place in wanted:
                    self._enter(db, place.digest, volume, GOOD)
        return len(wanted)

    def _write(self, writing: ExitStack, place: Location, volume: Volume) -> None:
        """Write one copy and read it back; the source may be damaged, and then is no source."""
        store = self.shelf(volume).store
        data = self.online.store.read(place.digest)
        try:
            stored = writing.enter_context(store.put([data]))
        except OSError as error:
            raise CannotError(f"{volume.name} cannot be written: {error}.") from error
        if stored.digest != place.digest or not store.is_true(place.digest):
            store.path(stored.digest).unlink(missing_ok=True)
            raise RefusedError(
                f"The file of {place.sop_uid} is not what was stored: nothing was copied.",
                "Verify the volume, and mend it from another copy.",
                409,
            )

    def _enter(self, db: Connection, digest: str, volume: Volume, state: str) -> None:
        here = copies.c.digest == digest, copies.c.volume == volume.number
        db.execute(delete(copies).where(*here))
        row = {"digest": digest, "volume": volume.number, "state": state}
        db.execute(insert(copies).values(**row, written=self.now(), verified=self.now()))

    # --- comparing ------------------------------------------------------------------------------

    def state(self, digest: str, volume: Volume) -> str:
        """Read a file of a volume and compare it with its digest."""
        store = self.shelf(volume).store
        if store.is_true(digest):
            return GOOD
        return DAMAGED if store.path(digest).exists() else MISSING

    def note(self, digest: str, volume: Volume, state: str) -> None:
        """Remember what a comparison said of a copy."""
        here = copies.c.digest == digest, copies.c.volume == volume.number
        with self.database.write() as db:
            values = {"state": state, "verified": self.now()}
            db.execute(update(copies).where(*here).values(**values))

    def source(self, digest: str, *, but: Volume | None = None) -> Volume | None:
        """Return a mounted volume that has a good copy, looked at now; None if there is none."""
        for volume, state in self.of([digest])[digest]:
            if volume.mounted and volume != but and state == GOOD:
                now = self.state(digest, volume)
                if now == GOOD:
                    return volume
                self.note(digest, volume, now)
        return None

    def fetch(self, writing: ExitStack, digest: str) -> Volume | None:
        """Bring a file online from a good copy; returns whence, None where there is no such."""
        volume = self.source(digest)
        if volume is None:
            return None
        data = self.shelf(volume).store.read(digest)
        self._replace(writing, self.online.store, digest, data)
        return volume

    def mend(self, digest: str, volume: Volume) -> bool:
        """Replace a damaged or missing file from another copy, online or not."""
        other = self.source(digest, but=volume)
        if volume.tier != ONLINE and self.online.store.is_true(digest):
            store = self.online.store
        elif other is not None:
            store = self.shelf(other).store
        else:
            return False
        with ExitStack() as writing:
            self._replace(writing, self.shelf(volume).store, digest, store.read(digest))
        self.note(digest, volume, GOOD)
        return True

    def _replace(self, writing: ExitStack, store: FileStore, digest: str, data: bytes) -> None:
        try:
            writing.enter_context(store.put([data]))
        except OSError as error:
            raise CannotError(f"The file {digest[:12]}… cannot be written: {error}.") from error

    # --- putting in order -----------------------------------------------------------------------

    def forget_orphans(self) -> None:
        """Forget copies of what neither the index nor a change that can be undone speaks of."""
        known = select(t.instances.c.digest)
        with self.database.write() as db:
            lost = select(copies.c.digest).where(copies.c.digest.not_in(known))
            orphans = sorted(set(db.execute(lost).scalars()))
            keep = self.needed() if orphans else set()
            for chunk in chunks([digest for digest in orphans if digest not in keep]):
                db.execute(delete(copies).where(copies.c.digest.in_(chunk)))

    def settle(self) -> None:
        """After a start or a reset: files back that rows speak of, others away."""
        self.forget_orphans()
        i = t.instances.c
        self.online.bring_back(self._known(i.digest, i.volume > 0, self.online.aside()))
        self.online.forget()
        with self.database.read() as db:
            away = list(db.execute(select(i.digest).where(i.volume == 0)).scalars())
        store = self.online.store
        self.online.take_away([digest for digest in away if store.path(digest).exists()])
        for volume in self.volumes.rows():
            if volume.tier != ONLINE and (self.folder / str(volume.number)).exists():
                self._settle(volume)

    def _settle(self, volume: Volume) -> None:
        with self.database.read() as db:
            here = select(copies.c.digest).where(copies.c.volume == volume.number)
            wanted = set(db.execute(here).scalars())
        self.shelf(volume).bring_back(wanted)
        self.shelf(volume).forget()
        self.shelf(volume).sweep(wanted)

    def _known(self, column: Any, condition: Any, digests: Sequence[str]) -> list[str]:
        with self.database.read() as db:
            return [
                digest
                for chunk in chunks(digests)
                for digest in db.execute(
                    select(column).where(condition, column.in_(chunk))
                ).scalars()
            ]


def chunks(words: Sequence[str], size: int = 500) -> Iterator[Sequence[str]]:
    """Cut a list into pieces that fit in one statement."""
    return (words[at : at + size] for at in range(0, len(words), size))


def digests_of(locations: Iterable[Location]) -> list[str]:
    """Return the digests of these instances."""
    return [place.digest for place in locations]
