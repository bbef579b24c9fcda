"""The service settings: types, ranges, and one clear sentence for a bad one."""

from __future__ import annotations

from typing import Any

import pytest

from simulator.errors import UsageError
from simulator.fleet.profile import load_profiles
from simulator.fleet.settings import TABLE, Settings, device_defaults
from simulator.network.associate import Peer

ARCHIVE, RIS = Peer(ae="PACSLAB", host="127.0.0.1", port=11112), Peer(ae="RISLAB", host="h", port=1)


@pytest.fixture
def settings() -> Settings:
    return device_defaults(load_profiles()["CT1"], ARCHIVE, RIS)


def test_defaults_are_the_device_s_own(settings: Settings) -> None:
    assert settings.archive() == ARCHIVE and settings.ris() == RIS
    assert settings.worklist_station_ae == settings.ae_title == "CT1"
    assert set(settings.values()) == set(TABLE)


@pytest.mark.parametrize(
    ("key", "text", "value"),
    [
        ("archive.port", "104", 104),
        ("archive.ae", " PACS ", "PACS"),
        ("worklist.station_ae", "", ""),
        ("online", "off", False),
        ("online", True, True),
        ("timeouts.dimse", "2.5", 2.5),
        ("syntaxes", "JPEG2000Lossless, ExplicitVRLittleEndian",
         ("JPEG2000Lossless", "ExplicitVRLittleEndian")),
        ("syntaxes", ["RLELossless"], ("RLELossless",)),
    ],
)  # fmt: skip
def test_texts_and_typed_values_are_read(
    settings: Settings, key: str, text: Any, value: Any
) -> None:
    changed = settings.with_changes({key: text})
    assert changed.values()[key] == value
    assert settings.with_changes(changed.changes_from(settings)) == changed


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("colour", "red"), ("archive.ae", "A" * 17), ("archive.ae", "A\\B"), ("ae_title", ""),
        ("ae_title", "ÄE"), ("archive.port", 0), ("archive.port", 65536), ("archive.port", "x"),
        ("archive.port", True), ("archive.host", ""), ("archive.host", "a b; rm"),
        ("worklist.date", "yesterday"), ("syntaxes", "CTImageStorage"), ("syntaxes", ""),
        ("syntaxes", 7), ("timeouts.acse", 0), ("timeouts.acse", "nan"), ("online", "perhaps"),
        ("worklist.modality", "ct"),
    ],
)  # fmt: skip
def test_a_bad_one_is_one_clear_sentence(settings: Settings, key: str, value: Any) -> None:
    with pytest.raises(UsageError) as error:
        settings.with_changes({key: value})
    assert key in error.value.sentence and error.value.remedy
