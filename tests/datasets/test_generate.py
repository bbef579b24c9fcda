"""`pacslab generate`: files, a DICOMDIR that DCMTK makes alike, and folders that are not ours."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from pydicom import dcmread, uid

from simulator.cli import run
from tests.datasets.conftest import Built
from tests.peers import peer
from tests.peers import run as run_peer


def generate(*words: str) -> int:
    return run(["generate", *words])


def test_a_modality_is_generated_and_the_same_twice(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("one", "two"):
        assert generate("US", "--studies", "3", "--seed", "4", "--out", str(tmp_path / name)) == 0
    assert re.search(r"3 studies, \d+ objects, [\d.]+ MB in ", capsys.readouterr().out)
    files = [sorted(p for p in (tmp_path / n).rglob("*.dcm")) for n in ("one", "two")]
    assert [p.read_bytes() for p in files[0]] == [p.read_bytes() for p in files[1]]
    assert {dcmread(p).Modality for p in files[0]} == {"US"}


def test_json_says_what_was_made(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert generate("NM1", "--out", str(tmp_path / "nm"), "--json") == 0
    facts = json.loads(capsys.readouterr().out)
    assert (facts["studies"], facts["objects"]) == (1, 1)
    assert facts["bytes"] == sum(p.stat().st_size for p in (tmp_path / "nm").rglob("*.dcm"))


def test_a_folder_of_ours_is_emptied_and_a_foreign_one_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    ours, foreign = tmp_path / "ours", tmp_path / "foreign"
    assert generate("US3", "--studies", "2", "--out", str(ours)) == 0
    (ours / "notes.txt").write_text("mine", "utf-8")
    assert generate("US3", "--out", str(ours)) == 0
    assert {p.name for p in ours.iterdir()} == {"study-0001", "manifest.toml", "notes.txt"}
    foreign.mkdir()
    (foreign / "thesis.txt").write_text("do not touch", "utf-8")
    capsys.readouterr()
    assert generate("US3", "--out", str(foreign)) == 3
    said = capsys.readouterr().err
    assert "not empty" in said and said.count("\n") == 1
    assert [p.name for p in foreign.iterdir()] == ["thesis.txt"]


def test_a_forged_manifest_deletes_nothing_elsewhere(tmp_path: Path) -> None:
    ours, other = tmp_path / "ours", tmp_path / "other.txt"
    assert generate("US3", "--out", str(ours)) == 0
    other.write_text("keep", "utf-8")
    text = (ours / "manifest.toml").read_text("utf-8")
    forged = re.sub(r'file = "[^"]+"', 'file = "../other.txt"', text, count=1)
    (ours / "manifest.toml").write_text(forged, "utf-8")
    assert generate("US3", "--out", str(ours)) == 0
    assert other.read_text("utf-8") == "keep"


@pytest.mark.parametrize("words", [("XX9",), ("CT", "--studies", "0"), ("CT", "--pixels", "huge")])
def test_mistakes_are_exit_2(
    tmp_path: Path, words: tuple[str, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    assert generate(*words, "--out", str(tmp_path / "x")) == 2
    assert capsys.readouterr().err.count("\n") == 1


@pytest.mark.timeout(240)
@pytest.mark.parametrize("name", ["baseline", "charset-zoo"])
def test_the_dicomdir_is_what_dcmtk_makes(tmp_path: Path, name: str) -> None:
    media = tmp_path / "media"
    assert generate(name, "--out", str(media), "--dicomdir", "--json") == 0
    ours = run_peer(peer("dcmdump"), "-M", str(media / "DICOMDIR"))
    assert not re.search(r"^[EF]: ", ours.stdout, re.MULTILINE)
    folders = sorted(p.name for p in media.iterdir() if p.is_dir())
    made = tmp_path / "DICOMDIR"
    run_peer(
        peer("dcmmkdir"), "+D", str(made), "+id", str(media), "+r", "-Nxc", "-Pfl", *folders,
        cwd=media,
    )  # fmt: skip
    assert records(media / "DICOMDIR") == records(made)
    for place in media.rglob("*"):
        if place.name != "manifest.toml":
            assert re.fullmatch(r"[A-Z0-9_]{1,8}", place.name)


def records(path: Path) -> set[tuple[str, ...]]:
    """Return the files a DICOMDIR refers to, each with its SOP instance and class."""
    return {
        (*record.ReferencedFileID, record.ReferencedSOPInstanceUIDInFile, str(record.get("x", "")))
        for record in dcmread(path).DirectoryRecordSequence
        if "ReferencedFileID" in record
    }


@pytest.mark.parametrize("name", ["transfer-syntax-zoo"])
def test_dcmtk_reads_every_transfer_syntax(built: Built, name: str) -> None:
    seen = set()
    for path in built(name).rglob("*.dcm"):
        syntax = dcmread(path, stop_before_pixels=True).file_meta.TransferSyntaxUID
        seen.add(syntax.keyword)
        result = run_peer(peer("dcmdump"), "-q", "+P", "SOPInstanceUID", str(path))
        assert result.returncode == 0 and "SOPInstanceUID" in result.stdout, path
    assert {"JPEGLossless", "JPEGLosslessSV1", "DeflatedExplicitVRLittleEndian", "RLELossless",
            "JPEG2000", "JPEGLSNearLossless", "ExplicitVRBigEndian"} <= seen  # fmt: skip


def test_a_label_is_true_to_the_codestream(built: Built) -> None:
    """.70 promises selection value 1; .57 holds another one (PS3.5 A.4.2, ITU-T T.81 B.2.3)."""
    for path in built("transfer-syntax-zoo").rglob("*.dcm"):
        syntax = dcmread(path, stop_before_pixels=True).file_meta.TransferSyntaxUID
        if syntax in (uid.JPEGLossless, uid.JPEGLosslessSV1):
            data = path.read_bytes()
            scan = data.index(b"\xff\xda\x00\x08\x01")
            assert (data[scan + 7] == 1) == (syntax == uid.JPEGLosslessSV1)
