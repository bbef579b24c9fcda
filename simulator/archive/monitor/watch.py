"""Stands around every DIMSE handler: how long it took, how it ended, and a trace where wanted."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from typing import Any

from prometheus_client import CollectorRegistry, Histogram

from simulator.archive.monitor.trace import Trace
from simulator.network import dimse
from simulator.network.dimse import Answer, DimseError, Handler, Handlers, Reply, Request

_BUCKETS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10, 60)  # seconds


class Watch:
    """Counts and times messages; the trace writes down those of chosen nodes."""

    def __init__(self, registry: CollectorRegistry, trace: Trace) -> None:
        """Count in `registry`; write to `trace` what it wants."""
        self.trace = trace
        self.seconds = Histogram(
            "pacslab_dimse_seconds",
            "Time from a DIMSE request to its last response, in seconds.",
            ("message", "outcome"),
            buckets=_BUCKETS,
            registry=registry,
        )
        self._children: dict[tuple[str, str], Any] = {}

    def over(self, handlers: Handlers) -> Handlers:
        """Return handlers that do the same, watched."""
        return {field: self._watched(handler) for field, handler in handlers.items()}

    def _watched(self, handler: Handler) -> Handler:
        def watched(request: Request) -> Answer:
            begun = time.perf_counter()
            traced = self.trace.wants(request.calling)
            if traced:
                self.trace.request(request)
            try:
                answer = handler(request)
            except DimseError as error:
                self._ended(request, begun, error.status, traced, error.comment)
                raise
            if isinstance(answer, (int, Reply)):
                status = answer if isinstance(answer, int) else answer.status
                self._ended(request, begun, status, traced)
                return answer
            return self._replies(request, answer, begun, traced)

        return watched

    def _replies(
        self, request: Request, replies: Iterable[Reply], begun: float, traced: bool
    ) -> Iterator[Reply]:
        status = dimse.PROCESSING_FAILURE
        comment = ""
        try:
            for reply in replies:
                status = reply.status
                if traced:
                    self.trace.reply(request, reply)
                yield reply
        except DimseError as error:
            status, comment = error.status, error.comment
            raise
        finally:
            self._ended(request, begun, status, traced, comment)

    def _ended(
        self, request: Request, begun: float, status: int, traced: bool, comment: str = ""
    ) -> None:
        key = (request.name, outcome(status))
        child = self._children.get(key)
        if child is None:
            child = self._children[key] = self.seconds.labels(*key)
        child.observe(time.perf_counter() - begun)
        if traced:
            self.trace.ended(request, status, comment)

    def counts(self) -> dict[tuple[str, str], float]:
        """Return how many messages ended how, since the start."""
        return {
            (sample.labels["message"], sample.labels["outcome"]): sample.value
            for metric in self.seconds.collect()
            for sample in metric.samples
            if sample.name.endswith("_count")
        }


def outcome(status: int) -> str:
    """Return how a status reads: success, warning, cancelled or failure (PS3.7 Annex C)."""
    if status in (dimse.SUCCESS, dimse.PENDING, dimse.PENDING_OPTIONAL_KEYS):
        return "success"
    if status == dimse.CANCELLED:
        return "cancelled"
    return "failure" if dimse.is_failure(status) else "warning"
