"""The identifier of a query: its keys, decoded, and what makes it wrong (PS3.4 C.4.1.1.3).

What breaks the rules of the information model is 0xA900; a value nobody can make sense of is
0xC000. Both name the element, and the association lives on.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

from pydicom.datadict import keyword_for_tag, tag_for_keyword
from pydicom.dataset import Dataset

from simulator.archive.attributes import EXPLICIT, LEVELS, UNIQUE_KEY
from simulator.archive.key_values import ExpectedValue, check_value
from simulator.archive.matching import RANGE_VRS, has_wildcard, values
from simulator.archive.records import Element, Malformed, Record, items, read, texts
from simulator.network import charsets
from simulator.network.dimse import (
    CANNOT_UNDERSTAND,
    DATASET_DOES_NOT_MATCH_CLASS,
    DimseError,
    encode_dataset,
)

LONGEST = 1 << 20  # bytes of an identifier: some fifteen thousand UIDs
_IMPLICIT = "1.2.840.10008.1.2"
_CHARSET, _LEVEL = 0x00080005, 0x00080052
# Said about the query, and never matched.
NO_KEYS = frozenset(
    {_CHARSET, _LEVEL, 0x00080053, 0x00080054, 0x00080056, 0x00080201}
)  # … view, Retrieve AE Title, Instance Availability, time zone


@dataclass(frozen=True, kw_only=True)
class Key:
    """One key: what it asks for, and nothing where it only wants the attribute returned."""

    tag: int
    vr: str
    values: tuple[str, ...] = ()
    item: tuple[Key, ...] = ()  # the keys within a sequence
    keyword: str = ""

    @property
    def asks(self) -> bool:
        """Whether it narrows the answer down."""
        return bool(self.values) or any(key.asks for key in self.item)


@dataclass(frozen=True, kw_only=True)
class Identifier:
    """The keys of a query at one level."""

    level: str
    keys: tuple[Key, ...]
    charsets: tuple[str, ...] = ()  # as the request says
    mentioned: frozenset[int] = field(default_factory=frozenset)  # every tag, keys or not

    def find(self, keyword: str) -> Key | None:
        """Return a key by its keyword."""
        return next((key for key in self.keys if key.keyword == keyword), None)

    def values(self, keyword: str) -> tuple[str, ...]:
        """Return what a key asks for."""
        key = self.find(keyword)
        return key.values if key else ()


# --- reading --------------------------------------------------------------------------------------

Faults = list[DimseError]


def of_request(
    data: bytes, transfer_syntax: str, model: str, *, default: str, relational: bool, refuse: bool,
    stars: str = "any",
) -> Identifier:  # fmt: skip
    """Read an identifier from the wire and check it; raises DimseError where it is no good.

    `default` is the character set of a request that names none; with `refuse` unset a value that
    makes no sense is passed over, and its key only wants the attribute returned. `stars` is what a
    star means in a date, as `query.star_dates` has it.
    """
    if len(data) > LONGEST:
        raise DimseError(CANNOT_UNDERSTAND, f"the identifier is longer than {LONGEST >> 20} MB")
    faults: Faults = []
    try:
        record = read(data, implicit=transfer_syntax == _IMPLICIT)
        terms = _declared(record)
        reader = _Reader(terms or (default,), transfer_syntax == _IMPLICIT, faults, stars)
        keys = tuple(reader.keys(record))
    except Malformed as error:
        raise DimseError(CANNOT_UNDERSTAND, f"cannot parse: {error}") from error
    level = _text(record.get(_LEVEL))
    found = Identifier(level=level, keys=keys, charsets=terms, mentioned=frozenset(record))
    _check(level, found.values, model, relational)
    if refuse and faults:
        raise faults[0]
    return found


def of_dataset(ds: Dataset, level: str) -> Identifier:
    """Return the identifier of a search by our own side: its values are taken as they are."""
    copy = Dataset()
    copy.update({tag: ds[tag] for tag in list(ds.keys()) if tag.element})
    copy.SpecificCharacterSet = charsets.UTF8
    record = read(encode_dataset(copy, EXPLICIT))
    keys = tuple(_Reader((charsets.UTF8,), False, None).keys(record))
    return Identifier(level=level, keys=keys, mentioned=frozenset(record))


def _text(element: Element | None) -> str:
    return element[1].decode("ascii", "replace").strip("\0 ") if element else ""


def _declared(record: Record) -> tuple[str, ...]:
    """Return the Specific Character Set's terms, an empty first one kept."""
    text = _text(record.get(_CHARSET))
    return tuple(term.strip() for term in text.split("\\")) if text else ()


