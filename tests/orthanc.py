"""A real Orthanc for a test: its own ports, its own folder, killed at the end."""

from __future__ import annotations

import json
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from tests.net import free_port
from tests.peers import background, peer

_START = 45.0  # seconds; Orthanc answers after about one, on a loaded machine later

_ATTEMPTS = 3


@dataclass(frozen=True, kw_only=True)
class Orthanc:
    """A running Orthanc."""

    ae: str
    port: int  # DICOM
    http: int  # REST
    folder: Path
    process: subprocess.Popen[bytes]

    @property
    def url(self) -> str:
        """Where its REST API is."""
        return f"http://127.0.0.1:{self.http}"

    @property
    def dicomweb(self) -> str:
        """Where its DICOMweb is, if the plug-in was asked for."""
        return f"{self.url}/dicom-web"

    def call(self, method: str, path: str, body: Any = None) -> Any:
        """Call the REST API and return its JSON; an error status is raised."""
        content = body if isinstance(body, bytes) else None
        given = None if body is None or content is not None else body
        with httpx.Client(base_url=self.url, timeout=20, trust_env=False) as client:
            answer = client.request(method, path, content=content, json=given)
        answer.raise_for_status()
        return answer.json() if answer.content else None

    def instances(self) -> list[str]:
        """Return the SOP Instance UIDs it holds, in order."""
        found = self.call("GET", "/instances?expand")
        return sorted(item["MainDicomTags"]["SOPInstanceUID"] for item in found)

    def upload(self, data: bytes) -> str:
        """Put one file in through REST and return Orthanc's own id of it."""
        return str(self.call("POST", "/instances", data)["ID"])

    def register(self, ae: str, port: int, host: str = "127.0.0.1") -> None:
        """Make a node known to it, under its AE title."""
        self.call("PUT", f"/modalities/{ae}", {"AET": ae, "Host": host, "Port": port})

    def echo(self, ae: str) -> None:
        """Let it send a C-ECHO to a node it knows."""
        self.call("POST", f"/modalities/{ae}/echo", {"Timeout": 5})

    def store_to(self, ae: str, resources: list[str] | None = None) -> dict[str, Any]:
        """Let it send these resources (all, if none are named) to a node it knows."""
        chosen = self.call("GET", "/instances") if resources is None else resources
        job = {"Resources": chosen, "Synchronous": True, "Timeout": 20}
        answer: dict[str, Any] = self.call("POST", f"/modalities/{ae}/store", job)
        return answer


@contextmanager
def orthanc(
    folder: Path,
    modalities: dict[str, tuple[str, int]] | None = None,
    *,
    dicomweb: bool = False,
    **settings: Any,
) -> Iterator[Orthanc]:
    """Run an Orthanc in `folder`; `modalities` are AE title: (host, port) of nodes it knows.

    `settings` go into its configuration as they are.
    """
    program = peer("Orthanc")
    plugins = [str(peer("libOrthancDicomWeb.so"))] if dicomweb else []
    port, http = free_port(), free_port()
    folder.mkdir(parents=True, exist_ok=True)
    configuration = {
        "Name": "Orthanc",
        "StorageDirectory": str(folder / "storage"),
        "IndexDirectory": str(folder / "storage"),
        "Plugins": plugins,
        "HttpPort": http,
        "RemoteAccessAllowed": False,
        "AuthenticationEnabled": False,
        "DicomAet": "ORTHANC",
        "DicomPort": port,
        "DicomCheckCalledAet": True,
        "DicomAlwaysAllowStore": True,
        "DicomModalities": {
            ae: {"AET": ae, "Host": host, "Port": number}
            for ae, (host, number) in (modalities or {}).items()
        },
        "DicomWeb": {"Enable": dicomweb, "Root": "/dicom-web/"},
        "StableAge": 1,
        "SaveJobs": False,
        **settings,
    }
    with _running(program, folder, configuration) as made:
        yield made


@contextmanager
def _running(program: Path, folder: Path, configuration: dict[str, Any]) -> Iterator[Orthanc]:
    """Start it; a port that somebody took meanwhile is replaced by another one."""
    path, log = folder / "orthanc.json", folder / "orthanc.log"
    for attempt in range(_ATTEMPTS):
        path.write_text(json.dumps(configuration, indent=1))
        port, http = configuration["DicomPort"], configuration["HttpPort"]
        # Killed at once: asked kindly it takes five seconds, and its folder is thrown away anyway.
        with background(program, path, log=log, cwd=folder, grace=0) as process:
            made = Orthanc(ae="ORTHANC", port=port, http=http, folder=folder, process=process)
            try:
                _wait(made, log)
            except RuntimeError as error:
                if attempt + 1 == _ATTEMPTS or "already in use" not in str(error):
                    raise
                configuration |= {"DicomPort": free_port(), "HttpPort": free_port()}
                continue
            yield made
            return


def _wait(made: Orthanc, log: Path) -> None:
    deadline = time.monotonic() + _START
    while time.monotonic() < deadline and made.process.poll() is None:
        try:
            made.call("GET", "/system")
            return
        except httpx.HTTPError:
            time.sleep(0.05)
    raise RuntimeError(f"Orthanc does not answer:\n{log.read_text(errors='replace')[-2000:]}")
