"""The answer to a query: what was asked for, and in which character set (PS3.4 C.4.1.1.3.2)."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from pydicom.dataset import Dataset

from simulator.archive.attributes import KEEP, LEVELS, ORIGIN, UNIQUE_KEY, unpack
from simulator.archive.counting import MADE
from simulator.archive.identifier import Identifier, Key
from simulator.archive.matching import Rules, values_test
from simulator.archive.records import Element, Record, is_plain, items, sequence_of, texts, write
from simulator.network import charsets

_CHARSET, _LEVEL, _RETRIEVE_AE, _AVAILABILITY = 0x00080005, 0x00080052, 0x00080054, 0x00080056
_EMPTY = b""


@dataclass(frozen=True, kw_only=True)
class Manner:
    """How answers are given: whence it can be fetched, character set, what is left out."""

    retrieve_ae: str = ""
    charset: str = "stored"  # stored | utf8 | request
    requested: Sequence[str] = ()  # the character sets of the request
    empty_unsupported: bool = False  # return keys we do not know, empty


class Plan:
    """What every answer to one query holds: made once, filled in for each match."""

    def __init__(self, identifier: Identifier, manner: Manner, rules: Rules) -> None:
        """Sort out what is stored, made on demand, said by us, or not known here."""
        self.manner = manner
        reached = LEVELS[: LEVELS.index(identifier.level) + 1]
        kept = {keyword for name in reached for keyword in KEEP[name]}
        self.made = [key for key in identifier.keys
                     if key.keyword in MADE and MADE[key.keyword].level in reached]  # fmt: skip
        self._stored = [key for key in identifier.keys if key.keyword in kept]
        self._items = {key.tag: _item_filter(key, rules) for key in self._stored if key.item}
        self._fixed: Record = {_LEVEL: ("CS", identifier.level.encode())}
        if manner.retrieve_ae:
            self._fixed[_RETRIEVE_AE] = ("AE", manner.retrieve_ae.encode())
        if _AVAILABILITY in identifier.mentioned:
            self._fixed[_AVAILABILITY] = ("CS", b"ONLINE")
        known = {key.tag for key in (*self.made, *self._stored)}
        self.unknown = [key for key in identifier.keys if key.tag not in known]
        if manner.empty_unsupported:
            self._fixed |= {key.tag: (key.vr, _EMPTY) for key in self.unknown}
        unique = UNIQUE_KEY[identifier.level]
        if not identifier.find(
            unique
        ):  # it should have been asked for; it is what one goes on with
            self._stored.append(Key(tag=_TAGS[unique], vr=_VRS[unique], keyword=unique))

    def fill(self, stored: Record, made: Record) -> Record:
        """Return one answer."""
        answer = {**self._fixed, **made}
        for key in self._stored:
            answer[key.tag] = stored.get(key.tag) or (key.vr, _EMPTY)
        for tag, keep in self._items.items():
            vr, raw = answer[tag]
            answer[tag] = (vr, keep(raw) if vr == "SQ" else raw)
        return answer

    def encode(self, answer: Record, stored: Record, *, implicit: bool) -> bytes:
        """Encode an answer for the wire, in a character set that can hold it."""
        if is_plain(answer):
            return write(answer, (), implicit=implicit)
        for terms in self._candidates(stored):
            try:
                declared: Record = {**answer, _CHARSET: ("CS", "\\".join(terms).encode())}
                return write(declared, terms, implicit=implicit)
            except UnicodeError:
                continue
        raise AssertionError("UTF-8 holds everything")

    def _candidates(self, stored: Record) -> list[Sequence[str]]:
        own = tuple(_terms(stored))
        first = {"stored": own, "request": tuple(self.manner.requested)}.get(self.manner.charset)
        return [*([first] if first else []), (charsets.UTF8,)]


def to_dataset(answer: Record) -> Dataset:
    """Return an answer as a data set."""
    utf8: Record = {_CHARSET: ("CS", charsets.UTF8.encode())}
    ds = unpack(write({**answer, **utf8}, (charsets.UTF8,), implicit=False))
    if is_plain(answer):
        del ds.SpecificCharacterSet
    return ds


_TAGS = {"PatientID": 0x00100020, "StudyInstanceUID": 0x0020000D,
         "SeriesInstanceUID": 0x0020000E, "SOPInstanceUID": 0x00080018}  # fmt: skip
_VRS = {"PatientID": "LO", "StudyInstanceUID": "UI", "SeriesInstanceUID": "UI",
        "SOPInstanceUID": "UI"}  # fmt: skip


def _terms(stored: Record) -> Sequence[str]:
    if ORIGIN not in stored:
        return ()
    text = stored[ORIGIN][1].decode("ascii", "replace").strip("\0 ")
    return [term.strip() for term in text.split("\\")]


# --- matching -------------------------------------------------------------------------------------

RecordTest = Callable[[Mapping[int, Element]], bool]


def key_test(key: Key, rules: Rules) -> RecordTest:
    """Return a test of a record against one key."""
    if key.vr == "SQ":
        inner = [key_test(part, rules) for part in key.item if part.asks]
        return lambda record: _item_matches(record, key.tag, inner)
    test = values_test(key.vr, key.values, rules)
    return lambda record: test(stored_texts(record.get(key.tag)))


def stored_texts(element: Element | None) -> list[str]:
    """Return the values of a kept attribute, whatever a device has put there."""
    try:
        return texts(element)
    except UnicodeError:
        assert element is not None
        return texts(("LO", element[1].decode("utf-8", "replace").encode()))


def _item_matches(record: Mapping[int, Element], tag: int, inner: list[RecordTest]) -> bool:
    """Match a sequence: one item must match all keys of the item (PS3.4 C.2.2.2.6)."""
    vr, raw = record.get(tag, ("SQ", b""))
    found = list(items(raw)) if vr == "SQ" else []
    return any(all(test(item) for test in inner) for item in found or [{}])


def _item_filter(key: Key, rules: Rules) -> Callable[[bytes], bytes]:
    """Return what makes a sequence of its matching items, with the attributes asked for."""
    inner = [key_test(part, rules) for part in key.item if part.asks]

    def keep(raw: bytes) -> bytes:
        matching = [item for item in items(raw) if all(test(item) for test in inner)]
        return sequence_of([_shortened(item, key) for item in matching])

    return keep


def _shortened(item: Record, key: Key) -> bytes:
    wanted: Record = {part.tag: item.get(part.tag) or (part.vr, _EMPTY) for part in key.item}
    return write(wanted, (charsets.UTF8,), implicit=False)
