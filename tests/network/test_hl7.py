"""Reading and writing HL7 v2, with python-hl7 as the second opinion."""

from __future__ import annotations

from datetime import datetime

import hl7 as oracle
import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator.network import hl7, hl7_ack, hl7_fields, hl7_orders, hl7_writing
from simulator.network.hl7 import Hl7Error, parse

NOW = datetime(2026, 3, 2, 7, 30)
HEAD = b"MSH|^~\\&|HIS|HOSP|RIS|HOSP|20260302||ADT^A08^ADT_A01|M1|P|2.5.1||||||UNICODE UTF-8\r"
PID = "PID|1||P1^^^HOSP^MR~77^^^CITY^SS||MÜLLER^ANNA^MARIA^JR^DR||19700131|F\r".encode()
PRINTABLE = st.text(st.characters(codec="utf-8", exclude_categories=["C", "Z"]), max_size=20)


def test_values_are_addressed_as_hl7_people_do() -> None:
    message = parse(HEAD + PID + b"OBX|1|TX|||one\rOBX|2|TX|||two\\T\\three\r")
    assert (message.kind, message.control_id) == ("ADT^A08", "M1")
    assert message.get("MSH-1") == "|" and message.get("MSH-2") == "^~\\&"
    assert message.get("PID-3.1") == "P1" and message.get("PID-3[2].4") == "CITY"
    assert message.get("PID-5.1") == "MÜLLER" and message.get("OBX[2]-5") == "two&three"
    assert message.get("PID-99") == message.get("ZZZ-1") == message.get("OBX[3]-5") == ""
    assert message.count("OBX") == 2 and message.raw.startswith(HEAD)


def test_python_hl7_reads_the_same() -> None:
    message, other = parse(HEAD + PID), oracle.parse((HEAD + PID).decode())
    for path, place in (("PID-3.1", "PID.F3.R1.C1"), ("PID-3[2].1", "PID.F3.R2.C1"),
                        ("PID-5.2", "PID.F5.R1.C2"), ("MSH-10", "MSH.F10")):  # fmt: skip
        assert message.get(path) == other[place]


def test_a_name_s_prefix_and_suffix_change_places() -> None:
    who = hl7_orders.identity(parse(HEAD + PID))
    assert who.name == "MÜLLER^ANNA^MARIA^DR^JR"
    assert hl7_writing.name(who.name) == "MÜLLER^ANNA^MARIA^JR^DR"
    assert (who.patient_id, who.issuer, who.birth_date) == ("P1", "HOSP", "19700131")


@given(PRINTABLE)
def test_what_is_escaped_comes_back(text: str) -> None:
    line = hl7.segment("NTE", {3: hl7.escape(text)})
    message = parse(HEAD + f"{line}\r".encode())
    assert message.get("NTE-3") == text and message.count("NTE") == 1


@given(st.binary(max_size=300))
def test_any_bytes_are_read_or_refused_in_a_sentence(data: bytes) -> None:
    for raw in (data, HEAD + data, HEAD[:20] + data):
        try:
            message = parse(raw)
            assert message.text and message.get("PID-3.1") is not None
        except Hl7Error as error:
            assert error.sentence and error.code in hl7.MEANING
        hl7.parse_anyway(raw)
        ack = hl7_ack.acknowledge(hl7.peek(raw), "AE", None, NOW)
        assert hl7_ack.read(ack).code == "AE"


@pytest.mark.parametrize("end", [b"\r", b"\n", b"\r\n", b"\r\r"])
def test_other_line_ends_are_let_through(end: bytes) -> None:
    message = parse(end + (HEAD + PID).replace(b"\r", end))
    assert message.get("PID-3.1") == "P1"


def test_without_any_segment_terminator_the_error_says_so() -> None:
    with pytest.raises(Hl7Error, match="no carriage return"):
        hl7_orders.identity(parse((HEAD + PID).replace(b"\r", b"")))


def test_odd_headers_are_read() -> None:
    odd = parse(HEAD.replace(b"RIS|HOSP", b"^^|^^"))
    assert odd.get("MSH-5.1") == odd.get("MSH-6.1") == ""
    other = parse(b"MSH#*!@%#HIS##RIS##2026##ADT*A08#7#P#2.3.1\rPID###P1***X\r")
    assert other.kind == "ADT^A08" and other.get("PID-3.4") == "X"


@pytest.mark.parametrize(
    ("change", "where", "code"),
    [
        ((b"UTF-8", b"UTF-9"), "MSH-18", hl7.VALUE),
        (("Ü".encode(), b"\xdc"), "PID-5", hl7.TYPE),
        ((b"PID|1", b"pid|1"), "segment 2", hl7.SEQUENCE),
        ((b"MSH|", b"MSX|"), "MSH", hl7.SEQUENCE),
    ],
)
def test_what_cannot_be_read_is_named(change: tuple[bytes, bytes], where: str, code: int) -> None:
    with pytest.raises(Hl7Error) as refused:
        parse((HEAD + PID).replace(*change))
    assert (refused.value.where, refused.value.code) == (where, code)


