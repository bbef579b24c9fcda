"""What checks of headers ask: what a search finds, what objects say, how a console writes."""

from __future__ import annotations

import re
import warnings
from typing import Any

from pydicom.dataset import Dataset

from exercises.engine.case import Case

_CODES = ("BodyPartExamined", "PatientSex", "Modality")
_CODE = re.compile(r"[A-Z0-9 _]{0,16}")
_TERM = re.compile(r"|ISO_IR [0-9]+|ISO 2022 IR [0-9]+|GB18030|GBK")  # PS3.3 C.12.1.1.2
# What a console may write text in so that every name fits, and what it may call that.
_TRUE = {
    "automatic": ("automatic",),
    "UTF-8": ("automatic", "ISO_IR 192"),
    "GB18030": ("automatic", "GB18030"),
}


def objects_of(seat: Case, study_uid: str) -> list[Dataset]:
    """Return one stored object of each series of a study; what is odd in them is not warned of."""
    series = seat.archive.study(study_uid)["tree"]
    found = [seat.archive.instance(one["instances"][0]["sop_uid"]) for one in series]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # they would tell a trainee the cause
        for ds in found:
            for _ in ds.iterall():
                pass
    return found


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
        _expect_terms(ds, accession)


def expect_legal(seat: Case, accession: str) -> None:
    """Assert that the stored objects of an exam have code strings that the standard allows."""
    study = seat.study_of(accession)
    assert study, f"The archive was asked for accession {accession} and does not have one exam."
    for ds in objects_of(seat, study["study_uid"]):
        for keyword in _CODES:
            said = str(ds.get(keyword, ""))
            assert _CODE.fullmatch(said), (
                f"{keyword} in an object of {accession} is '{said}', which is no code string."
            )
        _expect_terms(ds, accession)


def expect_quarantine_without(seat: Case, device: str) -> None:
    """Assert that nothing of a device waits in quarantine, and that the archive still looks."""
    left = [row["number"] for row in seat.quarantine.list() if row["source"] == device]
    assert not left, f"{len(left)} object(s) of {device} are still in quarantine: {left[0]} …"
    policy = seat.archive.setting("store.values")
    assert policy == "quarantine", f"store.values of the archive is '{policy}' now."


def _expect_terms(ds: Dataset, accession: str) -> None:
    said = ds.get("SpecificCharacterSet") or ""
    terms = [said] if isinstance(said, str) else list(said)
    strange = [term for term in terms if not _TERM.fullmatch(term)]
    assert not strange, f"An object of {accession} names a character set that is none: {strange}."


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
