"""What real imports have wrong with them: each flaw by its key, and in words for the answer key.

A flaw of the header edits the data set; one of the file edits its bytes (damage.py). `where` says
which objects of a study it meets: all of them, the first, or the last.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from pydicom.dataset import Dataset

from simulator.errors import UsageError
from simulator.recipes import damage, headers


@dataclass(frozen=True, kw_only=True)
class Flaw:
    """One nonconformance: what is wrong, and what does it."""

    says: str
    where: str = "all"  # all | first | last
    edit: Callable[[Dataset], None] | None = None
    harm: Callable[[bytes], bytes] | None = None

    def meets(self, number: int, count: int) -> bool:
        """Return whether object `number` (from 1) of `count` has it."""
        return self.where == "all" or number == (1 if self.where == "first" else count)


FLAWS = {
    "id-missing": Flaw(says="Patient ID is empty", edit=headers.no_id),
    "id-padded": Flaw(says="Patient ID has blanks in front", edit=headers.padded_id),
    "id-zeros": Flaw(says="Patient ID has lost its first letter", edit=headers.bare_id),
    "issuer-missing": Flaw(says="no Issuer of Patient ID", edit=headers.no_issuer),
    "issuer-other": Flaw(says="Issuer of Patient ID is another hospital", edit=headers.foreign),
    "name-comma": Flaw(says="the name is 'Family, Given', without a caret", edit=headers.comma),
    "name-lower": Flaw(says="the name is in lower case", edit=headers.lower_case),
    "name-utf8": Flaw(says="the name is in UTF-8, the header says ISO_IR 100", edit=headers.utf8),
    "sex-code": Flaw(says="Patient's Sex is W, which is no code of DICOM", edit=headers.sex),
    "birth-date": Flaw(says="Birth Date is not YYYYMMDD", edit=headers.birth_date),
    "date-dots": Flaw(says="Study Date is YYYY.MM.DD, as ACR-NEMA had it", edit=headers.dots),
    "date-missing": Flaw(says="no Study Date", edit=headers.no_date),
    "accession-long": Flaw(says="Accession Number has 20 characters", edit=headers.long_accession),
    "accession-missing": Flaw(says="no Accession Number", edit=headers.no_accession),
    "descriptions-missing": Flaw(says="no descriptions of study and series", edit=headers.bare),
    "uid-zero": Flaw(says="a UID component begins with 0", edit=headers.leading_zero),
    "sop-same": Flaw(says="all objects of a series have one SOP Instance UID",
                     edit=headers.same_uid),
    "patient-mixed": Flaw(says="one object bears another patient's name and ID",
                          edit=headers.other_patient, where="last"),
    "numbers-same": Flaw(says="every Instance Number is 1", edit=headers.same_number),
    "position-same": Flaw(says="all slices are at the same place", edit=headers.same_place),
    "spacing-missing": Flaw(says="no Pixel Spacing", edit=headers.no_spacing),
    "window-comma": Flaw(says="Window Center has a decimal comma", edit=headers.decimal_comma),
    "number-long": Flaw(says="a decimal string has more than 16 characters", edit=headers.long_ds),
    "high-bit": Flaw(says="High Bit does not fit Bits Stored", edit=headers.high_bit),
    "modality-wrong": Flaw(says="Modality is OT for an image that is not", edit=headers.modality),
    "side-wrong": Flaw(says="Laterality is the other side", edit=headers.other_side),
    "text-unsaid": Flaw(says="burned-in text, but the header says there is none",
                        edit=headers.burned_in),
    "private-orphan": Flaw(says="a private element without its creator", edit=headers.orphan),
    "photometric-wrong": Flaw(says="RGB pixels are called YBR_FULL", edit=headers.photometric),
    "meta-uid": Flaw(says="the file's meta information names another SOP Instance UID",
                     harm=damage.other_meta_uid),
    "meta-missing": Flaw(says="no preamble and no meta information", harm=damage.without_meta),
    "syntax-wrong": Flaw(says="the meta information says Big Endian, the data are Little Endian",
                         harm=damage.wrong_syntax),
    "cut-off": Flaw(says="the file ends in the middle of its pixels", harm=damage.cut_off,
                    where="last"),
    "bytes-behind": Flaw(says="1000 stray bytes behind the pixels", harm=damage.longer),
    "empty-file": Flaw(says="the file is empty", harm=damage.emptied, where="last"),
    "not-dicom": Flaw(says="a web page saved under an image's name", harm=damage.web_page,
                      where="last"),
}  # fmt: skip


def flaw(key: str) -> Flaw:
    """Return a flaw; an unknown one is the recipe's error."""
    if key not in FLAWS:
        raise UsageError(f"There is no flaw '{key}'.", f"Known: {', '.join(FLAWS)}.")
    return FLAWS[key]