@pytest.mark.parametrize("name", ["8859/1", "UNICODE UTF-8", "8859/15"])
def test_each_character_set_there_and_back(name: str) -> None:
    lines = [HEAD.decode().strip().replace("UNICODE UTF-8", name), PID.decode().strip()]
    assert parse(hl7.encode(lines, name)).get("PID-5.1") == "MÜLLER"


def test_a_letter_the_character_set_lacks_is_not_sent() -> None:
    with pytest.raises(Hl7Error, match="cannot be written in ASCII"):
        hl7.encode(["NTE|1||Ü"], "ASCII")


@pytest.mark.parametrize("text", ["20261340", "2026", "now", "20260230", "2026030225"])
def test_a_date_that_is_none(text: str) -> None:
    with pytest.raises(Hl7Error, match="no date and time"):
        hl7.moment(text, "PID-7")
    assert hl7.moment("20260302093000.123+0100", "PID-7") == datetime(2026, 3, 2, 9, 30)
    assert hl7.moment("", "PID-7") is None


# --- acknowledgements ---------------------------------------------------------------------------


def error() -> Hl7Error:
    return Hl7Error(hl7.REQUIRED, "PID-3", "the patient has no identifier")


def test_an_err_segment_names_the_field() -> None:
    ack = parse(hl7_ack.acknowledge(parse(HEAD + PID), "AE", error(), NOW))
    assert (ack.get("MSA-1"), ack.get("MSA-2")) == ("AE", "M1")
    assert ack.parts("ERR-2") == ["PID", "1", "3"] and ack.get("ERR-3.1") == "101"
    assert "no identifier" in ack.get("ERR-8") and ack.get("ERR-4") == "E"
    assert (ack.get("MSH-3"), ack.get("MSH-5"), ack.kind) == ("RIS", "HIS", "ACK^A08")


def test_older_versions_have_it_in_err_1() -> None:
    old = parse(HEAD.replace(b"2.5.1", b"2.3.1") + PID)
    ack = parse(hl7_ack.acknowledge(old, "AE", error(), NOW))
    assert ack.parts("ERR-1")[:3] == ["PID", "1", "3"] and ack.get("ERR-1.4.1") == "101"


@pytest.mark.parametrize(
    ("accept", "application", "code", "codes"),
    [
        ("", "", "AA", ["AA"]), ("AL", "NE", "AA", ["CA"]), ("AL", "AL", "AA", ["CA", "AA"]),
        ("NE", "ER", "AA", []), ("NE", "ER", "AE", ["AE"]), ("SU", "", "AE", []),
        ("AL", "", "AR", ["CR"]), ("ER", "", "AE", ["CE"]),
    ],
)  # fmt: skip
def test_original_and_enhanced_mode(
    accept: str, application: str, code: str, codes: list[str]
) -> None:
    head = HEAD.replace(b"2.5.1||||||", f"2.5.1|||{accept}|{application}||".encode())
    found = hl7_ack.answers(parse(head), code, None, NOW)
    assert [hl7_ack.read(line).code for line in found] == codes


@pytest.mark.parametrize("raw", [b"Error: out of memory", HEAD, HEAD + b"MSA|XX|M1\r", b""])
def test_what_is_no_acknowledgement(raw: bytes) -> None:
    with pytest.raises(Hl7Error):
        hl7_ack.read(raw)


# --- what messages say --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("segments", "where"),
    [
        ("PID|||||X", "PID-3"),
        ("PID|||P1||X||20261340", "PID-7"),
        ("PID|||P1||X|||Q", "PID-8"),
        ("PID|||P1\rORC|NW|O1\rOBR||||CT||||||||||||||A1234567890123456", "OBR-18"),
        ("PID|||P1\rORC|ZZ|O1", "ORC-1"),
        ("PID|||P1\rORC|NW", "ORC-2"),
        ("PID|||P1", "ORC"),
        ("PID|||P1\rORC|NW|O1|||||^^^20261340", "ORC-7"),
        ("PID|||P1\rORC|NW|O1\rZDS|1.2.x", "ZDS-1"),
        ("PID|||" + "P" * 65, "PID-3"),
    ],
)
def test_an_order_s_errors_name_their_field(segments: str, where: str) -> None:
    message = parse(HEAD + segments.encode() + b"\r")
    with pytest.raises(Hl7Error) as refused:
        hl7_orders.order(message)
    assert refused.value.where == where


def test_a_merge_of_one_identifier_with_itself() -> None:
    with pytest.raises(Hl7Error, match="both name P1"):
        hl7_orders.merge(parse(HEAD + PID + b"MRG|P1^^^HOSP\r"))
    assert hl7_orders.merge(parse(HEAD + PID + b"MRG|P2\r")).retired_issuer == "HOSP"


def test_fields_have_names_and_differences_are_found() -> None:
    one = parse(HEAD + PID + b"ZXX|1\r")
    rows = {row["path"]: row for row in hl7_fields.described(one)}
    assert rows["PID-5"]["name"] == "Patient name" and rows["ZXX-1"]["name"] == ""
    assert rows["MSH-10"]["value"] == "M1"
    other = parse((HEAD + PID).replace(b"MARIA", b"MIA"))
    found = hl7_fields.differences(one, other)
    assert [row["path"] for row in found] == ["PID-5", "ZXX-1"]
    assert "MARIA" in found[0]["one"] and "MIA" in found[0]["other"] and found[1]["other"] == ""
