"""What a retrieval meets where images are not online: a recall it waits for, or a refusal."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from simulator.archive.index import Location
from simulator.archive.lifecycle.availability import of_files
from simulator.archive.lifecycle.recalls import MOUNT, Recalls
from simulator.archive.retrieve import Counters
from simulator.archive.settings import Settings
from simulator.clock import real_seconds
from simulator.errors import RefusedError
from simulator.network import dimse
from simulator.network.dimse import DimseError, Reply, Request

Send = Callable[[], Iterator[Reply]]
_PENDING_EVERY = 1.0  # seconds, real: whoever waits must hear that we live
_LOOK_EVERY = 0.1


class Retrieval:
    """Has ready what C-MOVE, C-GET and WADO-RS ask for."""

    def __init__(self, recalls: Recalls, settings: Settings, stopped: Callable[[float], bool]):
        """Recall through `recalls`; `stopped` waits so many seconds, True when all ends."""
        self.recalls, self.settings, self._stopped = recalls, settings, stopped

    def __call__(
        self, request: Request, locations: Sequence[Location], send: Send
    ) -> Iterator[Reply]:
        """Return the replies of `send`, once what is nearline is online (PS3.4 C.4.2)."""
        away = [place for place in locations if not place.volume]
        if not away:
            return send()
        return self._recalled(request, locations, away, send)

    def _recalled(
        self, request: Request, locations: Sequence[Location], away: Sequence[Location], send: Send
    ) -> Iterator[Reply]:
        studies = self._near(away, request.calling, all_away=len(away) == len(locations))
        waits = self.settings["retrieve.recall"] == "wait"
        counters = Counters(remaining=len(locations))
        end = real_seconds() + self.settings["retrieve.recall_seconds"]
        told = real_seconds()
        while left := [uid for uid in studies if self.recalls.away(uid)]:
            if not waits or real_seconds() >= end or not self._goes_on(left):
                raise DimseError(
                    dimse.CANNOT_PERFORM_SUBOPERATIONS, self._comment(left[0], "nearline")
                )
            if request.cancelled():
                yield counters.final(cancelled=True)
                return
            if real_seconds() - told >= _PENDING_EVERY:
                yield counters.pending()
                told = real_seconds()
            if self._stopped(_LOOK_EVERY):
                return
        yield from send()

    def _near(self, away: Sequence[Location], by: str, *, all_away: bool) -> list[str]:
        """Ask for what is nearline; raises DimseError if nothing can be had without a mount."""
        studies, trouble = [], ""
        for uid in dict.fromkeys(place.study_uid for place in away):
            try:
                row = self.recalls.ask(uid, by)
            except RefusedError:
                if self.recalls.away(uid):
                    trouble = "no good copy is left: restore from a backup"
                continue  # or it came online in this moment
            if row["state"] == MOUNT:
                trouble = f"offline: mount {row['volume']} (recall {row['number']})"
            else:
                studies.append(uid)
        if trouble and not studies and all_away:
            raise DimseError(dimse.CANNOT_PERFORM_SUBOPERATIONS, trouble)
        return studies

    def _goes_on(self, studies: Sequence[str]) -> bool:
        rows = {row["study_uid"]: row["state"] for row in reversed(self.recalls.all())}
        return all(rows.get(uid) == "recalling" for uid in studies if self.recalls.away(uid))

    def _comment(self, study_uid: str, what: str) -> str:
        row = next(row for row in self.recalls.all() if row["study_uid"] == study_uid)
        if row["state"] == "failed":
            return f"{what}: the recall failed: {row['note']}"
        return f"{what}: recall {row['number']}, ready about {row['due'][11:16]}; ask again"

    def at_hand(self, locations: Sequence[Location], by: str) -> None:
        """Recall what a web request asks for; raises RefusedError (503) until it is online."""
        away = [place for place in locations if not place.volume]
        if not away:
            return
        with self.recalls.database.read() as db:
            states = set(of_files(db, [place.digest for place in away]).values())
        row = self.recalls.ask(away[0].study_uid, by)
        if row["state"] == MOUNT or "OFFLINE" in states:
            raise RefusedError(
                f"The study is offline: volume {row['volume']} must be mounted first.",
                f"Ask who runs the archive to mount it; the request is recall {row['number']}.",
                503,
            )
        raise RefusedError(
            f"The study is nearline: it is on its way from {row['volume']}.",
            f"Ask again after {row['due'][11:19]}; the request is recall {row['number']}.",
            503,
        )
