"""What a device can write of the names it was given (Specific Character Set, PS3.3 C.12.1.1.2)."""

from dataclasses import replace
from typing import Any

from simulator.fleet.profile import ModalityProfile
from simulator.imaging.exam import Exam

_TEXTS = ("patient_name", "procedure", "indication", "referring", "performing", "institution")


def written_by(profile: ModalityProfile, exam: Exam) -> Exam:
    """Return the exam as the device can write it; what its set lacks becomes question marks."""
    chosen = profile.character_set or exam.character_set
    if "\\" in chosen:
        return replace(exam, character_set=chosen)
    texts: dict[str, Any] = {name: fit(getattr(exam, name), chosen) for name in _TEXTS}
    return replace(exam, character_set=chosen, **texts)


def fit(text: str, character_set: str) -> str:
    """Return the text with what one character set without code extensions cannot write as `?`."""
    from pydicom.charset import python_encoding

    if text.isascii():
        return text
    codec = python_encoding.get(character_set, "ascii")
    return text.encode(codec, "replace").decode(codec)
