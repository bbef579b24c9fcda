"""The optional viewer: unpacked into a seat, adapted to its place, served to any address."""

from __future__ import annotations

import io
import json
import tarfile
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from simulator import viewer
from simulator.errors import CannotError
from simulator.web import WebServer, build_app

PAGE = '<html><script src="/app.js"></script><link href="/a.css"></html>'
FILES = {
    "package/package.json": "{}",
    "package/dist/index.html": PAGE,
    "package/dist/app.js": 'a;__webpack_require__.p = "/";b',
    "package/dist/app.js.map": "left out",
    "package/dist/a.css": "x{src:url(/font.woff2)}",
    "package/dist/app-config.js": "window.config = {};",
    "package/dist/ort/huge.wasm": "left out",
    "package/dist/assets/icon.svg": "<svg/>",
}


def package(folder: Path, files: dict[str, str]) -> Path:
    """Return a package file as npm makes them."""
    path = folder / "viewer.tgz"
    with tarfile.open(path, "w:gz") as archive:
        for name, text in files.items():
            member = tarfile.TarInfo(name)
            member.size = len(text)
            archive.addfile(member, io.BytesIO(text.encode()))
    return path


@pytest.fixture
def site(tmp_path: Path) -> Iterator[str]:
    """A web server with a viewer, or the place for one."""
    app = build_app("test", [], lambda headers: pytest.fail("nobody logs in here"))
    app.mount(viewer.PATH, viewer.app(viewer.folder_of(tmp_path)))
    server = WebServer(app, "127.0.0.1", 0, "archive").start()
    yield f"http://127.0.0.1:{server.port}{viewer.PATH}"
    server.stop()


def test_it_is_unpacked_without_what_is_not_needed(tmp_path: Path) -> None:
    folder = viewer.install(tmp_path, package(tmp_path, FILES))
    found = {str(path.relative_to(folder).as_posix()) for path in folder.rglob("*.*")}
    assert found == {"index.html", "app.js", "a.css", "app-config.js", "assets/icon.svg"}


def test_it_knows_where_it_stands(tmp_path: Path) -> None:
    folder = viewer.install(tmp_path, package(tmp_path, FILES))
    assert 'src="/viewer/app.js"' in (folder / "index.html").read_text("utf-8")
    assert 'p = "/viewer/"' in (folder / "app.js").read_text("utf-8")
    assert "url(/viewer/font.woff2)" in (folder / "a.css").read_text("utf-8")
    text = (folder / "app-config.js").read_text("utf-8")
    config = json.loads(text.partition("=")[2].strip().rstrip(";"))
    assert config["dataSources"][0]["configuration"]["wadoRoot"] == "/dicom-web"


def test_it_is_put_in_again(tmp_path: Path) -> None:
    file = package(tmp_path, FILES)
    assert viewer.install(tmp_path, file) == viewer.install(tmp_path, file)


def test_nothing_is_written_outside(tmp_path: Path) -> None:
    bad = {**FILES, "package/dist/../../../out.txt": "x"}
    with pytest.raises(CannotError, match="cannot be unpacked"):
        viewer.install(tmp_path / "seat", package(tmp_path, bad))
    assert not list(tmp_path.rglob("out.txt"))


def test_a_file_that_is_no_package_is_refused(tmp_path: Path) -> None:
    (tmp_path / "x.tgz").write_bytes(b"no archive")
    assert viewer.main([str(tmp_path), str(tmp_path / "x.tgz")]) == 3
    assert viewer.main([]) == 2


def test_another_package_is_refused(tmp_path: Path) -> None:
    with pytest.raises(CannotError, match="no package of the viewer"):
        viewer.install(tmp_path, package(tmp_path, {"package/index.js": ""}))


def test_every_address_of_the_viewer_is_its_page(tmp_path: Path, site: str) -> None:
    viewer.install(tmp_path, package(tmp_path, FILES))
    for path in ("/", "/viewer?StudyInstanceUIDs=1.2.3", "/local/basic"):
        answer = httpx.get(site + path, trust_env=False)
        assert answer.status_code == 200 and "/viewer/app.js" in answer.text
    assert "webpack" in httpx.get(f"{site}/app.js", trust_env=False).text
    assert "html" in httpx.get(f"{site}/%2e%2e/%2e%2e/secrets.json", trust_env=False).text


def test_without_a_viewer_the_way_to_one_is_said(site: str) -> None:
    answer = httpx.get(f"{site}/", trust_env=False)
    assert answer.status_code == 404 and "simulator.viewer" in answer.json()["remedy"]
