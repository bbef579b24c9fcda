"""The archive's process when the archive is not ours: what it starts, and the API before it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from simulator.backends.baseline import Baseline
from simulator.backends.capabilities import Capabilities
from simulator.backends.catalogue import Catalogue
from simulator.backends.desk import Access, Desk
from simulator.backends.external import ExternalDesk
from simulator.backends.known import Known
from simulator.backends.orthanc import FOLDER, Orthanc
from simulator.backends.orthanc_desk import OrthancDesk
from simulator.journal import Journal
from simulator.network.associate import Caller, Peer
from simulator.ports import HOST, Plan
from simulator.web import WebServer, build_app

_CALLER = Caller(ae="NOTEBOOK", connect_timeout=3)


@dataclass(frozen=True, kw_only=True)
class Front:
    """What both kinds of foreign archive need: where things are, what it can, who may come."""

    folder: Path  # the seat's
    plan: Plan
    peer: Peer
    capable: Capabilities
    access: Access
    journal: Journal


def run_orthanc(
    front: Front, nodes: Sequence[Known], password: tuple[str, str], wait: Callable[[], None]
) -> None:
    """Run Orthanc, and its API, until `wait` comes back."""
    place = front.folder / FOLDER
    orthanc = Orthanc(place, front.plan, password)
    orthanc.start(nodes)
    try:
        desk = OrthancDesk(
            front.peer, front.capable, Catalogue(front.peer, _CALLER), front.access, front.journal,
            rest=orthanc.rest, nodes=orthanc.nodes,
            baseline=Baseline(place / "baseline", orthanc.rest, orthanc.nodes),
        )  # fmt: skip
        front.journal.write("archive.started", f"Orthanc listens at {HOST}:{front.plan.archive}")
        _serve(desk, front.plan, wait)
    finally:
        orthanc.stop()
        front.journal.write("archive.stopped", "Orthanc was stopped")


def run_external(front: Front, wait: Callable[[], None]) -> None:
    """Run no archive, only the API in front of the peer, until `wait` comes back."""
    place = front.folder / "archive-external"
    place.mkdir(parents=True, exist_ok=True)
    desk = ExternalDesk(
        front.peer, front.capable, Catalogue(front.peer, _CALLER), front.access, front.journal,
        folder=place,
    )  # fmt: skip
    front.journal.write("archive.external", f"the archive is {front.peer}; nothing was started")
    _serve(desk, front.plan, wait)


def _serve(desk: Desk, plan: Plan, wait: Callable[[], None]) -> None:
    title = f"PACS Lab archive ({desk.capable.kind})"
    app = build_app(title, desk.routes(), desk.access.authenticate)
    web = WebServer(app, HOST, plan.archive_web, "archive").start()
    try:
        wait()
    finally:
        web.stop()
