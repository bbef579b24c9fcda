"""An archive with its web server, and dicomweb-client as the one who judges it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path
from typing import Any

import httpx
from dicomweb_client import DICOMwebClient
from dicomweb_client.session_utils import create_session_from_user_pass
from pydicom import dcmread
from pydicom.data import get_testdata_file
from pydicom.dataset import Dataset
from pydicom.uid import ExplicitVRLittleEndian

from simulator.archive.admin import Admin
from simulator.archive.dicomweb.app import PATH, DicomWeb, described
from simulator.journal import Entry
from simulator.viewer_pass import Passes
from simulator.web import WebServer, build_app
from tests.archive.support import ADMIN, Lab
from tests.archive.support import lab as run_lab

BOUNDARY = "f00d"
PASSES = Passes("the instructor's token")
INSTANCE = "/studies/1.2.3.1/series/1.2.3.1.1/instances/1.2.3.1.1.1"  # of the shelf
DICOM = 'multipart/related; type="application/dicom"'


class WebLab:
    """An archive, its web server, and clients of it."""

    def __init__(self, lab: Lab, server: WebServer) -> None:
        """Talk to `server`."""
        self.lab, self.archive = lab, lab.archive
        self.root = f"http://127.0.0.1:{server.port}"
        self.url = self.root + PATH
        self.http = httpx.Client(base_url=self.url, auth=ADMIN, trust_env=False, timeout=30)

    def client(self, user: str = ADMIN[0], password: str = ADMIN[1]) -> DICOMwebClient:
        """Return dicomweb-client, logged in with HTTP Basic."""
        session = create_session_from_user_pass(user, password)
        session.trust_env = False
        return DICOMwebClient(self.url, session=session)

    def get(self, path: str, accept: str = "*/*", **query: Any) -> httpx.Response:
        """GET a resource as the administrator."""
        return self.http.get(path, headers={"Accept": accept}, params=query or None)

    def stow(self, *bodies: bytes, path: str = "/studies", **headers: str) -> httpx.Response:
        """POST Part 10 files."""
        sent = {"Content-Type": f"{DICOM}; boundary={BOUNDARY}", **headers}
        return self.http.post(path, content=multipart(*bodies), headers=sent)

    def add_user(self, name: str, role: str) -> tuple[str, str]:
        """Open an account and return its credentials."""
        password = f"a long password of {name}"
        self.archive.users.add({"name": name, "role": role}, password, "test")
        return name, password

    def told(self, action: str) -> list[Entry]:
        """Return what the journal has of one kind of call."""
        return self.lab.told(f"dicomweb.{action}")


@contextmanager
def web_lab(folder: Path) -> Iterator[WebLab]:
    """Run an archive and its web server for the length of a block."""
    with run_lab(folder) as lab:
        admin = Admin(lab.archive, lab.reader, "the instructor's token")
        app = build_app("test", admin.routes(), admin.authenticate, described())
        app.mount(PATH, DicomWeb(lab.archive, admin.authenticate, PASSES).app())
        server = WebServer(app, "127.0.0.1", 0, "archive").start()
        made = WebLab(lab, server)
        try:
            yield made
        finally:
            made.http.close()
            server.stop()


def multipart(*bodies: bytes, boundary: str = BOUNDARY) -> bytes:
    """Return a multipart/related body of Part 10 files."""
    parts = [
        f"--{boundary}\r\nContent-Type: application/dicom\r\n\r\n".encode() + body + b"\r\n"
        for body in bodies
    ]
    return b"".join(parts) + f"--{boundary}--\r\n".encode()


def part10(ds: Dataset, syntax: str = ExplicitVRLittleEndian) -> bytes:
    """Return a data set as a Part 10 file."""
    ds.ensure_file_meta()
    ds.file_meta.TransferSyntaxUID = syntax
    buffer = BytesIO()
    ds.save_as(buffer, enforce_file_format=True)
    return buffer.getvalue()


def sample(name: str) -> bytes:
    """Return one of pydicom's own files."""
    path = get_testdata_file(name)
    assert isinstance(path, str)
    return Path(path).read_bytes()


def read(data: bytes) -> Dataset:
    """Read a Part 10 file."""
    return dcmread(BytesIO(data))


def place(ds: Dataset) -> str:
    """Return the path of an instance."""
    study, series = ds.StudyInstanceUID, ds.SeriesInstanceUID
    return f"/studies/{study}/series/{series}/instances/{ds.SOPInstanceUID}"


def uids(ds: Dataset) -> tuple[str, str, str]:
    """Return the three UIDs that name an instance."""
    return ds.StudyInstanceUID, ds.SeriesInstanceUID, ds.SOPInstanceUID


def parts(response: httpx.Response) -> list[tuple[str, bytes]]:
    """Return media type and body of each part of an answer."""
    boundary = response.headers["content-type"].partition("boundary=")[2].strip('"')
    found = []
    for piece in response.content.split(f"--{boundary}".encode())[1:-1]:
        header, _, body = piece.strip(b"\r\n").partition(b"\r\n\r\n")
        assert piece.endswith(b"\r\n")
        kind = next(
            line for line in header.splitlines() if line.lower().startswith(b"content-type")
        )
        body = piece.partition(b"\r\n\r\n")[2][:-2]
        found.append((kind.split(b":", 1)[1].strip().decode(), body))
    return found


def reasons(response: httpx.Response) -> list[int]:
    """Return the failure reasons of a STOW-RS answer."""
    answer = json.loads(response.content)
    items = [i for tag in ("00081198", "0008119A") for i in answer.get(tag, {}).get("Value", [])]
    return [item["00081197"]["Value"][0] for item in items]
