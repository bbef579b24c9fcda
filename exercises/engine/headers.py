"""What checks of headers ask: what a search finds, what objects say, how a console writes."""

from __future__ import annotations

from typing import Any

from pydicom.dataset import Dataset

from exercises.engine.case import Case

# What a console may write text in so that every name fits, and what it may call that.
_TRUE = {
    "automatic": ("automatic",),
    "UTF-8": ("automatic", "ISO_IR 192"),
    "GB18030": ("automatic", "GB18030"),
}


def objects_of(seat: Case, study_uid: str) -> list[Dataset]:
    """Return one stored object of each series of a study."""
    series = seat.archive.study(study_uid)["tree"]
    return [seat.archive.instance(one["instances"][0]["sop_uid"]) for one in series]


def expect_named(seat: Case, patient: dict[str, Any], accession: str) -> None:
    """Assert that a search for the exact name finds the exam, and its objects say that name."""
    name = patient["name"]
    keys: dict[str, Any] = {"AccessionNumber": None, "StudyInstanceUID": None}
    found = seat.archive.find(PatientName=name, **keys)
    uids = [str(row.StudyInstanceUID) for row in found if row.AccessionNumber == accession]
    assert len(uids) == 1, (
        f"A search for '{name}' found {len(found)} studies, {len(uids)} of them with accession "
        f"{accession}. Expected: that one."
    )
    for ds in objects_of(seat, uids[0]):
        said = str(ds.PatientName)
        assert said == name, f"An object of {accession} says '{said}'. Expected: '{name}'."


def expect_character_set(seat: Case, device: str) -> None:
    """Assert that a console names the character set it writes in, and that every name fits."""
    settings = seat.modality(device).settings
    page, terms = settings["encoding.code_page"], settings["encoding.character_set"]
    assert terms in _TRUE.get(page, ()), (
        f"The next name with other letters would go wrong again: {device} does not name the set "
        "it writes text in, or that set cannot hold every name."
    )


def expect_setting(seat: Case, device: str, key: str, *right: str) -> None:
    """Assert that a console's setting has one of these values."""
    value = seat.modality(device).settings[key]
    assert value in right, f"The next exam of {device} would arrive like the ones before."
