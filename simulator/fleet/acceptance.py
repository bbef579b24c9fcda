"""Acceptance of a device: what its conformance statement claims, done and looked at, step by step.

First the device is tried where it stands: archive and RIS must answer it and take what it
proposes; nothing is stored there. Then it is turned to a test bench, does real examinations of
a test patient, one for each kind of object and transfer syntax, and is put back as it was.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from datetime import datetime
from math import isinf
from typing import Any

from pydicom import uid
from pydicom.dataset import Dataset
from pynetdicom.sop_class import (  # type: ignore[attr-defined]
    ModalityPerformedProcedureStep,
    ModalityWorklistInformationFind,
)

from simulator.errors import LocalError, NetworkError
from simulator.fleet import acceptance_headers as headers
from simulator.fleet.acceptance_steps import (
    AMBER,
    GREEN,
    LEVELS,
    RED,
    Step,
    few,
    refused_of,
    report,
)
from simulator.fleet.bench import Bench, Got
from simulator.fleet.delivery import MOST_CONTEXTS, offered
from simulator.fleet.modality import Modality
from simulator.fleet.profile import ModalityProfile, load_profiles
from simulator.imaging.template import SYNTAXES
from simulator.network import scu
from simulator.network.associate import Peer, associate, plain_context
from simulator.network.commitment import PUSH

_CLOCK = (5.0, 60.0)  # seconds off: from here amber, from here red
_ACTOR = "acceptance"


class Acceptance:
    """One acceptance of one device."""

    def __init__(self, device: Modality, claimed: ModalityProfile) -> None:
        """Hold `device` against what it `claimed`: the profile its statement is made of."""
        self.device, self.claimed = device, claimed
        self.steps: list[Step] = []
        self.bench = Bench(claimed)

    def run(self) -> dict[str, Any]:
        """Do it all and return the report: the worst level, and every step."""
        with self.device.busy:
            begun = self.device.clock.now()
            self._on_site()
            self.bench.server.start()
            try:
                with self._turned_to_the_bench():
                    self._examinations()
            finally:
                self.bench.server.stop()
        worst = max((LEVELS.index(step.level) for step in self.steps), default=0)
        text = f"{self.device.name} was put through acceptance: {LEVELS[worst]}"
        self.device.book.tell("device.accepted", text, level=LEVELS[worst])
        return {
            "device": self.device.name, "at": begun.isoformat(timespec="seconds"),
            "level": LEVELS[worst], "steps": [asdict(step) for step in self.steps],
        }  # fmt: skip

    # --- where it stands ------------------------------------------------------------------------

    def _on_site(self) -> None:
        device, claimed = self.device, self.claimed
        mine = device.settings.ae_title
        same = mine == claimed.ae_title
        self._say("AE title", [] if same else [f"it calls itself '{mine}', the statement says "
                                               f"'{claimed.ae_title}'"], f"'{mine}'")  # fmt: skip
        self._try("echo to the archive", lambda: f"{device.echo('archive')} answers")
        self._try("echo to the RIS", lambda: f"{device.echo('ris')} answers")
        self._try("echo from outside", self._echo_in)
        self._try("proposed to the archive", self._archive_takes)
        self._try("proposed to the RIS", self._ris_takes)
        self._try("worklist of the RIS", self._worklist)

    def _echo_in(self) -> str:
        device = self.device
        if not device.listening:
            raise LocalError(f"{device.name} does not listen.")
        tls = device.settings.listener_tls != "off"
        caller = device.settings.caller(device.host)
        me = Peer(ae=device.settings.ae_title, host=device.host, port=device.port)
        if tls:
            raise LocalError("Its listener speaks TLS: have the archive echo it.")
        scu.echo(me, caller)
        return f"{me} answers"

    def _archive_takes(self) -> str | Step:
        classes, syntaxes = _uids(self.claimed.sop_classes), self.claimed.transfer_syntaxes
        peer = self.device.settings.archive()
        wanted = [*offered(classes, syntaxes)[: MOST_CONTEXTS - 1], plain_context(PUSH)]
        with associate(peer, wanted, self.device.caller(peer)) as association:
            taken = list(association.contexts.values())
        refused, none = refused_of(wanted, taken)
        commitment = uid.UID(PUSH).name
        if storage := [name for name in none if name != commitment]:
            raise LocalError(f"{peer} takes no {', '.join(storage)}.")
        if refused or none:
            return Step(name="", level=AMBER, what=f"{peer} refuses {few([*none, *refused])}")
        return f"{peer} takes all {len(wanted)} contexts"

    def _ris_takes(self) -> str:
        peer = self.device.settings.ris()
        classes = (ModalityWorklistInformationFind, ModalityPerformedProcedureStep)
        wanted = [plain_context(one) for one in classes]
        with associate(peer, wanted, self.device.caller(peer)) as association:
            _, none = refused_of(wanted, list(association.contexts.values()))
        if none:
            raise LocalError(f"{peer} takes no {', '.join(none)}.")
        return f"{peer} takes worklist and MPPS"

    def _worklist(self) -> str | Step:
        count = len(self.device.query_worklist())
        level = GREEN if count else AMBER
        rest = "" if count else ": with its keys it shows no patients today"
        return Step(name="", level=level, what=f"{count} entries{rest}")

    # --- on the bench ---------------------------------------------------------------------------

    @contextmanager
    def _turned_to_the_bench(self) -> Iterator[None]:
        peer, before = self.bench.peer, self.device.settings.values()
        turned: dict[str, Any] = {"commitment": True, "archive.user": ""}
        for end in ("archive", "ris"):
            turned |= {f"{end}.ae": peer.ae, f"{end}.host": peer.host, f"{end}.port": peer.port,
                       f"{end}.tls": False}  # fmt: skip
        try:
            self.device.change(turned, _ACTOR)
            yield
        finally:
            keys = [*turned, "syntaxes"]
            self.device.change({key: before[key] for key in keys}, _ACTOR)

    def _examinations(self) -> None:
        number = 0
        for syntax in self.claimed.transfer_syntaxes:
            if syntax not in SYNTAXES:
                what = f"{syntax} is proposed, but the device never writes it"
                self.steps.append(Step(name=f"store {syntax}", level=AMBER, what=what))
                continue
            rest = [name for name in self.claimed.transfer_syntaxes if name != syntax]
            self.device.change({"syntaxes": [syntax, *rest]}, _ACTOR)
            for key in _covering(self.claimed):
                number += 1
                self._examination(number, key, syntax)
        self._stored()
        self._proposed()

    def _examination(self, number: int, protocol: str, syntax: str) -> None:
        """Do one examination of the test patient, and hold everything against the entry."""
        bench, began = self.bench, self.device.clock.now()
        entry = bench.put_on(number, protocol, began)
        before, name = len(bench.objects), f"{protocol}, {syntax}"
        try:
            item = self.device.find_item(entry.AccessionNumber)
            done = self.device.perform(item)
        except NetworkError as error:
            self._say(f"examination, {name}", [f"{error.sentence}"])
            return
        got, ended = bench.objects[before:], self.device.clock.now()
        failed = [done.error.sentence] if done.error else []
        self._say(f"examination, {name}", failed, f"{len(got)} objects came")
        self._say(f"MPPS, {name}", list(self._mpps(entry, done.pps_uid, got)), "in progress, "
                  "completed, and names every object")  # fmt: skip
        missing = {one.reference for one in got} - set(bench.asked)
        kept = [row for row in self.device.queue() if row["accession"] == entry.AccessionNumber]
        self._say(f"commitment, {name}",
                  [f"{len(missing)} objects were never asked for"] if missing or not got else
                  ["it keeps them, though they were committed to"] if kept else [],
                  f"{len(got)} objects, and the device let go of them")  # fmt: skip
        self._headers(name, entry, got)
        self._clock(name, got, began, ended)

    def _mpps(self, entry: Dataset, step: str, got: list[Got]) -> Iterator[str]:
        created, ended = self.bench.created.get(step), self.bench.set.get(step)
        if created is None or ended is None:
            yield f"{'N-CREATE' if created is None else 'N-SET'} did not come"
            return
        if ended.get("PerformedProcedureStepStatus") != "COMPLETED":
            yield f"it ended as {ended.get('PerformedProcedureStepStatus')}"
        if created.get("PerformedStationAETitle") != self.device.settings.ae_title:
            yield f"the station is '{created.get('PerformedStationAETitle')}'"
        items = created.get("ScheduledStepAttributesSequence") or [Dataset()]
        if items[0].get("AccessionNumber") != entry.AccessionNumber:
            yield f"the accession number is '{items[0].get('AccessionNumber')}'"
        named = set(_named(ended))
        if named != {one.sop_instance for one in got}:
            yield f"it names {len(named)} objects, {len(got)} came"

    def _headers(self, name: str, entry: Dataset, got: list[Got]) -> None:
        claimed = self.claimed
        checks: dict[str, Callable[[Got], Iterator[str]]] = {
            "types 1 and 2": headers.typed,
            "copied from the worklist": lambda one: headers.copied(one, entry),
            "as the statement says": lambda one: headers.stated(one, claimed),
            "character set": lambda one: headers.charset(one, entry, claimed),
        }
        for check, found in checks.items():
            problems = [f"{_class(one)}: {problem}" for one in got for problem in found(one)]
            self._say(f"{check}, {name}", problems, f"{len(got)} headers")

    def _clock(self, name: str, got: list[Got], began: datetime, ended: datetime) -> None:
        claimed = self.claimed
        worst = max((headers.seconds_off(one, began, ended) for one in got), default=0.0)
        level = GREEN if worst < _CLOCK[0] else AMBER if worst < _CLOCK[1] else RED
        drift = f"; the statement: it gains {claimed.clock_drift:g} s a day"
        what = "a study has no date and time" if isinf(worst) else f"{worst:.0f} s off"
        what += drift if claimed.clock_drift else ""
        self.steps.append(Step(name=f"clock, {name}", level=level, what=what))

    def _stored(self) -> None:
        """Say for each class and syntax that is claimed whether an object of it came."""
        came = {(one.sop_class, one.syntax) for one in self.bench.objects}
        images = headers.image_classes()
        for sop_class in _uids(self.claimed.sop_classes):
            for syntax in self.claimed.transfer_syntaxes:
                if syntax in SYNTAXES and (sop_class in images or not is_compressed(syntax)):
                    name = f"store {uid.UID(sop_class).keyword}, {syntax}"
                    fine = (sop_class, str(getattr(uid, syntax))) in came
                    self._say(name, [] if fine else ["no object of it came"], "came")

    def _proposed(self) -> None:
        """Hold what the device proposed against what it claims."""
        claims = {*_uids(self.claimed.sop_classes), PUSH, "1.2.840.10008.1.1",
                  ModalityWorklistInformationFind, ModalityPerformedProcedureStep}  # fmt: skip
        said = {str(cx.abstract_syntax) for one in self.bench.proposals for cx in one.contexts}
        strange = [f"{uid.UID(one).name} is proposed, but not claimed" for one in said - claims]
        titles = {one.calling for one in self.bench.proposals} - {self.claimed.ae_title}
        strange += [f"it calls as '{title}'" for title in titles]
        self._say("proposals", strange, f"{len(self.bench.proposals)} associations")

    # --- telling --------------------------------------------------------------------------------

    def _say(self, name: str, problems: list[str], fine: str = "") -> None:
        level, what = (RED, few(problems)) if problems else (GREEN, fine)
        self.steps.append(Step(name=name, level=level, what=what))

    def _try(self, name: str, work: Callable[[], str | Step]) -> None:
        try:
            done = work()
        except NetworkError as error:
            self._say(name, [f"{error.kind}: {error.sentence} {error.remedy}".strip()])
            return
        level, what = (done.level, done.what) if isinstance(done, Step) else (GREEN, done)
        self.steps.append(Step(name=name, level=level, what=what))


def accepted(device: Modality) -> dict[str, Any]:
    """Put a device through its acceptance, by the statement it was delivered with."""
    claimed = load_profiles().get(device.name, device.profile)
    facts = Acceptance(device, claimed).run()
    return {**facts, "report": report(facts)}


def _covering(profile: ModalityProfile) -> list[str]:
    """Return as few protocols as it takes to make every kind of object the device makes."""
    kinds = {key: {profile.kind(series) for series in protocol.series}
             for key, protocol in profile.protocols.items()}  # fmt: skip
    wanted, chosen = set().union(*kinds.values()), []
    while wanted:
        best = max(kinds, key=lambda key: len(kinds[key] & wanted))
        chosen.append(best)
        wanted -= kinds[best]
    return chosen


def is_compressed(keyword: str) -> bool:
    """Return whether a syntax is one for pixels, in which nothing else is written."""
    return bool(getattr(uid, keyword).is_compressed)


def _uids(keywords: tuple[str, ...]) -> list[str]:
    return [str(getattr(uid, keyword)) for keyword in keywords]


def _named(ended: Dataset) -> Iterator[str]:
    lists = ("ReferencedImageSequence", "ReferencedNonImageCompositeSOPInstanceSequence")
    for series in ended.get("PerformedSeriesSequence") or []:
        for keyword in lists:
            yield from (str(item.ReferencedSOPInstanceUID) for item in series.get(keyword) or [])


def _class(got: Got) -> str:
    return uid.UID(got.sop_class).keyword
