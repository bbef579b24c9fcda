"""One object without the patient's identity: every attribute, nested ones too, by its action."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from pydicom.dataelem import DataElement
from pydicom.dataset import Dataset
from pydicom.sequence import Sequence as Items

from simulator.archive.deidentify import content, rules, values
from simulator.archive.deidentify.pseudonyms import Pseudonyms, shifted
from simulator.archive.deidentify.rules import Profile
from simulator.archive.deidentify.values import Identity

_WORDS = {"X": "removed", "Z": "emptied", "D": "replaced", "U": "uids", "C": "cleaned"}
_PIXELS = frozenset({0x7FE00010, 0x7FE00008, 0x7FE00009})


@dataclass(kw_only=True)
class Notes:
    """What was done to one object, and what a person should look at."""

    done: Counter[str] = field(default_factory=Counter)
    removed: set[str] = field(default_factory=set)  # names of attributes
    warnings: list[str] = field(default_factory=list)

    def note(self, letter: str, element: DataElement) -> None:
        """Count an action."""
        self.done[_WORDS[letter]] += 1
        if letter == "X":
            self.removed.add(element.keyword or f"({element.tag:08X})")


class Cleaner:
    """Takes the identity out of one object, in place."""

    def __init__(self, ds: Dataset, profile: Profile, pseudonyms: Pseudonyms) -> None:
        """Work on `ds`, which has been read whole."""
        self.ds, self.profile, self.pseudonyms = ds, profile, pseudonyms
        self.notes, self.identity = Notes(), Identity(ds)
        self.patient = str(ds.get("PatientID") or ""), str(ds.get("IssuerOfPatientID") or "")
        self.safe = _safe_blocks(ds) if profile.has("private") else set()

    def clean(self) -> Notes:
        """Do it; returns what was done."""
        ds = self.ds
        self._walk(ds)
        name = self.pseudonyms.patient(*self.patient)
        ds.PatientName = ds.PatientID = name
        ds.PatientIdentityRemoved = "YES"
        ds.DeidentificationMethod = "PS3.15 Basic Application Confidentiality Profile"
        ds.DeidentificationMethodCodeSequence = [_code(*pair) for pair in self.profile.codes]
        kept = "UNMODIFIED" if self.profile.has("dates") else "REMOVED"
        ds.LongitudinalTemporalInformationModified = (
            "MODIFIED" if self.profile.has("modified") else kept
        )
        self._search(ds)
        return self.notes

    def _walk(self, ds: Dataset, parent: int = 0) -> None:
        sop_class = str(self.ds.get("SOPClassUID", ""))
        for element in list(ds):
            letter = self._letter(element, ds)
            if letter == "X" and not element.tag.is_private:
                letter = rules.instead_of_removal(element.tag, parent, sop_class)
            if letter != "K":
                self.notes.note(letter, element)
                self._do(letter, element, ds)
            elif element.VR == "SQ":
                self._items(element)

    def _letter(self, element: DataElement, ds: Dataset) -> str:
        tag = element.tag
        if tag.is_private:
            return "K" if self._is_safe(element, ds) else "X"
        if rules.is_graphic(tag.group) or (element.VR == "UN" and not rules.named(tag)):
            return "X"  # nobody knows what they show
        letter = self.profile.action(tag, is_sequence=element.VR == "SQ")
        return "D" if letter == "K" and element.VR == "PN" and not rules.named(tag) else letter

    def _is_safe(self, element: DataElement, ds: Dataset) -> bool:
        if element.tag.is_private_creator:
            return (element.tag.group, str(element.value)) in self.safe
        block = (element.tag.group << 16) | (element.tag.element >> 8)
        creator = ds.get(block)
        return creator is not None and (element.tag.group, str(creator.value)) in self.safe

    def _do(self, letter: str, element: DataElement, ds: Dataset) -> None:
        if letter == "X":
            del ds[element.tag]
        elif element.VR == "SQ":
            self._sequence(letter, element, ds)
        elif letter == "Z":
            element.value = None
        elif letter == "U":
            self._uids(element)
        elif letter == "C":
            self._clean(element, ds)
        else:
            self._replace(element, ds)

    def _sequence(self, letter: str, element: DataElement, ds: Dataset) -> None:
        if letter == "Z":
            element.value = Items([])
        elif element.keyword in ("ContentSequence", "AcquisitionContextSequence"):
            cleaned = letter == "C"
            element.value = (
                content.clean_items(element.value, self._walk)
                if cleaned
                else content.nothing_said()
            )
        elif element.keyword == "GraphicAnnotationSequence":
            if letter == "C":
                element.value = content.clean_graphics(element.value, self._walk)
            else:  # the module is the user's option: without it the state is still a state
                for keyword in ("GraphicAnnotationSequence", "GraphicLayerSequence"):
                    if keyword in ds:
                        del ds[keyword]
        elif letter == "D" and element.keyword.endswith("CodeSequence"):
            element.value = Items([_code("REMOVED", "Removed", "99REMOVED")])
        else:
            self._items(element)

    def _items(self, element: DataElement) -> None:
        for item in element.value:
            self._walk(item, element.tag)

    def _replace(self, element: DataElement, ds: Dataset) -> None:
        if element.keyword == "EncapsulatedDocument":
            element.value = content.empty_document(ds)
        elif element.VR == "UI":
            self._uids(element)
        elif (value := values.dummy(element)) is not None:
            element.value = value
        else:
            del ds[element.tag]

    def _uids(self, element: DataElement) -> None:
        if element.value:
            many = not isinstance(element.value, str)
            found = [self.pseudonyms.uid(str(one)) for one in (element.value if many else
                                                                [element.value])]  # fmt: skip
            element.value = found if many else found[0]

    def _clean(self, element: DataElement, ds: Dataset) -> None:
        """Shift a date; keep a text in which no identity is found."""
        if element.VR in ("DA", "DT"):
            days = self.pseudonyms.days(*self.patient)
            dates = values.said(element).split("\\")
            moved = [shifted(date, days) if date else "" for date in dates]
            element.value = moved if len(moved) > 1 else moved[0]
        elif element.VR in values.TEXTS and self.identity.is_in(values.said(element)):
            self._replace(element, ds)
            self.notes.warnings.append(f"{element.keyword} named somebody and was replaced")

    def _search(self, ds: Dataset) -> None:
        """Look for the identity in whatever text is left: a table cannot know all hiding places."""
        for element in list(ds):
            if element.VR == "SQ":
                for item in element.value:
                    self._search(item)
            elif element.VR in values.TEXTS and self.identity.is_in(values.said(element)):
                self._replace(element, ds)
                self.notes.note("D", element)
                self.notes.warnings.append(f"{element.keyword} named somebody and was replaced")


def _code(value: str, meaning: str, scheme: str = "DCM") -> Dataset:
    item = Dataset()
    item.CodeValue, item.CodingSchemeDesignator, item.CodeMeaning = value, scheme, meaning
    return item


def _safe_blocks(ds: Dataset) -> set[tuple[int, str]]:
    """Return the private blocks that the object declares safe (PS3.3 C.12.1.1.7)."""
    return {
        (int(item.get("PrivateGroupReference") or 0), str(item.get("PrivateCreatorReference", "")))
        for item in ds.get("PrivateDataElementCharacteristicsSequence") or []
        if item.get("BlockIdentifyingInformationStatus") == "SAFE"
    }
