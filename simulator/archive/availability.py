"""Instance availability notification (PS3.4 R): the nodes that want it learn what is here.

A study counts as complete when its procedure step is, or when nothing more of it has come for a
while. A notice says what is true when it goes out; one for a procedure step waits until every
instance of the step is here.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from pydicom.dataset import Dataset
from pynetdicom.sop_class import ModalityPerformedProcedureStep  # type: ignore[attr-defined]

from simulator.archive.calling import Calling
from simulator.archive.index import Index, Location
from simulator.archive.owed import NotNow, Owed, Report
from simulator.archive.settings import Settings
from simulator.archive.tables import studies
from simulator.clock import real_seconds
from simulator.errors import LocalError
from simulator.journal import Journal
from simulator.network import scu

KIND = "availability"


class Availability:
    """Notifies nodes of available studies."""

    def __init__(
        self, index: Index, settings: Settings, calling: Calling, owed: Owed, journal: Journal
    ) -> None:
        """Tell what `index` holds to the nodes that have `ian` set."""
        self.index, self.settings, self.calling = index, settings, calling
        self.owed, self.journal = owed, journal
        self._last: dict[str, float] = {}  # study: when its last instance came, while it is quiet
        self._lock = threading.Lock()
        self.of_files: Callable[[Sequence[str]], Mapping[str, str]] = lambda digests: {}
        owed.deliverers[KIND] = self.deliver

    def arrived(self, study_uid: str) -> None:
        """Note that an instance of a study was filed."""
        quiet = float(self.settings["ian.quiet_seconds"])
        if not quiet:
            return
        with self._lock:
            is_first = study_uid not in self._last
            self._last[study_uid] = real_seconds()
        if is_first:
            self._enter(study_uid, {"after": "quiet"}, quiet)

    def step_changed(self, pps_uid: str, step: Dataset) -> None:
        """Note how a procedure step stands; only a completed one matters here."""
        if step.get("PerformedProcedureStepStatus") != "COMPLETED":
            return
        instances = [
            str(item.get("ReferencedSOPInstanceUID"))
            for series in step.get("PerformedSeriesSequence") or []
            for item in series.get("ReferencedImageSequence") or []
        ]
        scheduled = step.get("ScheduledStepAttributesSequence") or []
        for study_uid in dict.fromkeys(str(item.get("StudyInstanceUID")) for item in scheduled):
            self.completed(study_uid, pps_uid, instances)

    def completed(self, study_uid: str, pps_uid: str, instances: Sequence[str] = ()) -> None:
        """Note that a procedure step was completed; `instances` are those it produced."""
        self._enter(study_uid, {"pps": pps_uid, "instances": list(instances)}, 0)

    def forget(self) -> None:
        """Forget what was arriving, as after a reset."""
        with self._lock:
            self._last.clear()

    def _enter(self, study_uid: str, facts: dict[str, Any], wait: float) -> None:
        for node in self.calling.nodes.all():
            if node.ian:
                self.owed.add(KIND, node.ae, study_uid, facts, wait)

    # --- telling --------------------------------------------------------------------------------

    def deliver(self, report: Report) -> None:
        """Send a notice; raises a NetworkError, or NotNow while instances still arrive."""
        if report.facts.get("after") == "quiet":
            self._await_quiet(report.subject)
        places = self.index.locate([studies.c.study_uid == report.subject])
        away = self.of_files([place.digest for place in places if not place.volume])
        _check_complete(report, places)
        if not places:  # deleted since: there is nothing to tell
            return
        node = self.calling.node(report.ae)
        caller = self.calling.caller(node, dimse_timeout=10)
        scu.notify_availability(node.peer, notice(report, places, caller.ae, away), caller)
        self.journal.write(
            "availability.notified",
            f"{report.ae} was told that study {report.subject} is available: "
            f"{len(places)} instances",
            node=report.ae,
            study=report.subject,
            instances=len(places),
        )

    def _await_quiet(self, study_uid: str) -> None:
        quiet = float(self.settings["ian.quiet_seconds"])
        with self._lock:
            left = self._last.get(study_uid, 0.0) + quiet - real_seconds()
            if left > 0:
                raise NotNow("instances of the study still arrive", left)
            self._last.pop(study_uid, None)  # what comes now is for the next notice


def _check_complete(report: Report, places: Sequence[Location]) -> None:
    missing = set(report.facts.get("instances", ())) - {place.sop_uid for place in places}
    if missing:
        total = len(report.facts["instances"])
        raise LocalError(
            f"{len(missing)} of {total} instances of the procedure step have not come.",
            "Look whether the device still has them.",
        )


def notice(
    report: Report, places: Sequence[Location], retrieve_ae: str, away: Mapping[str, str]
) -> Dataset:
    """Return the data set of a notification (PS3.4 Table R.3.2-1).

    `away` says how what is not online can be had, by digest.
    """
    ds = Dataset()
    ds.StudyInstanceUID = report.subject
    ds.ReferencedPerformedProcedureStepSequence = _steps(report.facts.get("pps", ""))
    series: dict[str, Dataset] = {}
    for place in places:
        if place.series_uid not in series:
            item = series[place.series_uid] = Dataset()
            item.SeriesInstanceUID, item.ReferencedSOPSequence = place.series_uid, []
        series[place.series_uid].ReferencedSOPSequence.append(
            _available(place, retrieve_ae, away.get(place.digest, "ONLINE"))
        )
    ds.ReferencedSeriesSequence = list(series.values())
    return ds


def _steps(pps_uid: str) -> list[Dataset]:
    if not pps_uid:
        return []
    item = Dataset()
    item.ReferencedSOPClassUID = ModalityPerformedProcedureStep
    item.ReferencedSOPInstanceUID, item.PerformedWorkitemCodeSequence = pps_uid, []
    return [item]


def _available(place: Location, retrieve_ae: str, how_soon: str) -> Dataset:
    item = Dataset()
    item.ReferencedSOPClassUID, item.ReferencedSOPInstanceUID = place.sop_class, place.sop_uid
    item.InstanceAvailability, item.RetrieveAETitle = how_soon, retrieve_ae
    return item
