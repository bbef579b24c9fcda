"""HL7 v2 in its ER7 form: reading, whatever comes, and writing.

A codec of our own, because a strict library cannot show the bytes as they came nor read what is
wrong on purpose. A message keeps its bytes; values are addressed as HL7 people do: `PID-5.1`,
`OBX[2]-5`, `PID-3[2].1`. What cannot be read raises `Hl7Error`, which names segment and field.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

from simulator.errors import PacsLabError

# Codes of table HL70357, as ERR-3 carries them.
SEQUENCE, REQUIRED, TYPE, VALUE = 100, 101, 102, 103
UNKNOWN_TYPE, UNKNOWN_EVENT, PROCESSING, VERSION = 200, 201, 202, 203
UNKNOWN_KEY, DUPLICATE_KEY, LOCKED, INTERNAL = 204, 205, 206, 207
MEANING = {
    SEQUENCE: "Segment sequence error", REQUIRED: "Required field missing",
    TYPE: "Data type error", VALUE: "Table value not found",
    UNKNOWN_TYPE: "Unsupported message type", UNKNOWN_EVENT: "Unsupported event code",
    PROCESSING: "Unsupported processing id", VERSION: "Unsupported version id",
    UNKNOWN_KEY: "Unknown key identifier", DUPLICATE_KEY: "Duplicate key identifier",
    LOCKED: "Application record locked", INTERNAL: "Application internal error",
}  # fmt: skip
# MSH-18 (table HL70211) and the codec that reads it
CHARSETS = {
    "ASCII": "ascii", **{f"8859/{n}": f"iso8859_{n}" for n in (*range(1, 10), 15)},
    "UNICODE UTF-8": "utf-8", "UNICODE": "utf-8", "UTF-8": "utf-8", "ISO IR6": "ascii",
    "ISO IR14": "shift_jis", "ISO IR87": "iso2022_jp", "ISO IR159": "iso2022_jp_1",
    "GB 18030-2000": "gb18030", "KS X 1001": "euc_kr", "BIG-5": "big5",
}  # fmt: skip
_PATH = re.compile(r"([A-Z][A-Z0-9]{2})(?:\[(\d+)\])?-(\d+)(?:\[(\d+)\])?(?:\.(\d+))?(?:\.(\d+))?")
_ESCAPES = {"F": "field", "S": "component", "T": "subcomponent", "R": "repetition", "E": "escape"}


class Hl7Error(PacsLabError):
    """A message that is refused: the code of HL70357, where, and AE (content) or AR (refused)."""

    def __init__(self, code: int, where: str, sentence: str, *, ack: str = "AE") -> None:
        """Refuse because of the field `where`, e.g. PID-5."""
        super().__init__(f"{where}: {sentence}" if where else sentence)
        self.code, self.where, self.ack = code, where, ack


@dataclass(frozen=True)
class Delimiters:
    """The five characters that MSH-1 and MSH-2 name."""

    field: str = "|"
    component: str = "^"
    repetition: str = "~"
    escape: str = "\\"
    subcomponent: str = "&"


STANDARD = Delimiters()


@dataclass(frozen=True, kw_only=True)
class Message:
    """One message: its bytes as they came, and its segments as lists of raw fields."""

    raw: bytes
    segments: tuple[tuple[str, ...], ...]  # each (name, field 1, field 2 …)
    delimiters: Delimiters = STANDARD

    def get(self, path: str) -> str:
        """Return a value without its escapes; empty where there is none."""
        segment, nth, field, repetition, component, part = _place(path)
        found = [fields for fields in self.segments if fields[0] == segment]
        if nth > len(found) or field >= len(found[nth - 1]):
            return ""
        text = found[nth - 1][field]
        d = self.delimiters
        if segment == "MSH" and field <= 2:
            return text
        text = _nth(text.split(d.repetition), repetition)
        if component:
            text = _nth(text.split(d.component), component)
            if part:
                text = _nth(text.split(d.subcomponent), part)
        return unescape(text, d).strip()

    def count(self, segment: str) -> int:
        """Return how many segments of this name there are."""
        return sum(fields[0] == segment for fields in self.segments)

    def parts(self, path: str) -> list[str]:
        """Return the components of a field's first repetition."""
        segment, nth, field, repetition, _, _ = _place(path)
        found = [fields for fields in self.segments if fields[0] == segment]
        if nth > len(found) or field >= len(found[nth - 1]):
            return []
        d = self.delimiters
        text = _nth(found[nth - 1][field].split(d.repetition), repetition)
        return [unescape(part, d).strip() for part in text.split(d.component)]

    @property
    def kind(self) -> str:
        """Type and trigger, e.g. 'ADT^A08'."""
        return "^".join(filter(None, (self.get("MSH-9.1"), self.get("MSH-9.2"))))

    @property
    def control_id(self) -> str:
        """What the acknowledgement refers to."""
        return self.get("MSH-10")

    @property
    def text(self) -> str:
        """The message as lines a person reads."""
        return "\n".join(_line(fields, self.delimiters) for fields in self.segments)


