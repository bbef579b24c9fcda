"""A second copy of a SOP Instance UID: what each policy keeps, says and journals."""

from __future__ import annotations

from typing import Any

import pytest
from pydicom.dataset import Dataset
from pydicom.uid import ExplicitVRLittleEndian, ImplicitVRLittleEndian

from simulator.network.associate import Caller
from tests.archive.support import Lab, image, raw_store

SAME = {"SOPInstanceUID": "1.2"}


def send(lab: Lab, ds: Dataset, syntax: str = ExplicitVRLittleEndian, ae: str = "CT1") -> Any:
    with lab.open(syntax=syntax, caller=Caller(ae=ae)) as association:
        return raw_store(association, ds)


def kept(lab: Lab) -> int:
    """Return the Instance Number of what is stored, which the two copies differ in."""
    (_, (ds,)) = lab.get(StudyInstanceUID="1.2.3.1")
    assert lab.archive.index.counts()["instances"] == 1
    return int(ds.InstanceNumber)


@pytest.mark.parametrize(
    ("policy", "status", "number", "said"),
    [
        ("keep_first", 0x0000, 1, "the first copy was kept"),
        ("keep_identical", 0x0111, 1, "it was refused and it differs from ours"),
        ("refuse", 0x0111, 1, "it was refused"),
        ("replace", 0x0000, 9, "the new copy replaces the first"),
    ],
)
def test_another_object_of_the_same_name(
    lab: Lab, policy: str, status: int, number: int, said: str
) -> None:
    lab.set("store.duplicates", policy)
    send(lab, image(**SAME))
    answer = send(lab, image(**SAME, InstanceNumber=9))
    assert answer["Status"] == status
    assert ("ErrorComment" in answer) == (status != 0)
    assert kept(lab) == number
    (entry,) = lab.told("store.duplicate")
    assert entry.text == f"CT1 sent an instance again; {said}"
    assert (entry.facts["calling"], entry.facts["sop_instance"]) == ("CT1", "1.2")


@pytest.mark.parametrize("policy", ["keep_first", "keep_identical", "refuse", "replace"])
def test_the_same_object_again(lab: Lab, policy: str) -> None:
    lab.set("store.duplicates", policy)
    send(lab, image(**SAME))
    expected = 0x0111 if policy == "refuse" else 0
    assert send(lab, image(**SAME), ae="WS1")["Status"] == expected  # by another way
    assert kept(lab) == 1
    assert len(lab.told("store.duplicate")) == (policy != "keep_identical")


def test_identical_means_byte_for_byte(lab: Lab) -> None:
    lab.set("store.duplicates", "keep_identical")
    send(lab, image(**SAME))
    assert send(lab, image(**SAME), ImplicitVRLittleEndian)["Status"] == 0x0111


def test_what_was_coerced_is_still_identical(lab: Lab) -> None:
    lab.set("store.duplicates", "keep_identical")
    lab.set("coerce.default_issuer", "HOSP")
    assert send(lab, image(**SAME))["Status"] == 0xB000
    assert send(lab, image(**SAME))["Status"] == 0
    assert send(lab, image(**SAME, InstanceNumber=2))["Status"] == 0x0111


@pytest.mark.parametrize("policy", ["keep_first", "keep_identical", "refuse", "replace"])
@pytest.mark.parametrize("harm", ["gone", "cut"])
def test_a_copy_that_was_damaged_is_healed(lab: Lab, policy: str, harm: str) -> None:
    """Success for an object that is not there would be the last its device hears of it."""
    lab.set("store.duplicates", policy)
    send(lab, image(**SAME))
    (digest,) = lab.files()
    path = lab.archive.store.path(digest)
    path.unlink() if harm == "gone" else path.write_bytes(path.read_bytes()[:300])
    assert send(lab, image(**SAME))["Status"] == 0
    assert kept(lab) == 1
    assert lab.told("store.healed")
