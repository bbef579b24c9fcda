"""The optional viewer: unpacked into a seat, adapted to its place, served to any address."""

from __future__ import annotations

import base64
import hashlib
import io
import subprocess
import tarfile
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest

from simulator import viewer, viewer_app
from simulator.console.view import in_ohif
from simulator.errors import CannotError
from simulator.viewer_files import PATH
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


Peer = Callable[[str], Path]


def package(folder: Path, files: dict[str, str]) -> Path:
    """Return a package file as npm makes them."""
    path = folder / "viewer.tgz"
    with tarfile.open(path, "w:gz") as archive:
        for name, text in files.items():
            member = tarfile.TarInfo(name)
            member.size = len(text)
            archive.addfile(member, io.BytesIO(text.encode()))
    return path


def put_in(seat: Path, file: Path) -> Path:
    """Install a package that is as it was published."""
    digest = hashlib.sha512(file.read_bytes()).digest()
    return viewer.install(seat, file, base64.b64encode(digest).decode())


@pytest.fixture
def site(tmp_path: Path) -> Iterator[str]:
    """A web server with a viewer, or the place for one."""
    app = build_app("test", [], lambda headers: pytest.fail("nobody logs in here"))
    app.mount(PATH, viewer_app.app(lambda: tmp_path / "viewer"))
    server = WebServer(app, "127.0.0.1", 0, "archive").start()
    yield f"http://127.0.0.1:{server.port}{PATH}"
    server.stop()


def test_it_is_unpacked_without_what_is_not_needed(tmp_path: Path) -> None:
    folder = put_in(tmp_path, package(tmp_path, FILES))
    found = {str(path.relative_to(folder).as_posix()) for path in folder.rglob("*.*")}
    assert found == {
        *("index.html", "app.js", "a.css", "app-config.js", "init-service-worker.js"),
        "assets/icon.svg",
    }


def test_nothing_in_it_says_where_it_stands(tmp_path: Path) -> None:
    folder = put_in(tmp_path, package(tmp_path, FILES))
    code = (folder / "app.js").read_text("utf-8")
    assert 'p = "/"' not in code and "self.PUBLIC_URL" in code
    assert "url(font.woff2)" in (folder / "a.css").read_text("utf-8")
    assert "dicom-web" in (folder / "app-config.js").read_text("utf-8")


def test_its_configuration_finds_dicomweb_beside_it(tmp_path: Path, peer: Peer) -> None:
    """As JavaScript, which a browser runs: in the archive, and in a hub's JupyterLab."""
    folder = put_in(tmp_path, package(tmp_path, FILES))
    script = (folder / "app-config.js").read_text("utf-8")
    page = tmp_path / "page.html"
    for above in ("", "/user/a/pacslab"):
        root, web = f"{above}/viewer/", f"{above}/dicom-web"
        page.write_text(
            f"<script>window.PUBLIC_URL={root!r}</script><script>{script}</script><script>"
            "const c = window.config; document.title ="
            "[c.routerBasename, c.dataSources[0].configuration.wadoRoot].join(' ')</script>"
        )
        done = subprocess.run(
            [str(peer("chromium")), "--headless", "--no-sandbox", "--disable-gpu", "--dump-dom",
             f"--user-data-dir={tmp_path / 'profile'}", page.as_uri()],
            capture_output=True, text=True, timeout=50, check=False,
        )  # fmt: skip
        assert f"<title>{root.rstrip('/')} {web}</title>" in done.stdout, done.stderr[-500:]


def test_it_is_put_in_again(tmp_path: Path) -> None:
    file = package(tmp_path, FILES)
    assert put_in(tmp_path, file) == put_in(tmp_path, file)


def test_nothing_is_written_outside(tmp_path: Path) -> None:
    bad = {**FILES, "package/dist/../../../out.txt": "x"}
    with pytest.raises(CannotError, match="cannot be unpacked"):
        put_in(tmp_path / "seat", package(tmp_path, bad))
    assert not list(tmp_path.rglob("out.txt"))


def test_a_file_that_is_no_package_is_refused(tmp_path: Path) -> None:
    (tmp_path / "x.tgz").write_bytes(b"no archive")
    assert viewer.main([str(tmp_path), str(tmp_path / "x.tgz")]) == 3
    assert viewer.main(["a", "b", "c"]) == 2


def test_a_package_that_was_changed_is_refused(tmp_path: Path) -> None:
    with pytest.raises(CannotError, match="digest differs"):
        viewer.install(tmp_path, package(tmp_path, FILES))
    assert not viewer.is_complete(tmp_path / "viewer")


def test_a_seats_own_viewer_comes_before_the_shared_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(viewer, "_SHARED", tmp_path / "shared" / "viewer")
    assert not viewer.is_installed(tmp_path)
    put_in(tmp_path / "shared", package(tmp_path, FILES))
    assert viewer.folder_of(tmp_path) == tmp_path / "shared" / "viewer"
    put_in(tmp_path, tmp_path / "viewer.tgz")
    assert viewer.folder_of(tmp_path) == tmp_path / "viewer"


def test_another_package_is_refused(tmp_path: Path) -> None:
    with pytest.raises(CannotError, match="no package of the viewer"):
        put_in(tmp_path, package(tmp_path, {"package/index.js": ""}))


def test_every_address_of_the_viewer_is_its_page(tmp_path: Path, site: str) -> None:
    put_in(tmp_path, package(tmp_path, FILES))
    for path in ("/", "/viewer?StudyInstanceUIDs=1.2.3", "/local/basic"):
        answer = httpx.get(site + path, trust_env=False)
        assert answer.status_code == 200 and "/viewer/app.js" in answer.text
    assert "webpack" in httpx.get(f"{site}/app.js", trust_env=False).text
    assert (
        httpx.get(f"{site}/app.js", trust_env=False)
        .headers["content-type"]
        .startswith("text/javascript")
    )
    for path in ("%2e%2e/%2e%2e/secrets.json", "missing.js", "..%2fviewer.tgz"):
        assert httpx.get(f"{site}/{path}", trust_env=False).status_code == 404


def test_without_a_viewer_the_way_to_one_is_said(site: str) -> None:
    answer = httpx.get(f"{site}/", trust_env=False)
    assert answer.status_code == 404 and "simulator.viewer" in answer.json()["remedy"]


def test_our_own_viewer_says_how_ohif_comes_and_leads_to_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(viewer, "_SHARED", tmp_path / "nowhere")
    assert "python -m simulator.viewer" in in_ohif(tmp_path, "1.2.3")
    put_in(tmp_path, package(tmp_path, FILES))
    link = in_ohif(tmp_path, "1.2.3' onclick='x")
    assert "pacslab:viewer" in link and "onclick='x" not in link