def parse(raw: bytes, default_charset: str = "ASCII") -> Message:
    """Read a message; raises Hl7Error naming what is wrong and where."""
    head = peek(raw)
    if not head.segments:
        raise Hl7Error(SEQUENCE, "MSH", "the message does not begin with an MSH segment", ack="AR")
    if not re.search(rb"[\r\n]", raw.strip(b"\r\n\t ") + raw[-1:]):
        raise Hl7Error(SEQUENCE, "MSH", "no carriage return ends any segment")
    text = _decode(raw, head.get("MSH-18[1]") or default_charset, head.delimiters)
    message = Message(raw=raw, segments=_split(text, head.delimiters), delimiters=head.delimiters)
    for number, (name, *_) in enumerate(message.segments, 1):
        if not re.fullmatch(r"[A-Z][A-Z0-9]{2}", name):
            shown = name[:20].encode("ascii", "replace").decode()
            raise Hl7Error(SEQUENCE, f"segment {number}", f"'{shown}' is no segment's name")
    if message.count("MSH") > 1:
        raise Hl7Error(SEQUENCE, "MSH", "a second MSH: two messages in one frame, which none has "
                       "read; <FS><CR> must end each")  # fmt: skip
    return message


def peek(raw: bytes) -> Message:
    """Read only the header and never fail: enough to answer a message that cannot be read."""
    text = raw.lstrip(b"\r\n\t ").decode("latin-1")
    line = re.split(r"[\r\n]", text, maxsplit=1)[0]
    field = line[3:4]
    if not line.startswith("MSH") or len(line) < 5 or field.isalnum() or field.isspace():
        return Message(raw=raw, segments=())
    signs = line[4:].partition(field)[0]
    delimiters = Delimiters(field, *(signs + "^~\\&"[len(signs) :])[:4])
    return Message(raw=raw, segments=_split(line, delimiters), delimiters=delimiters)


def parse_anyway(raw: bytes) -> Message:
    """Read what can be read, to show it; every byte becomes some letter."""
    head = peek(raw)
    segments = _split(raw.decode("latin-1"), head.delimiters)
    return Message(raw=raw, segments=segments, delimiters=head.delimiters)


def charset(name: str) -> str:
    """Return Python's codec for an MSH-18 value; raises Hl7Error for one we do not know."""
    if name.upper() not in CHARSETS:
        raise Hl7Error(VALUE, "MSH-18", f"'{name[:20]}' is no character set known here")
    return CHARSETS[name.upper()]


def _decode(raw: bytes, name: str, delimiters: Delimiters) -> str:
    try:
        return raw.decode(charset(name))
    except UnicodeDecodeError as error:
        where = _where(raw[: error.start], delimiters)
        byte = f"0x{raw[error.start]:02X}"
        raise Hl7Error(TYPE, where, f"byte {byte} is not {name}, which MSH-18 promises") from error


def _where(before: bytes, delimiters: Delimiters) -> str:
    """Return the field in which `before` ends."""
    line = re.split(r"[\r\n]", before.decode("latin-1"))[-1]
    number = line.count(delimiters.field) + line.startswith("MSH")
    return f"{line[:3]}-{number}" if number else line[:3]


