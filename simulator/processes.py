"""The two mains, archive and hospital: they wire the rooms together and run until told to stop.

Started by `Seat`, as `python -m simulator.processes archive|hospital SEAT`.
"""

from __future__ import annotations

import gc
import logging
import os
import signal
import sys
import threading
from logging.handlers import RotatingFileHandler
from pathlib import Path
from typing import TYPE_CHECKING

from simulator.backends.place import archive_of
from simulator.clock import Clock
from simulator.errors import CannotError, PacsLabError
from simulator.files import write_json
from simulator.journal import Journal, JournalReader
from simulator.ports import HOST
from simulator.seat import Seat
from simulator.seat_facts import capable_of
from simulator.viewer_pass import Passes

if TYPE_CHECKING:
    from simulator.archive.archive import Archive
    from simulator.backends.running import Front
    from simulator.web import WebServer


def main(arguments: list[str]) -> int:
    """Run one service of a seat; returns an exit status."""
    service, folder = arguments
    gc.disable()  # what is imported stays: looking through it again and again takes a fifth longer
    seat = Seat(folder)
    _log_to(seat.folder / "logs" / f"{service}.log")
    lock = seat.lock(service)
    try:
        if not lock.take():
            raise CannotError(f"The {service} of {seat.folder} runs already.")
        (seat.folder / "run" / f"{service}.pid").write_text(str(os.getpid()), "ascii")
        {"archive": run_archive, "hospital": run_hospital}[service](seat)
    except PacsLabError as error:
        said = {"error": error.sentence, "remedy": error.remedy}
        write_json(seat.folder / "run" / f"{service}.error", said)
        logging.getLogger(service).error("%s", error)
        return error.exit_code
    finally:
        lock.free()
    return 0


def run_archive(seat: Seat) -> None:
    """Run the archive, or what stands in its place, until told to stop."""
    run = {"embedded": run_embedded, "orthanc": run_orthanc, "external": run_external}
    run[seat.config.backend.kind](seat)


def run_orthanc(seat: Seat) -> None:
    """Run a real Orthanc as the archive."""
    from simulator.backends import running
    from simulator.backends.known import Known
    from simulator.furnishing import known_nodes

    front = _front(seat)
    nodes = [Known.of(node.facts()) for node in known_nodes(front.plan)]
    admin = seat.secrets["admin"]
    running.run_orthanc(front, nodes, (admin["user"], admin["password"]), _wait_for_signal)


def run_external(seat: Seat) -> None:
    """Run no archive, only what asks the external one."""
    from simulator.backends import running

    running.run_external(_front(seat), _wait_for_signal)


def _front(seat: Seat) -> Front:
    from simulator.backends.desk import Access
    from simulator.backends.running import Front

    plan, admin = seat.plan, seat.secrets["admin"]
    assert plan is not None
    return Front(
        folder=seat.folder,
        plan=plan,
        peer=archive_of(seat.config.backend, plan),
        capable=capable_of(seat.config),
        access=Access((admin["user"], admin["password"]), seat.secrets["instructor"]["token"]),
        journal=Journal(seat.folder / "journal", "archive", Clock(seat.folder / "clock.json")),
    )


def run_embedded(seat: Seat) -> None:
    """Run our own archive until told to stop: DICOM first, the rest may take a moment longer."""
    from simulator.archive.archive import Address, Archive

    plan = seat.plan
    assert plan is not None
    clock = Clock(seat.folder / "clock.json")
    journal = Journal(seat.folder / "journal", "archive", clock)
    address = Address(host=HOST, port=plan.archive, tls_port=plan.archive_tls)
    hl7 = Address(host=HOST, port=plan.hl7_archive)
    database = seat.config.archive.database
    archive = Archive(seat.folder / "archive", address, clock, journal, hl7, database)
    if archive.database.is_new:
        _provision(seat, archive)
    archive.start()
    web = _archive_web(seat, archive, plan.archive_web)
    journal.write("archive.started", f"the archive listens at {HOST}:{plan.archive}")
    _wait_for_signal()
    archive.stop()
    web.stop()
    journal.write("archive.stopped", "the archive was stopped")


def _archive_web(seat: Seat, archive: Archive, port: int) -> WebServer:
    """Serve the archive's API, DICOMweb and the viewer's files."""
    from simulator import viewer, viewer_app, viewer_files
    from simulator.archive.admin import Admin
    from simulator.archive.dicomweb.app import PATH, DicomWeb, described
    from simulator.web import WebServer, build_app

    token = seat.secrets["instructor"]["token"]
    admin = Admin(archive, JournalReader(seat.folder / "journal"), token)
    app = build_app("PACS Lab archive", admin.routes(), admin.authenticate, described())
    app.mount(PATH, DicomWeb(archive, admin.authenticate, Passes(token)).app())
    app.mount(viewer_files.PATH, viewer_app.app(lambda: viewer.folder_of(seat.folder)))
    return WebServer(app, HOST, port, "archive").start()


def _provision(seat: Seat, archive: Archive) -> None:
    """Furnish a new archive with what a hospital has from the start."""
    from simulator.furnishing import known_nodes
    from simulator.people import staff_accounts

    assert seat.plan is not None
    admin = seat.secrets["admin"]
    archive.provision(
        known_nodes(seat.plan), staff_accounts(seat.config.seed), (admin["user"], admin["password"])
    )


def run_hospital(seat: Seat) -> None:
    """Run RIS and fleet until told to stop."""
    from simulator.faults.routes import routes as fault_routes
    from simulator.hospital_process import Hospital
    from simulator.web import WebServer, build_app

    plan = seat.plan
    assert plan is not None
    archive = archive_of(seat.config.backend, plan)
    hospital = Hospital(seat, plan, archive, capable_of(seat.config))
    app = build_app(
        "PACS Lab hospital",
        [*hospital.routes(), *fault_routes(str(seat.folder))],
        hospital.authenticate,
    )
    web = WebServer(app, HOST, plan.hospital_web, "hospital").start()
    hospital.start()
    _wait_for_signal(hospital.beat)
    hospital.stop()
    web.stop()


def _wait_for_signal(every: object = None) -> None:
    """Wait for SIGTERM or Ctrl-C, calling `every` each few seconds."""
    gc.freeze()
    gc.enable()
    stopped = threading.Event()
    for name in ("SIGTERM", "SIGINT", "SIGBREAK"):
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), lambda number, frame: stopped.set())
    while not stopped.wait(2.0):
        if callable(every):
            every()


def _log_to(path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    handler = RotatingFileHandler(path, maxBytes=5_000_000, backupCount=3, encoding="utf-8")
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)-7s %(name)s %(message)s"))
    logging.basicConfig(level=logging.INFO, handlers=[handler])
    for noisy in ("pynetdicom", "pydicom", "faker", "httpx", "uvicorn.error"):
        logging.getLogger(noisy).setLevel(logging.WARNING)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
