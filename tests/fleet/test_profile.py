"""Profiles load, and a slip in one is named with its file and key."""

from itertools import pairwise

import pytest
from pydicom import uid

from simulator.errors import UsageError
from simulator.fleet.profile import PROFILES, load_profile, load_profiles


def test_the_first_four_devices():
    profiles = load_profiles()
    assert list(profiles)[:4] == ["CT1", "MR1", "DX1", "US1"]
    for number, profile in enumerate(list(profiles.values())[:4], 1):
        assert profile.address == number and profile.ae_title == profile.name
        assert getattr(uid, profile.sop_class).type == "SOP Class"
        for syntax in profile.transfer_syntaxes:
            assert getattr(uid, syntax).is_transfer_syntax


def test_every_key_is_explained():
    for path in PROFILES.glob("*.toml"):
        lines = path.read_text(encoding="utf-8").split("[protocols.")[0].splitlines()
        for before, line in pairwise(lines):
            if "=" in line and not line.startswith("#"):
                assert before.startswith("# "), f"{path.name}: {line}"


@pytest.mark.parametrize(
    ("old", "new", "key"),
    [
        ("minutes_per_exam = 12", "minuts = 12", "minuts"),
        ("minutes_per_exam = 12", "", "minutes_per_exam"),
        ("minutes_per_exam = 12", 'minutes_per_exam = "12"', "minutes_per_exam"),
        ("fov = 240.0", "fov = true", "fov"),
        ("coverage = [-55.0, 85.0]", "coverage = [1.0]", "coverage"),
        ("fov = 240.0", "fov = 240.0\ncolour = 1", "protocols.head.series[0].colour"),
        ('ae_title = "CT1"', 'ae_title = "A TITLE FAR TOO LONG"', "ae_title"),
        ("address = 1", "address = 300", "address"),
        ("minutes_per_exam = 12", "minutes_per_exam =", "TOML"),
        ("minutes_per_exam = 12", 'minutes_per_exam = 12\ntimezone = "CET"', "timezone"),
        ("minutes_per_exam = 12", 'minutes_per_exam = 12\nseries_names = "odd"', "series_names"),
        ('modality = "CT"', 'modality = "EEG"', "EEG"),
        ("fov = 240.0", 'fov = 240.0\nkind = "ct-spectral"', "ct-spectral"),
        ("fov = 240.0", "", "fov"),
    ],
)
def test_a_slip_is_named(tmp_path, old, new, key):
    text = (PROFILES / "ct1.toml").read_text(encoding="utf-8")
    assert old in text
    path = tmp_path / "broken.toml"
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(UsageError) as error:
        load_profile(path)
    assert "broken.toml" in str(error.value) and key in str(error.value)


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(UsageError, match=r"nowhere\.toml"):
        load_profile(tmp_path / "nowhere.toml")


def test_profiles_cannot_be_changed():
    profile = load_profiles()["CT1"]
    with pytest.raises(AttributeError):
        profile.address = 9
    with pytest.raises(TypeError):
        profile.protocols["x"] = None
    with pytest.raises(UsageError, match="chest"):
        profile.protocol("knee")
