"""A real Orthanc as the archive of a seat: its configuration, written by us, and its process."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from simulator import system
from simulator.backends import keeper
from simulator.backends.known import Known
from simulator.backends.node_table import NodeTable
from simulator.backends.orthanc_rest import Rest
from simulator.backends.place import AE_TITLE
from simulator.errors import CannotError
from simulator.files import write_json
from simulator.ports import HOST, Plan

FOLDER = "archive-orthanc"  # inside the seat
_PLACES = ("/usr/sbin", "/usr/local/sbin", "/opt/orthanc/bin", "C:/Program Files/Orthanc Server")
_PLUGINS = ("/usr/share/orthanc/plugins", "/usr/local/share/orthanc/plugins",
            "/opt/orthanc/plugins", "C:/Program Files/Orthanc Server/Plugins")  # fmt: skip
_START = 45.0  # seconds; it answers after about one, on a loaded machine later
_STOP = 9.0  # seconds; asked kindly it takes about five
_FREE = 10.0  # seconds for the ports of one that was killed
OPEN_PORT = (
    "Orthanc's DICOM port is open on every network address of this machine; it admits only the "
    "seat's own nodes, each from its own loopback address."
)


def program() -> Path:
    """Return Orthanc's program; raises CannotError if it is not installed."""
    places = os.pathsep.join([os.environ.get("PATH", os.defpath), *_PLACES])
    found = shutil.which("Orthanc", path=places)
    if found is None:
        raise CannotError(
            "Orthanc is not installed here.",
            "Install it (Debian: 'apt install orthanc orthanc-dicomweb'), or use another backend.",
        )
    return Path(found)


def dicomweb_plugin() -> Path | None:
    """Return the DICOMweb plug-in, None where it is not installed."""
    for place in map(Path, _PLUGINS):
        found = sorted([*place.glob("libOrthancDicomWeb.*"), *place.glob("OrthancDicomWeb*.dll")])
        if found:
            return found[0]
    return None


def configuration(folder: Path, plan: Plan, password: tuple[str, str]) -> dict[str, Any]:
    """Return Orthanc's configuration for a seat; every choice that is not its default has a why."""
    plugin = dicomweb_plugin()
    return {
        "Name": "PACS Lab (training only)",
        "StorageDirectory": str(folder / "storage"),
        "IndexDirectory": str(folder / "index"),
        "Plugins": [str(plugin)] if plugin else [],
        "DicomWeb": {"Enable": plugin is not None, "Root": "/dicom-web/"},
        "HttpPort": plan.orthanc_web,
        "RemoteAccessAllowed": False,  # it answers this machine only
        "AuthenticationEnabled": True,
        "RegisteredUsers": {password[0]: password[1]},
        "DicomAet": AE_TITLE,
        "DicomPort": plan.archive,
        "DicomTlsEnabled": False,
        # Who may call, under which name, from where: as strict as it can be, for its DICOM port
        # cannot be bound to one address.
        "DicomCheckCalledAet": True,
        "DicomCheckModalityHost": True,
        "DicomAlwaysAllowEcho": False,
        "DicomAlwaysAllowStore": False,
        "DicomAlwaysAllowFind": False,
        "DicomAlwaysAllowGet": False,
        "DicomAlwaysAllowMove": False,
        "DicomModalitiesInDatabase": True,  # the node table can change while it runs, and stays
        "UnknownSopClassAccepted": True,
        "OverwriteInstances": False,  # what was stored first stays
        "StableAge": 5,
        "SaveJobs": False,
        "DefaultEncoding": "Utf8",
    }


class Orthanc:
    """The running program; it ends with us."""

    def __init__(self, folder: Path, plan: Plan, password: tuple[str, str]) -> None:
        """Keep configuration, storage and index in `folder`."""
        self.folder, self.plan, self._password = folder, plan, password
        self.rest = Rest(f"http://{HOST}:{plan.orthanc_web}", password)
        self.nodes = NodeTable(self.rest, folder / "nodes.json")
        self._process: subprocess.Popen[bytes] | None = None

    def start(self, nodes: Sequence[Known]) -> None:
        """Start it and wait until it answers; a new one learns `nodes`."""
        binary, path = program(), self.folder / "orthanc.json"
        is_new = not (self.folder / "index").exists()
        for name in ("storage", "index"):
            (self.folder / name).mkdir(parents=True, exist_ok=True)
        write_json(path, configuration(self.folder, self.plan, self._password), private=True)
        self._await_free()
        with (self.folder / "orthanc.log").open("ab") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-I", str(Path(keeper.__file__)), str(binary), str(path)],
                stdin=subprocess.PIPE, stdout=log, stderr=log, cwd=self.folder,
            )  # fmt: skip
        self._await()
        if is_new:
            for node in nodes:
                self.nodes.put(node)

    def _await_free(self) -> None:
        """Wait for the ports that one which was killed may still hold for a moment."""
        deadline = time.monotonic() + _FREE
        ports = (self.plan.archive, self.plan.orthanc_web)
        while not all(system.is_free(HOST, port) for port in ports):
            if time.monotonic() > deadline:
                raise CannotError(
                    f"Port {ports[0]} or {ports[1]} is taken: Orthanc cannot listen.",
                    "Stop the program that uses it, or start a new seat with '--ports auto'.",
                )
            time.sleep(0.1)

    def _await(self) -> None:
        deadline = time.monotonic() + _START
        while self.is_running and time.monotonic() < deadline:
            if self.rest.answers():
                return
            time.sleep(0.05)
        self.stop()
        raise CannotError(
            "Orthanc did not start.", f"Its log says why: {self.folder / 'orthanc.log'}."
        )

    @property
    def is_running(self) -> bool:
        """Whether it runs."""
        return self._process is not None and self._process.poll() is None

    def stop(self) -> None:
        """Ask it to end, and end it if it does not."""
        process, self._process = self._process, None
        if process is None or process.stdin is None:
            return
        try:
            process.stdin.write(b"stop\n")
            process.stdin.flush()
            process.wait(_STOP)
        except (OSError, subprocess.TimeoutExpired):
            pass
        process.stdin.close()  # now the keeper kills it
        try:
            process.wait(3)
        except subprocess.TimeoutExpired:
            process.kill()
