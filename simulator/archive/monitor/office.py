"""The monitor: one registry of metrics, the alarms, the morning check and the trace."""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING

from prometheus_client import (
    CollectorRegistry,
    disable_created_metrics,
    generate_latest,
)
from prometheus_client.core import GaugeMetricFamily, Metric

from simulator.archive.monitor.alarms import GREEN, RED, Alarms
from simulator.archive.monitor.facts import Facts
from simulator.archive.monitor.morning import Morning
from simulator.archive.monitor.tally import Tally
from simulator.archive.monitor.trace import Trace
from simulator.archive.monitor.watch import Watch

if TYPE_CHECKING:
    from simulator.archive.archive import Archive

disable_created_metrics()  # type: ignore[no-untyped-call]  # the moment a series began is no news
CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
_TICK_SECONDS = 10.0
_LEVELS = {GREEN: 0, "amber": 1, RED: 2}


class Monitor:
    """Everything that watches the archive."""

    def __init__(self, archive: Archive) -> None:
        """Watch `archive`; each archive has a registry of its own."""
        self.archive = archive
        self.registry = CollectorRegistry(auto_describe=False)
        logs = archive.folder.parent / "logs"
        self.trace = Trace(logs / "archive-trace.log", archive.settings)
        self.watch = Watch(self.registry, self.trace)
        self.tally = Tally(self.registry)
        self.facts = Facts(archive)
        self.alarms = Alarms(archive, self)
        self.morning = Morning(archive, self)
        self.registry.register(self)
        follower = archive.audit.follower
        self.tally.contacts, self.tally.senders = follower.contacts, follower.senders
        follower.on_entry.append(self.tally.count)
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._run, name="monitor", daemon=True)

    def start(self) -> None:
        """Begin to look after the alarms."""
        self._thread.start()

    def stop(self) -> None:
        """Stop looking."""
        self._stopped.set()
        if self._thread.is_alive():
            self._thread.join(5)
        self.trace.close()

    def text(self) -> bytes:
        """Return all metrics in Prometheus's text format, up to this moment."""
        self.archive.audit.now()
        return generate_latest(self.registry)

    def _run(self) -> None:
        while not self._stopped.wait(_TICK_SECONDS):
            try:
                self.alarms.watch()
            except Exception as error:  # a bug of ours must be seen, and the next look may do
                logging.getLogger("monitor").exception("the alarms could not be looked at")
                self.archive.journal.write("bug", f"monitor: {type(error).__name__}: {error}")
                self._stopped.wait(60)

    def collect(self) -> Iterator[Metric]:
        """Yield what is measured at the moment of asking."""
        archive, facts = self.archive, self.facts
        ae = str(archive.settings["dicom.ae_title"])
        yield _gauge("pacslab_info", "The archive.", {(("ae", ae), ("version", _version())): 1})
        trouble = facts.readiness()
        yield _gauge("pacslab_up_parts", "Parts that answering needs: 1 is ready.", {
            (("part", part),): 0 if part in trouble else 1
            for part in ("index", "files", "listener", "queue")})  # fmt: skip
        yield _gauge("pacslab_associations_open", "Open associations.", len(archive.server.live))
        for level, count in archive.index.counts().items():
            yield _gauge(f"pacslab_{level}", f"Stored {level}.", count)
        yield _gauge("pacslab_stored_bytes", "Bytes of all instances.", facts.stored_bytes())
        storage = facts.storage()
        yield _gauge("pacslab_storage_used_percent", "Share of storage used.", storage.percent)
        yield _gauge("pacslab_storage_bytes", "Size of the storage.", storage.total)
        yield from self._queues()
        yield from self._nodes()
        yield _gauge("pacslab_unmatched_studies", "Studies without an order.", facts.unmatched())
        yield _gauge("pacslab_accounts", "Accounts, by state.", {
            (("state", state),): count for state, count in facts.accounts().items()})  # fmt: skip
        yield _gauge("pacslab_audit_records", "Audit records.", archive.audit.trail.count())
        waiting = archive.audit.syslog.waiting()
        yield _gauge("pacslab_audit_unsent", "Audit records not sent yet.", waiting)
        yield _gauge("pacslab_alarm", "Alarms: 0 green, 1 amber, 2 red.", {
            (("alarm", x.name),): _LEVELS[x.level] for x in self.alarms.all()})  # fmt: skip

    def _queues(self) -> Iterator[Metric]:
        queues = self.facts.queues() or {"commitment": (0, 0.0)}
        yield _gauge("pacslab_queue_depth", "Reports that wait, by kind.", {
            (("queue", kind),): count for kind, (count, _) in queues.items()})  # fmt: skip
        yield _gauge("pacslab_queue_oldest_minutes", "Age of the oldest, hospital time.", {
            (("queue", kind),): age for kind, (_, age) in queues.items()})  # fmt: skip

    def _nodes(self) -> Iterator[Metric]:
        yield _gauge("pacslab_certificate_days_left", "Days left, by holder.", {
            (("holder", name),): days
            for name, days in self.facts.certificates().items()})  # fmt: skip
        yield _gauge("pacslab_node_silent_hours", "Hours since a node called, hospital time.", {
            (("node", ae),): hours
            for ae, hours in self.facts.contacts().items() if hours is not None})  # fmt: skip


def _version() -> str:
    try:
        return version("pacslab")
    except PackageNotFoundError:  # run from a checkout that was not installed
        return "unknown"


Labels = tuple[tuple[str, str], ...]


def _gauge(name: str, what: str, values: float | dict[Labels, float]) -> Metric:
    if not isinstance(values, dict):
        return GaugeMetricFamily(name, what, value=values)
    names = [key for key, _ in next(iter(values), ())]
    made = GaugeMetricFamily(name, what, labels=names)
    for labels, value in values.items():
        made.add_metric([text for _, text in labels], value)
    return made
