"""Specific Character Set: bytes to text and back (PS3.5 6.1, PS3.3 C.12.1.1.2).

Code extensions (ISO 2022) are read and written here, because pydicom does not know ISO 2022 IR 58
and because a reader must not fall over a writer that forgot to switch again after a delimiter.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from contextlib import suppress
from functools import lru_cache

from pydicom.datadict import dictionary_has_tag, dictionary_VR
from pydicom.dataelem import RawDataElement
from pydicom.dataset import Dataset
from pydicom.multival import MultiValue

UTF8 = "ISO_IR 192"
TEXT_VRS = frozenset({"LO", "LT", "PN", "SH", "ST", "UC", "UT"})  # of the Specific Character Set
DEFAULT = "ISO_IR 6"
_ASCII = "ascii"
# The number in a defined term: codec, and the escape sequence that makes it G1 (G0 if two-byte).
_SETS: dict[str, tuple[str, bytes]] = {
    "6": (_ASCII, b"\x1b(B"),
    "100": ("latin_1", b"\x1b-A"),
    "101": ("iso8859_2", b"\x1b-B"),
    "109": ("iso8859_3", b"\x1b-C"),
    "110": ("iso8859_4", b"\x1b-D"),
    "126": ("iso8859_7", b"\x1b-F"),
    "127": ("iso8859_6", b"\x1b-G"),
    "138": ("iso8859_8", b"\x1b-H"),
    "144": ("iso8859_5", b"\x1b-L"),
    "148": ("iso8859_9", b"\x1b-M"),
    "166": ("iso8859_11", b"\x1b-T"),
    "203": ("iso8859_15", b"\x1b-b"),
    "13": ("kana", b"\x1b)I"),
    "58": ("gb2312", b"\x1b$)A"),
    "87": ("jis208", b"\x1b$B"),
    "149": ("euc_kr", b"\x1b$)C"),
    "159": ("jis212", b"\x1b$(D"),
}
_WHOLE = {"ISO IR 192": "utf_8", "GB18030": "gb18030", "GBK": "gbk", "UTF 8": "utf_8"}
_BY_ESCAPE = {escape: codec for codec, escape in _SETS.values()}
_BY_ESCAPE |= {b"\x1b(J": _ASCII, b"\x1b$@": "jis208"}  # JIS X 0201 Romaji, JIS C 6226
_G0 = {_ASCII, "jis208", "jis212"}
_ESCAPE = re.compile(rb"(\x1b(?:\$[()][A-Z]|\$[@AB]|[()-][A-Za-z]))")
_DELIMITERS = re.compile(r"([\\^=\r\n\f\t])")
_DELIMITER_BYTES = re.compile(rb"([\\^=\r\n\f\t])")


def known(term: str) -> bool:
    """Return whether we can read text in this character set."""
    return _codec(term) is not None


def decode(raw: bytes, terms: Sequence[str]) -> str:
    """Return the text of `raw`; raises UnicodeError where these character sets cannot hold it."""
    if raw.isascii() and b"\x1b" not in raw:
        return raw.decode("ascii")
    first = terms[0] if terms else DEFAULT
    codec = _codec(first)
    if codec is None:
        raise UnicodeError(f"'{first[:16]}' is no character set we know")
    if b"\x1b" not in raw or codec in _WHOLE.values():
        return _read(raw, codec)
    return _iso2022(raw, codec)


def encode(text: str, terms: Sequence[str]) -> bytes:
    """Return `text` in these character sets; raises UnicodeError where they cannot hold it."""
    if text.isascii():
        return text.encode("ascii")
    codecs = [_codec(term) for term in terms or (DEFAULT,)]
    if None in codecs:
        raise UnicodeError("no character set we know")
    if len(codecs) == 1 and codecs[0] not in ("jis208", "jis212", "euc_kr", "gb2312"):
        return _write(text, str(codecs[0]))
    parts = (
        part.encode("ascii") if _DELIMITERS.fullmatch(part) else _extended(part, terms)
        for part in _DELIMITERS.split(text)
    )
    return b"".join(parts)


@lru_cache(maxsize=256)
def _codec(term: str) -> str | None:
    """Return the codec of a defined term; forgives - and _ for spaces, and small letters."""
    plain = re.sub(r"[-_ ]+", " ", term.strip().upper())
    if not plain:
        return _ASCII
    if plain in _WHOLE:
        return _WHOLE[plain]
    found = re.fullmatch(r"ISO (?:2022 )?IR (\d+)", plain)
    return _SETS[found[1]][0] if found and found[1] in _SETS else None


def _iso2022(raw: bytes, first: str) -> str:
    """Read text with escape sequences; G1 goes back to the first set at every delimiter."""
    initial = _ASCII if first in _G0 else first
    g0, g1, out = _ASCII, initial, []
    for part in _ESCAPE.split(raw):
        if part[:1] == b"\x1b":
            codec = _BY_ESCAPE.get(part)
            if codec is None:
                raise UnicodeError(f"unknown escape sequence {part[1:]!r}")
            g0, g1 = (codec, g1) if codec in _G0 else (g0, codec)
        elif g0 != _ASCII:
            out.append(_read(part, g0))
        else:
            for piece in _DELIMITER_BYTES.split(part):
                if _DELIMITER_BYTES.fullmatch(piece):
                    g1 = initial if initial != _ASCII else g1  # some forget to switch again
                out.append(_read(piece, g1))
    return "".join(out)


def _read(raw: bytes, codec: str) -> str:
    if codec in ("jis208", "jis212"):
        if len(raw) % 2 or not raw.isascii():
            raise UnicodeError("half a character")
        prefix = b"\x8f" if codec == "jis212" else b""
        pairs = (raw[at : at + 2] for at in range(0, len(raw), 2))
        return b"".join(prefix + bytes(b | 0x80 for b in pair) for pair in pairs).decode("euc_jp")
    if codec == "kana":
        return b"".join(raw[at : at + 1] for at in range(len(raw))).decode("shift_jis")
    return raw.decode(codec)


def _write(text: str, codec: str) -> bytes:
    """Encode text in one set, without escape sequences; two-byte sets in their G0 or G1 form."""
    if codec == "kana":
        raw = text.encode("shift_jis")
        if len(raw) != len(text):
            raise UnicodeError("JIS X 0201 has no such character")
        return raw
    if codec in ("jis208", "jis212"):
        size = 3 if codec == "jis212" else 2
        many = [character.encode("euc_jp") for character in text]
        if any(len(one) != size or one[0] == 0x8E for one in many):
            raise UnicodeError("the set has no such character")
        return b"".join(bytes(b & 0x7F for b in one[-2:]) for one in many)
    return text.encode(codec)


def _extended(text: str, terms: Sequence[str]) -> bytes:
    """Encode what stands between two delimiters, switching sets, and end in ASCII."""
    sets = [(str(_codec(term)), at == 0) for at, term in enumerate(terms)]
    escapes = {codec: escape for codec, escape in _SETS.values()}
    g0, g1 = _ASCII, sets[0][0] if sets[0][0] not in _G0 else _ASCII
    out = bytearray()
    for character in text:
        codec, raw = _fitting(character, [codec for codec, _ in sets])
        if codec in _G0:
            out += escapes[codec] if codec != g0 else b""
            g0 = codec
        else:
            out += (b"\x1b(B" if g0 != _ASCII else b"") + (escapes[codec] if codec != g1 else b"")
            g0, g1 = _ASCII, codec
        out += raw
    return bytes(out + (b"\x1b(B" if g0 != _ASCII else b""))


def _fitting(character: str, codecs: Sequence[str]) -> tuple[str, bytes]:
    if character.isascii():
        return _ASCII, character.encode("ascii")
    for codec in codecs:
        try:
            return codec, _write(character, codec)
        except UnicodeError:
            continue
    raise UnicodeError(f"none of the character sets has {character!r}")


# --- data sets of pydicom -------------------------------------------------------------------------


def terms_of(ds: Dataset) -> list[str]:
    """Return the defined terms of the Specific Character Set, one empty one if there is none."""
    declared = ds.get("SpecificCharacterSet")
    many = declared if isinstance(declared, MultiValue) else [declared]
    return [str(term or "").strip() for term in many]


def read_extended(ds: Dataset, inherited: Sequence[str] = ("",)) -> None:
    """Decode text with code extensions in place, before pydicom does."""
    terms = terms_of(ds) if "SpecificCharacterSet" in ds else inherited
    if not any(term.startswith("ISO 2022") for term in terms):
        return
    for tag in list(ds.keys()):
        raw = ds.get_item(tag)
        if not isinstance(raw, RawDataElement):
            continue
        vr = raw.VR or (dictionary_VR(tag) if dictionary_has_tag(tag) else "UN")
        if vr == "SQ":
            for item in ds[tag].value:
                read_extended(item, terms)
        elif vr in TEXT_VRS and raw.value and b"\x1b" in raw.value:
            with suppress(UnicodeError):  # pydicom may still make something of it
                text = decode(raw.value, terms).rstrip("\0 ")
                ds.add_new(tag, vr, text)


def declared(ds: Dataset) -> Dataset:
    """Return a data set that says UTF-8 where its text goes beyond ASCII and it names no set."""
    text = (str(element.value) for element in ds.iterall() if element.VR in TEXT_VRS)
    if "SpecificCharacterSet" in ds or all(map(str.isascii, text)):
        return ds
    copy = Dataset()
    copy.update(ds)
    copy.SpecificCharacterSet = UTF8
    return copy
