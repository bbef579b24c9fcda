"""Character sets: to bytes and back, as the standard's own examples have it (PS3.5 H to K)."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator.network.charsets import decode, encode, known

TEXTS = [
    (["ISO_IR 100"], "Buc^Jérôme", b"Buc^J\xe9r\xf4me"),  # PS3.5 I, and the report of DICOM WG-6
    (["ISO_IR 101"], "Wałęsa", b"Wa\xb3\xeasa"),
    (["ISO_IR 126"], "Διονυσιος", b"\xc4\xe9\xef\xed\xf5\xf3\xe9\xef\xf2"),
    (["ISO_IR 127"], "قباني^لنزار", b"\xe2\xc8\xc7\xe6\xea^\xe4\xe6\xd2\xc7\xd1"),
    (["ISO_IR 138"], "שרון^דבורה", b"\xf9\xf8\xe5\xef^\xe3\xe1\xe5\xf8\xe4"),
    (["ISO_IR 144"], "Люкceмбypг", b"\xbb\xee\xdace\xdc\xd1yp\xd3"),
    (["ISO_IR 148"], "Çavuşoğlu", b"\xc7avu\xfeo\xf0lu"),
    (["ISO_IR 166"], "สมชาย", b"\xca\xc1\xaa\xd2\xc2"),
    (["ISO_IR 13"], "ﾔﾏﾀﾞ^ﾀﾛｳ", b"\xd4\xcf\xc0\xde^\xc0\xdb\xb3"),
    (["ISO_IR 192"], "王^小東", "王^小東".encode()),
    (["GB18030"], "王^小东", b"\xcd\xf5^\xd0\xa1\xb6\xab"),
    (["GBK"], "王^小东", b"\xcd\xf5^\xd0\xa1\xb6\xab"),
    (
        ["", "ISO 2022 IR 87"],
        "Yamada^Tarou=山田^太郎=やまだ^たろう",
        b"Yamada^Tarou=\x1b$B;3ED\x1b(B^\x1b$BB@O:\x1b(B=\x1b$B$d$^$@\x1b(B^\x1b$B$?$m$&\x1b(B",
    ),
    (
        ["ISO 2022 IR 13", "ISO 2022 IR 87"],
        "ﾔﾏﾀﾞ^ﾀﾛｳ=山田^太郎",
        b"\xd4\xcf\xc0\xde^\xc0\xdb\xb3=\x1b$B;3ED\x1b(B^\x1b$BB@O:\x1b(B",
    ),
    (
        ["", "ISO 2022 IR 149"],
        "Hong^Gildong=洪^吉洞=홍^길동",
        b"Hong^Gildong=\x1b$)C\xfb\xf3^\x1b$)C\xd1\xce\xd4\xd7="
        b"\x1b$)C\xc8\xab^\x1b$)C\xb1\xe6\xb5\xbf",
    ),
    (
        ["", "ISO 2022 IR 58"],
        "Zhang^XiaoDong=张^小东",
        b"Zhang^XiaoDong=\x1b$)A\xd5\xc5^\x1b$)A\xd0\xa1\xb6\xab",
    ),
    (["", "ISO 2022 IR 87", "ISO 2022 IR 159"], "丂", b"\x1b$(D0!\x1b(B"),
    (["ISO 2022 IR 100", "ISO 2022 IR 144"], "Jérôme Люк", b"J\xe9r\xf4me \x1b-L\xbb\xee\xda"),
]


@pytest.mark.parametrize(("terms", "text", "raw"), TEXTS, ids=lambda x: str(x)[:30])
def test_text_to_bytes_and_back(terms: list[str], text: str, raw: bytes) -> None:
    assert encode(text, terms) == raw
    assert decode(raw, terms) == text


def test_a_writer_that_does_not_switch_again_is_understood() -> None:
    assert decode(b"\x1b$)C\xfb\xf3^\xd1\xce\xd4\xd7", ["", "ISO 2022 IR 149"]) == "洪^吉洞"


def test_an_escape_sequence_that_was_not_declared_is_understood() -> None:
    assert decode(b"A\x1b$B;3ED\x1b(B", ["ISO 2022 IR 6"]) == "A山田"


@pytest.mark.parametrize(
    ("raw", "terms"),
    [
        (b"M\xfcller", []),
        (b"M\xfcller", ["ISO_IR 6"]),
        (b"M\xfcller", ["ISO_IR 192"]),
        (b"M\xfcller", ["KLINGON"]),
        (b"\x1b$B;3E\x1b(B", ["", "ISO 2022 IR 87"]),  # half a character
        (b"\x1b$Z;3E", ["", "ISO 2022 IR 87"]),
    ],
)
def test_what_cannot_be_read_is_an_error(raw: bytes, terms: list[str]) -> None:
    with pytest.raises(UnicodeError):
        decode(raw, terms)


@pytest.mark.parametrize(
    ("text", "terms"),
    [("山田", ["ISO_IR 100"]), ("山田", ["ISO_IR 13"]), ("ü", []), ("ß", ["", "ISO 2022 IR 58"])],
)
def test_what_a_set_lacks_is_an_error(text: str, terms: list[str]) -> None:
    with pytest.raises(UnicodeError):
        encode(text, terms)


def test_terms_as_they_are_misspelt() -> None:
    assert all(map(known, ["", "ISO_IR 100", "ISO-IR 100", "iso_ir_192", "UTF-8", "GB18030"]))
    assert not known("ISO_IR 999")


@given(st.text(st.sampled_from("Ab^=\\ 山やﾔ洪"), max_size=12))
def test_whatever_can_be_written_can_be_read(text: str) -> None:
    terms = ["ISO 2022 IR 13", "ISO 2022 IR 87"]
    assert decode(encode(text, terms), terms) == text
