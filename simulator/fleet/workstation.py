"""A reading workstation: searches the archive and fetches studies, by C-MOVE or C-GET."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Any, cast

from pydicom.dataset import Dataset
from pynetdicom.presentation import PresentationContext
from pynetdicom.sop_class import (  # type: ignore[attr-defined]
    InstanceAvailabilityNotification,
)

from simulator.clock import Clock
from simulator.errors import NetworkError
from simulator.fleet import desk_requests
from simulator.fleet.desk_settings import KEYS, DeskSettings, desk_defaults
from simulator.fleet.node import Node
from simulator.fleet.polling import Poller
from simulator.journal import Journal
from simulator.network import command as cmd
from simulator.network import dimse, scu
from simulator.network.associate import Peer, plain_context
from simulator.network.association import Message
from simulator.network.dimse import DimseError, Handlers, Request
from simulator.network.scu import Retrieved


class Workstation(Node):
    """A node that reads: C-FIND, and C-MOVE to itself or C-GET."""

    keys = KEYS

    def __init__(
        self, name: str, *, folder: Path, clock: Clock, journal: Journal, archive: Peer, ris: Peer,
        **options: Any,
    ) -> None:  # fmt: skip
        """Keep what is received in `folder`; `options` are those of Node."""
        super().__init__(
            name=name,
            folder=folder,
            clock=clock,
            journal=journal,
            defaults=desk_defaults(name, archive, ris),
            **options,
        )
        self.poller = Poller(clock, self.poll, self.book.tell)
        self._patients: dict[str, str] = {}  # of the studies that searches found

    def contexts(self) -> Sequence[PresentationContext]:
        """Return what the listener takes: notices of available studies, too."""
        return (*super().contexts(), plain_context(InstanceAvailabilityNotification))

    def handlers(self) -> Handlers:
        """Return what the listener answers."""
        return {**super().handlers(), cmd.N_CREATE: self.notice}

    def notice(self, request: Request) -> int:
        """Note that a study is available (N-CREATE, PS3.4 R.3.2)."""
        ds = request.identifier
        series = ds.get("ReferencedSeriesSequence") or []
        count = sum(len(item.get("ReferencedSOPSequence") or []) for item in series)
        study_uid = str(ds.get("StudyInstanceUID") or "")
        self.book.tell(
            "device.availability",
            f"{self.name}: {request.calling} has study {study_uid} available, {count} instances",
            calling=request.calling, study_uid=study_uid, instances=count,
        )  # fmt: skip
        return dimse.SUCCESS

    def query(self, keys: Mapping[str, Any] | None = None) -> list[dict[str, Any]]:
        """Return the studies the archive finds for these keys (keyword: value)."""
        found = self._search("find", keys or {})
        peer = str(self.mine.archive())
        self.book.tell("device.find", f"{self.name}: {peer} found {len(found)} studies",
                       peer=peer, found=len(found))  # fmt: skip
        return found

    def poll(self) -> None:
        """Search by itself, as `poll.date` says; a refusal is logged, and the next one comes."""
        today = self.mine.poll_date == "today"
        keys = {"StudyDate": f"{self.clock.now():%Y%m%d}"} if today else {}
        with suppress(NetworkError):
            found, peer = self._search("poll", keys), str(self.mine.archive())
            self.book.tell(
                "device.poll", f"{self.name}: its automatic search found {len(found)} studies",
                peer=peer, found=len(found), date=self.mine.poll_date,
            )  # fmt: skip

    def _search(self, what: str, keys: Mapping[str, Any]) -> list[dict[str, Any]]:
        peer, model = self.mine.archive(), self.mine.query_model
        identifier = desk_requests.search(self.mine, keys)
        with self.journalled(what, peer):
            answers = scu.find(peer, identifier, self.caller(peer), model=model)
            found = [_row(ds) for ds in answers]
        self._patients |= {row.get("StudyInstanceUID", ""): row.get("PatientID", "")
                           for row in found}  # fmt: skip
        return found

    def retrieve(self, study_uid: str) -> Retrieved:
        """Fetch a study as `retrieve.by` says: C-MOVE to our own AE title, or C-GET."""
        peer, how, begun = self.mine.archive(), self.mine.retrieve_by, time.monotonic()
        with self.busy, self.journalled("retrieve", peer, study_uid=study_uid, by=how):
            moved = self._move(study_uid) if how == "move" else self._get(study_uid)
        took = time.monotonic() - begun
        self.book.tell(
            "device.retrieve",
            f"{self.name}: {moved.completed} instances in {took:.1f} s, {moved.failed} failed, "
            f"from {peer}",
            peer=str(peer), study_uid=study_uid, completed=moved.completed, failed=moved.failed,
            status=f"0x{moved.status:04X}", by=how, seconds=round(took, 2),
        )  # fmt: skip
        return moved

    def _move(self, study_uid: str) -> Retrieved:
        peer, mine = self.mine.archive(), self.mine
        wanted = desk_requests.fetch(study_uid, self._patient(study_uid))
        return scu.move(peer, wanted, mine.ae_title, self.caller(peer), model=mine.query_model)

    def _get(self, study_uid: str) -> Retrieved:
        peer, mine = self.mine.archive(), self.mine
        wanted = desk_requests.fetch(study_uid, self._patient(study_uid))
        offered = desk_requests.storage(mine)
        keep = partial(self._keep, peer.ae)
        return scu.get(peer, wanted, keep, offered, self.caller(peer), model=mine.query_model)

    def _keep(self, calling: str, message: Message) -> int:
        """Keep what a C-GET brings; returns the status of its C-STORE."""
        command, context = message.command, message.context
        uid = str(command.get("AffectedSOPInstanceUID") or "")
        try:
            return self.inbox.keep(
                context.abstract_syntax, uid, context.transfer_syntax, message.data, calling
            )
        except DimseError as error:
            return error.status

    def _patient(self, study_uid: str) -> str:
        """Return the patient of a study, as the last search said: Patient Root asks for it."""
        return self._patients.get(study_uid, "") if self.mine.query_model == "patient" else ""

    @property
    def mine(self) -> DeskSettings:
        """Its settings, a workstation's own among them."""
        return cast(DeskSettings, self.settings)

    def _switch(self) -> None:
        """Let the automatic search follow, too."""
        super()._switch()
        is_on = self._wanted and self.settings.online
        self.poller.follow(self.mine.poll_every if is_on else 0, self.mine.poll_date)


def _row(ds: Dataset) -> dict[str, Any]:
    """Return an answer as plain values; several values are joined by backslashes."""
    named = [element for element in ds if element.keyword and element.VR != "SQ"]
    return {
        e.keyword: "\\".join(map(str, e.value)) if e.VM > 1 else str(e.value or "") for e in named
    }