class _Reader:
    """Makes keys of elements; what is wrong with them is put into `faults`, if there are any."""

    def __init__(
        self, terms: Sequence[str], implicit: bool, faults: Faults | None, stars: str = "any"
    ) -> None:
        self.terms, self.implicit, self.faults, self.stars = terms, implicit, faults, stars

    def keys(self, record: Record, depth: int = 0) -> Iterator[Key]:
        for tag, element in record.items():
            if tag in NO_KEYS or tag & 0xFFFF == 0:  # group lengths are retired, but still sent
                continue
            keyword, vr = keyword_for_tag(tag), element[0]
            if vr == "SQ":
                item = self._item(tag, element[1], depth)
                yield Key(tag=tag, vr=vr, keyword=keyword, item=item)
            else:
                yield Key(tag=tag, vr=vr, keyword=keyword, values=self._values(tag, element))

    def _item(self, tag: int, raw: bytes, depth: int) -> tuple[Key, ...]:
        """Return the keys within a sequence, which has one item at most (PS3.4 C.2.2.2.6)."""
        found = list(items(raw, implicit=self.implicit, depth=depth))
        if len(found) > 1 and self.faults is not None:
            self.faults.append(_bad(f"{_name(tag)} must have one item in a query", tag))
        return tuple(self.keys(found[0], depth + 1)) if found else ()

    def _values(self, tag: int, element: Element) -> tuple[str, ...]:
        """Return what a key asks for; a lone star asks for nothing (C.2.2.2.4, note 1).

        Not every VR may hold one, but many clients send it, and it can mean nothing else.
        """
        try:
            found = tuple(texts(element, self.terms))
            if found == ("*",) and (self.stars == "any" or element[0] not in RANGE_VRS):
                return ()
            if found == ("*",) and self.stars == "nothing":
                return found
            if self.faults is not None:
                check_value(element[0], found)
            return found
        except (UnicodeError, ExpectedValue) as error:
            if self.faults is not None:
                why = str(error) if isinstance(error, ExpectedValue) else self._unreadable()
                self.faults.append(DimseError(CANNOT_UNDERSTAND, f"{_name(tag)}: {why}", tag))
            return ()

    def _unreadable(self) -> str:
        return f"no text in character set {' '.join(filter(None, self.terms)) or charsets.DEFAULT}"


def _name(tag: int) -> str:
    return keyword_for_tag(tag) or f"({tag >> 16:04X},{tag & 0xFFFF:04X})"


# --- the rules of the information models ----------------------------------------------------------


def check_level(identifier: Dataset, model: str) -> str:
    """Return the level a C-MOVE or C-GET asks for; raises DimseError 0xA900."""
    level = str(identifier.get("QueryRetrieveLevel") or "").strip()
    _check(level, lambda key: values(identifier[key]) if key in identifier else (), model, False)
    return level


def _check(level: str, given: Callable[[str], Sequence[str]], model: str, relational: bool) -> None:
    """Check level and unique keys; raises DimseError 0xA900 (PS3.4 C.4.1.2.1, C.4.1.2.2.1).

    Above the level, every unique key has a single value, unless relational queries are allowed.
    """
    allowed = LEVELS if model == "patient" else LEVELS[1:]
    if not level:
        raise _bad("Query/Retrieve Level (0008,0052) is missing", _LEVEL)
    if level not in allowed:
        raise _bad(f"level '{level[:16]}' is not one of {', '.join(allowed)}", _LEVEL)
    for above in () if relational else allowed[: allowed.index(level)]:
        key = UNIQUE_KEY[above]
        found = given(key)
        if len(found) != 1 or has_wildcard(found[0]):
            raise _bad(f"{key} must have one value at level {level}", tag_for_keyword(key) or 0)


def _bad(comment: str, tag: int) -> DimseError:
    return DimseError(DATASET_DOES_NOT_MATCH_CLASS, comment, tag)
