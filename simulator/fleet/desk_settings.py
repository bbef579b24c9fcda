"""What can be set at a reading workstation: how it asks, how it fetches, what it asks by itself.

Beside what every device has; a workstation has no worklist and sends nothing.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from pydicom import uid
from pydicom.datadict import dictionary_VR
from pynetdicom.presentation import AllStoragePresentationContexts

from simulator.fleet.setting import listed, one_of, setting
from simulator.fleet.settings import Settings, items, peers
from simulator.network import charsets
from simulator.network.associate import Peer
from simulator.network.scu import LEVELS

NONE = "none"
ASKED = (
    "PatientName", "PatientID", "PatientBirthDate", "PatientSex", "StudyInstanceUID", "StudyDate",
    "StudyTime", "StudyDescription", "AccessionNumber", "ModalitiesInStudy",
    "NumberOfStudyRelatedSeries", "NumberOfStudyRelatedInstances",
)  # fmt: skip
CLASSES = (
    "ComputedRadiographyImageStorage", "DigitalXRayImageStorageForPresentation",
    "DigitalMammographyXRayImageStorageForPresentation", "CTImageStorage",
    "EnhancedCTImageStorage", "MRImageStorage", "EnhancedMRImageStorage",
    "UltrasoundImageStorage", "UltrasoundMultiFrameImageStorage", "XRayAngiographicImageStorage",
    "XRayRadiofluoroscopicImageStorage", "NuclearMedicineImageStorage",
    "PositronEmissionTomographyImageStorage", "SecondaryCaptureImageStorage",
    "EncapsulatedPDFStorage", "KeyObjectSelectionDocumentStorage", "BasicTextSRStorage",
    "EnhancedSRStorage", "ComprehensiveSRStorage", "XRayRadiationDoseSRStorage",
    "GrayscaleSoftcopyPresentationStateStorage",
)  # fmt: skip
_SHARED = ("ae_title", "archive", "listener", "timeouts", "online")  # of what every device has
_STORAGE = frozenset(str(cx.abstract_syntax) for cx in AllStoragePresentationContexts)
_MOST_CLASSES = 127  # 128 presentation contexts, one of them for the C-GET itself


def _classes(value: Any) -> tuple[str, ...]:
    names = listed(value)
    for name in names:
        if str(getattr(uid, name, "")) not in _STORAGE:
            raise ValueError("pydicom keywords of storage SOP classes, e.g. CTImageStorage")
    if not 0 < len(names) <= _MOST_CLASSES or len(set(names)) != len(names):
        raise ValueError(f"1 to {_MOST_CLASSES} storage SOP classes, none twice")
    return names


def _keys(value: Any) -> tuple[str, ...]:
    names = listed(value)
    try:
        has_sequence = any(dictionary_VR(name) == "SQ" for name in names)
    except (KeyError, ValueError):
        raise ValueError("DICOM keywords such as PatientID") from None
    if not 0 < len(names) <= 64 or len(set(names)) != len(names) or has_sequence:
        raise ValueError("1 to 64 DICOM keywords of attributes with a value, none twice")
    return names


def _charset(value: Any) -> str:
    text = str(value).strip()
    if text != NONE and not charsets.known(text):
        raise ValueError(f"a defined term of Specific Character Set, or {NONE}")
    return text


def _encoding(value: Any) -> str:
    text = str(value).strip()
    if not text or not charsets.known(text):
        raise ValueError("a defined term of Specific Character Set, e.g. ISO_IR 192")
    return text


def _every(value: Any) -> int:
    text = "" if isinstance(value, bool) else str(value).strip()
    if not re.fullmatch(r"\d{1,5}", text) or (int(text) and not 10 <= int(text) <= 86400):
        raise ValueError("seconds of hospital time: 10 to 86400, or 0 for never")
    return int(text)


@dataclass(frozen=True, kw_only=True)
class DeskSettings(Settings):
    """The settings of one workstation; see `table` for what each means."""

    query_model: str = setting(
        "query.model", one_of(("study", "patient")),
        "information model it searches and fetches with: study root or patient root", "study",
    )  # fmt: skip
    query_level: str = setting(
        "query.level", one_of((NONE, *LEVELS)),
        "Query/Retrieve Level of its searches; none: left out", "STUDY",
    )  # fmt: skip
    query_return_keys: tuple[str, ...] = setting(
        "query.return_keys", _keys, "attributes it asks to have returned: its columns", ASKED
    )
    query_charset: str = setting(
        "query.charset", _charset,
        "Specific Character Set it declares where a search has more than ASCII; none: nothing",
        "ISO_IR 192",
    )  # fmt: skip
    query_encoding: str = setting(
        "query.encoding", _encoding,
        "character set in which it really writes what was typed", "ISO_IR 192",
    )  # fmt: skip
    query_empty_date: str = setting(
        "query.empty_date", one_of(("empty", "*")),
        "what it sends where the date field was left blank: an empty key, or a star", "empty",
    )  # fmt: skip
    retrieve_by: str = setting(
        "retrieve.by", one_of(("move", "get")),
        "how it fetches: C-MOVE to itself, or C-GET over its own association", "move",
    )  # fmt: skip
    retrieve_classes: tuple[str, ...] = setting(
        "retrieve.classes", _classes,
        "storage SOP classes it offers to take in a C-GET (SCP role)", CLASSES,
    )  # fmt: skip
    poll_every: int = setting(
        "poll.every", _every,
        "seconds of hospital time between two searches it does by itself; 0: none", 0,
    )  # fmt: skip
    poll_date: str = setting(
        "poll.date", one_of(("today", "any")),
        "today: those searches ask for studies of today; any: for all there are", "today",
    )  # fmt: skip


KEYS = tuple(
    key
    for key, item in items(DeskSettings).items()
    if key.partition(".")[0] in _SHARED
    or item.name not in {x.name for x in items(Settings).values()}
)


def desk_defaults(name: str, archive: Peer, ris: Peer) -> DeskSettings:
    """Return how a workstation is set up when it is installed."""
    return DeskSettings(ae_title=name, **peers(archive, ris))