def _split(text: str, d: Delimiters) -> tuple[tuple[str, ...], ...]:
    """Cut into segments and fields; CR ends a segment, and LF is let through for those who err."""
    found = []
    for line in re.split(r"[\r\n]+", text.lstrip("\r\n\t ")):
        if line.strip():
            name, *fields = line.split(d.field)
            found.append((name, *([d.field] if name == "MSH" else []), *fields))
    return tuple(found)


def _line(fields: Sequence[str], d: Delimiters) -> str:
    return d.field.join([fields[0], *fields[2:]] if fields[0] == "MSH" else fields)


@lru_cache(maxsize=1024)
def _place(path: str) -> tuple[str, int, int, int, int, int]:
    found = _PATH.fullmatch(path)
    if not found:
        raise ValueError(f"'{path}' is no place in a message")
    name, nth, field, repetition, component, part = found.groups()
    return (name, int(nth or 1), int(field), int(repetition or 1), int(component or 0),
            int(part or 0))  # fmt: skip


def _nth(parts: Sequence[str], number: int) -> str:
    return parts[number - 1] if 0 < number <= len(parts) else ""


# --- escapes ------------------------------------------------------------------------------------


def escape(text: str, d: Delimiters = STANDARD) -> str:
    """Write a text so that it can stand in a field; line ends become \\.br\\."""
    signs = {getattr(d, name): f"{d.escape}{letter}{d.escape}" for letter, name in _ESCAPES.items()}
    signs["\n"] = f"{d.escape}.br{d.escape}"
    return "".join(signs.get(c, c) for c in text if c not in "\r\x0b\x1c\x1d")


def unescape(text: str, d: Delimiters = STANDARD) -> str:
    """Read a text back; an escape nobody knows stays as it is."""
    if d.escape not in text:
        return text
    e = re.escape(d.escape)

    def meant(found: re.Match[str]) -> str:
        code = found[1]
        if code in _ESCAPES:
            return str(getattr(d, _ESCAPES[code]))
        if re.fullmatch(r"X([0-9A-Fa-f]{2})+", code):
            return bytes.fromhex(code[1:]).decode("latin-1")
        return "\n" if code == ".br" else found[0]

    return re.sub(f"{e}([^{e}]*){e}", meant, text)


# --- writing ------------------------------------------------------------------------------------


def segment(name: str, fields: Mapping[int, str]) -> str:
    """Write a segment of fields by number; their text is escaped already."""
    values = [fields.get(number, "") for number in range(1, max(fields, default=0) + 1)]
    return "|".join([name, *values])


def encode(segments: Sequence[str], charset_name: str = "UNICODE UTF-8") -> bytes:
    """Return the bytes of a message; raises Hl7Error where the character set lacks a letter."""
    text = "".join(f"{line}\r" for line in segments)
    try:
        return text.encode(charset(charset_name))
    except UnicodeEncodeError as error:
        bad = text[error.start]
        raise Hl7Error(TYPE, "", f"'{bad}' cannot be written in {charset_name}") from error


def moment(text: str, where: str) -> datetime | None:
    """Read a time stamp (YYYYMMDD[HH[MM[SS]]]); None if empty, Hl7Error if it is none."""
    bare = re.sub(r"(\.\d+)?([+-]\d{4})?$", "", text)
    if not bare:
        return None
    pattern = {8: "%Y%m%d", 10: "%Y%m%d%H", 12: "%Y%m%d%H%M", 14: "%Y%m%d%H%M%S"}.get(len(bare))
    try:
        if pattern is None or not (bare.isascii() and bare.isdigit()):
            raise ValueError
        return datetime.strptime(bare, pattern)
    except ValueError:
        raise Hl7Error(TYPE, where, f"'{text[:20]}' is no date and time") from None


def stamp(at: datetime) -> str:
    """Write a time stamp."""
    return f"{at:%Y%m%d%H%M%S}"
