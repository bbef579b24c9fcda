"""What a workstation writes into its requests, as its settings have it (PS3.4 C.4)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from pydicom import uid
from pydicom.datadict import dictionary_VR
from pydicom.dataelem import DataElement, RawDataElement
from pydicom.dataset import Dataset
from pynetdicom.presentation import PresentationContext, build_context

from simulator.errors import LocalError, UsageError
from simulator.fleet.desk_settings import NONE, DeskSettings
from simulator.fleet.inbox import SYNTAXES
from simulator.network import charsets

_LEVEL, _DATE = "QueryRetrieveLevel", "StudyDate"


class _AsWritten(Dataset):
    """A data set whose raw elements go out as they are, whatever character set it declares."""

    def __getitem__(self, key: Any) -> Any:
        """Return an element unread where it is raw: pydicom would write it anew."""
        return self.get_item(key)


def search(mine: DeskSettings, keys: Mapping[str, Any]) -> Dataset:
    """Return the identifier of a search for `keys` (keyword: value); raises UsageError."""
    query: Dataset = _AsWritten()
    level = str(keys.get(_LEVEL, mine.query_level))
    if level == "STUDY" or _LEVEL not in keys:
        for keyword in mine.query_return_keys:
            setattr(query, keyword, "")
        if mine.query_empty_date == "*":
            query.StudyDate = "*"
    for keyword, value in {_LEVEL: level, **keys}.items():
        _put(query, keyword, str(value))
    if level == NONE:
        del query.QueryRetrieveLevel
    return _written(query, mine)


def fetch(study_uid: str, patient_id: str) -> Dataset:
    """Return the identifier of a C-MOVE or C-GET; Patient Root wants the patient, too."""
    query = Dataset()
    query.QueryRetrieveLevel, query.StudyInstanceUID = "STUDY", study_uid
    if patient_id:
        query.PatientID = patient_id
    return query


def storage(mine: DeskSettings) -> Sequence[PresentationContext]:
    """Return what it offers to take in a C-GET: in each of these it is the SCP (PS3.7 D.3.3.4)."""
    return [build_context(getattr(uid, name), SYNTAXES) for name in mine.retrieve_classes]


def _put(query: Dataset, keyword: str, value: str) -> None:
    try:
        dictionary_VR(keyword)
        setattr(query, keyword, value)
    except (KeyError, ValueError):
        raise UsageError(
            f"'{keyword}' cannot be asked for.", "Use DICOM keywords such as PatientID."
        ) from None


def _written(query: Dataset, mine: DeskSettings) -> Dataset:
    """Write text beyond ASCII as the settings say, and declare what they say."""
    wide = [x for x in query if x.VR in charsets.TEXT_VRS and not _text(x).isascii()]
    if wide:
        query.SpecificCharacterSet = "" if mine.query_charset == NONE else mine.query_charset
    for element in wide:
        raw = _bytes(_text(element), mine.query_encoding)
        query[element.tag] = RawDataElement(element.tag, element.VR, len(raw), raw, 0, False, True)
    return query


def _text(element: DataElement) -> str:
    return "\\".join(map(str, element.value)) if element.VM > 1 else str(element.value)


def _bytes(text: str, term: str) -> bytes:
    try:
        raw = charsets.encode(text, [term])
    except UnicodeError:
        raise LocalError(
            f"'{text}' cannot be written in {term}.", "Search by number, or see 'query.encoding'."
        ) from None
    return raw + b" " * (len(raw) % 2)
