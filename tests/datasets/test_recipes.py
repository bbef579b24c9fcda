"""Every data set: its recipe can be read, its hashes are those of the manifest."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from pydicom import dcmread

from simulator.cli import run
from simulator.errors import UsageError
from simulator.fleet.profile import KINDS
from simulator.imaging.findings import finding_of
from simulator.recipes import flaws, manifest, recipe
from simulator.recipes.cases import cases
from tests.datasets.conftest import Built

NAMES = recipe.names()
LARGE = ("baseline", "capacity", "teaching-file")  # half a minute of work on a busy machine
EACH = [pytest.param(n, marks=pytest.mark.slow) if n in LARGE else n for n in NAMES]


def test_the_promised_data_sets_are_there() -> None:
    assert set(NAMES) == {
        "baseline", "teaching-file", "ed-night", "unscheduled", "messy-import",
        "legacy-migration", "charset-zoo", "transfer-syntax-zoo", "capacity",
    }  # fmt: skip
    for name in NAMES:
        assert manifest.expected(name).objects > 0


@pytest.mark.timeout(240)
@pytest.mark.parametrize("name", EACH)
def test_the_hashes_are_those_of_the_manifest(
    name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["dataset", "verify", name, "--json"]) == 0
    (row,) = json.loads(capsys.readouterr().out)
    assert row["ok"] and row["objects"] == manifest.expected(name).objects


def test_a_changed_file_is_named(built: Built, capsys: pytest.CaptureFixture[str]) -> None:
    folder = built("unscheduled")
    capsys.readouterr()
    assert run(["dataset", "verify", str(folder)]) == 0
    victim = sorted(folder.rglob("*.dcm"))[3]
    victim.write_bytes(victim.read_bytes() + b"\0\0")
    assert run(["dataset", "verify", str(folder)]) == 1
    assert f"{victim.relative_to(folder).as_posix()} differs" in capsys.readouterr().out
    victim.write_bytes(victim.read_bytes()[:-2])


def test_the_teaching_file_shows_every_finding() -> None:
    found = {
        finding.name
        for case in cases(recipe.load("teaching-file"))
        if (finding := finding_of(case.exam, 7))
    }
    assert {"nodule", "mass", "pneumonia", "effusion", "embolism", "bleed", "stroke", "plaques",
            "tumour", "schwannoma", "disc", "stone", "gallstone", "cyst", "metastases",
            "appendicitis", "fracture", "breast mass", "stenosis",
            "bone metastases"} == found  # fmt: skip


def test_every_answer_agrees_with_what_is_painted() -> None:
    for case in cases(recipe.load("teaching-file")):
        finding = finding_of(case.exam, 7)
        assert (finding is None) == (case.part.answer == "Nothing abnormal."), case.part


def test_the_baseline_has_every_kind_of_object(built: Built) -> None:
    found = {str(dcmread(p, stop_before_pixels=True).SOPClassUID.keyword)
             for p in built("baseline").rglob("*.dcm")}  # fmt: skip
    assert found == {kind.sop_class for kind in KINDS.values()}


def test_names_in_every_character_set_come_back(built: Built) -> None:
    wanted = [case.exam for case in cases(recipe.load("charset-zoo"))]
    paths = sorted(built("charset-zoo").rglob("*.dcm"))
    assert len(paths) == len(wanted)
    for exam, path in zip(wanted, paths, strict=True):
        assert dcmread(path).PatientName == exam.patient_name, exam.character_set


def test_unscheduled_studies_have_no_request(built: Built) -> None:
    for path in built("unscheduled").rglob("*.dcm"):
        ds = dcmread(path, stop_before_pixels=True)
        assert not ds.AccessionNumber and "RequestAttributesSequence" not in ds


def test_every_flaw_is_in_the_messy_import(built: Built) -> None:
    used = {key for case in cases(recipe.load("messy-import")) for key in case.part.flaws}
    legacy = {k for case in cases(recipe.load("legacy-migration")) for k in case.part.flaws}
    assert used | legacy == set(flaws.FLAWS)


def test_everything_that_can_be_read_says_that_it_is_synthetic(built: Built) -> None:
    for name in ("messy-import", "legacy-migration", "transfer-syntax-zoo"):
        for path in built(name).rglob("*.dcm"):
            if path.stat().st_size and not path.read_bytes().startswith(b"<!doctype"):
                assert b"\x08\x00\x1c\x00" in path.read_bytes() or _says(path), path


def _says(path: Path) -> bool:
    return str(dcmread(path, force=True).get("SyntheticData")) == "YES"


@pytest.mark.parametrize("text", ['device = "CT1"\nflavour = 1', 'device = "CT1"\nat = "9:10"'])
def test_a_bad_recipe_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str
) -> None:
    (tmp_path / "odd.toml").write_text(f'title = "x"\nsays = "y"\n[[study]]\n{text}\n', "utf-8")
    monkeypatch.setattr(recipe, "folder", lambda: tmp_path)
    with pytest.raises(UsageError):
        recipe.load("odd")
