"""Every setting: its default and its limits; and that those of the listener act at once."""

from __future__ import annotations

import time
from contextlib import ExitStack
from typing import Any

import pytest

from simulator.archive.settings import SETTINGS, Setting, Settings
from simulator.errors import NoAnswerError, RejectedError, StatusError, UsageError
from simulator.network import scu
from simulator.network.associate import Caller, Peer
from tests.archive.support import CALLER, Lab, image, raw_store, study, until

ALL = list(SETTINGS.values())


@pytest.mark.parametrize("setting", ALL, ids=lambda s: s.key)
def test_default_is_accepted_and_documented(setting: Setting) -> None:
    assert setting.convert(setting.default) == setting.default
    assert setting.convert(str(setting.default)) == setting.default  # as the command line gives it
    assert type(setting.convert(str(setting.default))) is type(setting.default)
    assert setting.allowed
    for text in (setting.what, setting.rule, setting.breaks):  # a newcomer reads all three
        assert text.endswith(".") and 10 < len(text) < 260, text


def bad(setting: Setting) -> list[Any]:
    always: list[Any] = [None, [], {}, "", "\n", "no such thing\u2013of that we may be sure"]
    if isinstance(setting.default, bool):
        return [*always, 2, "maybe"]
    if isinstance(setting.default, str):
        return [*always, 5, True]
    assert setting.low is not None and setting.high is not None
    beyond = [setting.low - 1, setting.high + 1, "nan", "inf", "-1e99", True]
    return [*always, *beyond, *([1.5] if isinstance(setting.default, int) else [])]


@pytest.mark.parametrize("setting", ALL, ids=lambda s: s.key)
def test_a_bad_value_is_one_sentence_and_changes_nothing(setting: Setting, lab: Lab) -> None:
    for value in bad(setting):
        with pytest.raises(UsageError) as refused:
            lab.set(setting.key, value)
        assert f"is no value for {setting.key}" in refused.value.sentence
        assert refused.value.remedy == f"It takes {setting.allowed}."
    assert lab.archive.settings[setting.key] == setting.default


def test_an_unknown_key_is_refused_with_those_there_are(lab: Lab) -> None:
    with pytest.raises(UsageError, match=r"no setting 'query.limits'.*query.limit"):
        lab.set("query.limits", 5)


def test_a_setting_is_kept(lab: Lab) -> None:
    assert lab.archive.settings.set("query.limit", "7") == (0, 7)
    assert Settings(lab.archive.database)["query.limit"] == 7
    (row,) = [row for row in lab.archive.settings.all() if row["key"] == "query.limit"]
    assert (row["value"], row["default"]) == (7, 0)


# --- what they do, while the archive runs ---------------------------------------------------------


def rejection(peer: Peer, caller: Caller = CALLER) -> tuple[int, int, int] | None:
    try:
        scu.echo(peer, caller)
    except RejectedError as error:
        return error.triple
    return None


def test_check_called_ae(lab: Lab) -> None:
    other = Peer(ae="WRONG", host="127.0.0.1", port=lab.port)
    assert rejection(other) == (1, 1, 7)
    assert "this archive is 'PACSLAB', not 'WRONG'" in lab.told("association.rejected")[0].text
    lab.set("dicom.check_called_ae", False)
    assert rejection(other) is None


def test_ae_title(lab: Lab) -> None:
    lab.set("dicom.ae_title", "NEWNAME")
    assert rejection(lab.peer) == (1, 1, 7)
    assert rejection(Peer(ae="NEWNAME", host="127.0.0.1", port=lab.port)) is None


def test_check_calling_ae(lab: Lab) -> None:
    stranger = Caller(ae="STRANGER")
    assert rejection(lab.peer, stranger) == (1, 1, 3)
    assert "'STRANGER' is not in the node table" in lab.told("association.rejected")[0].text
    lab.set("dicom.check_calling_ae", False)
    assert rejection(lab.peer, stranger) is None


def test_check_host(lab: Lab) -> None:
    lab.archive.nodes.change("CT1", {"host": "127.0.1.9"})
    assert rejection(lab.peer) is None
    lab.set("dicom.check_host", True)
    assert rejection(lab.peer) == (1, 1, 3)
    assert "registered at 127.0.1.9, not 127.0.0.1" in lab.told("association.rejected")[0].text


def test_max_associations(lab: Lab) -> None:
    lab.set("dicom.max_associations", 2)
    with ExitStack() as open_ones:
        for _ in range(2):
            open_ones.enter_context(lab.open())
        assert rejection(lab.peer) == (2, 3, 2)
        lab.set("dicom.max_associations", 3)
        assert rejection(lab.peer) is None


def test_idle_timeout(lab: Lab) -> None:
    lab.set("dicom.idle_timeout", 0.5)
    with pytest.raises(NoAnswerError), lab.open() as association:
        began = time.monotonic()
        until(lambda: lab.told("association.timeout"))
        assert time.monotonic() - began < 3
        raw_store(association, image())
    assert "silent for 0.5 s" in lab.told("association.timeout")[0].text


def test_duplicates(lab: Lab) -> None:
    first, second = image(SOPInstanceUID="1.2"), image(SOPInstanceUID="1.2", InstanceNumber=9)
    with lab.open() as association:

        def stored(ds: Any) -> tuple[int, Any]:
            status = raw_store(association, ds)["Status"]
            keys = {"StudyInstanceUID": "1.2.3.1", "SeriesInstanceUID": "1.2.3.1.1"}
            (found,) = lab.find("IMAGE", **keys, InstanceNumber=None)
            return status, found.InstanceNumber

        assert stored(first) == (0x0000, 1)
        assert stored(second) == (0x0000, 1)
        assert lab.told("store.duplicate")
        lab.set("store.duplicates", "refuse")
        assert stored(second) == (0x0111, 1)
        lab.set("store.duplicates", "replace")
        assert stored(second) == (0x0000, 9)
    assert lab.archive.index.counts()["instances"] == 1


def test_query_limit(lab: Lab) -> None:
    for number in range(3):
        lab.enter(*study(number))
    lab.set("query.limit", 2)
    lab.set("query.limit_status", "0xA700")
    with pytest.raises(StatusError, match="0xA700"):
        lab.find(StudyInstanceUID="")


def test_c_get_can_be_switched_off(lab: Lab) -> None:
    lab.store(*study(1))
    assert len(lab.get(StudyInstanceUID="1.2.3.1")[1]) == 1
    lab.set("retrieve.c_get", False)
    with pytest.raises(StatusError, match="accepted no presentation context"):
        lab.get(StudyInstanceUID="1.2.3.1")


def test_patient_root_can_be_switched_off(lab: Lab) -> None:
    assert lab.find("PATIENT", model="patient", PatientID="") == []
    lab.set("query.patient_root", False)
    with pytest.raises(StatusError, match="accepted no presentation context"):
        lab.find("PATIENT", model="patient", PatientID="")
    assert lab.find(StudyInstanceUID="") == []
