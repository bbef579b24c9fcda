"""Entity tags and parts of files: a client asks again and again, and pays once (RFC 9110)."""

from __future__ import annotations

import pytest

from tests.archive.dicomweb.support import DICOM, INSTANCE, WebLab
from tests.archive.support import PIXELS, study

RESOURCES = [
    (INSTANCE, "application/dicom"),
    (INSTANCE, DICOM),
    ("/studies/1.2.3.1", DICOM),
    ("/studies/1.2.3.1/metadata", "application/dicom+json"),
    (f"{INSTANCE}/frames/1", "*/*"),
    (f"{INSTANCE}/bulkdata/7FE00010", "application/octet-stream"),
    (f"{INSTANCE}/rendered", "image/png"),
    (f"{INSTANCE}/thumbnail", "image/jpeg"),
]


@pytest.mark.parametrize(("path", "accept"), RESOURCES)
def test_what_a_client_has_is_not_sent_again(shelf: WebLab, path: str, accept: str) -> None:
    first = shelf.get(path, accept)
    tag = first.headers["etag"]
    assert first.status_code == 200 and "no-cache" in first.headers["cache-control"]
    again = shelf.http.get(path, headers={"Accept": accept, "If-None-Match": f'"x", W/{tag}'})
    assert again.status_code == 304 and again.content == b"" and again.headers["etag"] == tag
    other = shelf.http.get(path, headers={"Accept": accept, "If-None-Match": '"x"'})
    assert other.status_code == 200 and other.headers["etag"] == tag


def test_forms_have_tags_of_their_own(shelf: WebLab) -> None:
    path = f"{INSTANCE}/rendered"
    tags = {
        shelf.get(path, "image/png").headers["etag"],
        shelf.get(path, "image/jpeg").headers["etag"],
        shelf.get(path, "image/png", window="40,400").headers["etag"],
    }
    assert len(tags) == 3


def test_a_changed_study_has_another_tag(web: WebLab) -> None:
    web.lab.store(*study(1, 1))
    before = web.get("/studies/1.2.3.1", DICOM).headers["etag"]
    web.lab.store(*study(1, 2)[1:])
    headers = {"Accept": DICOM, "If-None-Match": before}
    assert web.http.get("/studies/1.2.3.1", headers=headers).status_code == 200


def test_rights_come_before_tags(web: WebLab) -> None:
    web.lab.store(*study(1))
    tag = web.get(INSTANCE, "application/dicom").headers["etag"]
    headers = {"Accept": "application/dicom", "If-None-Match": tag}
    answer = web.http.get(INSTANCE, headers=headers, auth=web.add_user("eve", "auditor"))
    assert answer.status_code == 403


@pytest.mark.parametrize(
    ("asked", "start", "end"),
    [("bytes=0-99", 0, 100), ("bytes=100-", 100, None), ("bytes=-7", -7, None),
     ("bytes=5-5", 5, 6), ("bytes=100-99999999", 100, None)],
)  # fmt: skip
@pytest.mark.parametrize("path", [INSTANCE, f"{INSTANCE}/bulkdata/7FE00010"])
def test_a_part_of_a_file(
    shelf: WebLab, path: str, asked: str, start: int, end: int | None
) -> None:
    accept = "application/octet-stream" if "bulk" in path else "application/dicom"
    whole = shelf.get(path, accept)
    assert whole.headers["accept-ranges"] == "bytes"
    assert int(whole.headers["content-length"]) == len(whole.content)
    part = shelf.http.get(path, headers={"Accept": accept, "Range": asked})
    assert part.status_code == 206 and part.content == whole.content[start:end]
    size = len(whole.content)
    first = start % size
    assert part.headers["content-range"] == f"bytes {first}-{first + len(part.content) - 1}/{size}"


def test_parts_there_are_not(shelf: WebLab) -> None:
    path, accept = f"{INSTANCE}/bulkdata/7FE00010", "application/octet-stream"
    far = shelf.http.get(path, headers={"Accept": accept, "Range": f"bytes={len(PIXELS)}-"})
    assert far.status_code == 416 and "bytes" in far.json()["error"]
    for said in ("bytes=0-1,4-5", "bytes=-", "lines=1-2", "bytes=x-y"):
        answer = shelf.http.get(path, headers={"Accept": accept, "Range": said})
        assert answer.status_code == 200 and answer.content == PIXELS


def test_an_old_part_is_not_joined_to_a_new_one(shelf: WebLab) -> None:
    headers = {"Accept": "application/dicom", "Range": "bytes=0-9", "If-Range": '"old"'}
    assert shelf.http.get(INSTANCE, headers=headers).status_code == 200
    headers["If-Range"] = shelf.get(INSTANCE, "application/dicom").headers["etag"]
    assert shelf.http.get(INSTANCE, headers=headers).status_code == 206


def test_the_head_says_how_long_it_is(shelf: WebLab) -> None:
    headers = {"Accept": "application/dicom"}
    whole = shelf.http.get(INSTANCE, headers=headers)
    head = shelf.http.head(INSTANCE, headers=headers)
    assert head.status_code == 200 and head.content == b""
    assert head.headers["etag"] == whole.headers["etag"]
    assert int(head.headers["content-length"]) == len(whole.content)
