"""The wire view: rows and their grouping, the drawing, and the panel on a running hospital."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from html import unescape
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from simulator import console
from simulator.client import Client
from simulator.console import wire_drawing
from simulator.console.look import find
from simulator.console.wire_rows import Line, lines

Press = Callable[[Any, str], str]
EVIL = "<script>alert(1)</script>"


def message(number: int, name: str, /, **facts: Any) -> dict[str, Any]:
    way = ("PACSLAB", "CT1") if name.endswith(("-RSP", "-AC", "-RJ")) else ("CT1", "PACSLAB")
    given = {
        "source": way[0],
        "target": way[1],
        "about": "",
        "verdict": "",
        "says": "",
        "at": f"2026-11-24T07:00:00.{number:03}",
        "hospital": "2026-03-02T07:01:00",
    }
    return {"number": number, "name": name, **given, **facts}


def connection(*messages: dict[str, Any], identity: str = "a1") -> dict[str, Any]:
    return {"id": identity, "protocol": "DICOM", "tls": False, "messages": list(messages)}


def stores(count: int, *, failing: int = 0) -> list[dict[str, Any]]:
    """Return so many C-STOREs with their answers; those from `failing` on fail."""
    found = [message(1, "A-ASSOCIATE-RQ"), message(2, "A-ASSOCIATE-AC", says="accepted")]
    for n in range(1, count + 1):
        bad = bool(failing) and n >= failing
        says = "0xA700 (out of resources)" if bad else "0x0000 (success)"
        found += [
            message(2 * n + 1, "C-STORE-RQ", about="CT Image Storage"),
            message(2 * n + 2, "C-STORE-RSP", says=says, verdict="failed" if bad else ""),
        ]
    return found


def words(found: list[Line]) -> list[str]:
    return [line.words for line in found]


# --- rows -------------------------------------------------------------------------------------


def test_what_repeats_becomes_one_row_for_each_direction() -> None:
    found = lines([connection(*stores(34))])
    assert words(found)[2:] == [
        "×34 C-STORE-RQ · CT Image Storage", "×34 C-STORE-RSP · 0x0000 (success)",
    ]  # fmt: skip
    assert [m["number"] for m in found[2].messages] == list(range(3, 71, 2))
    assert sum(len(line.messages) for line in found) == 70  # none is lost


def test_what_differs_is_never_grouped_away() -> None:
    found = words(lines([connection(*stores(6, failing=6))]))
    assert found[2:] == [
        "×5 C-STORE-RQ · CT Image Storage", "×5 C-STORE-RSP · 0x0000 (success)",
        "C-STORE-RQ · CT Image Storage", "failed: C-STORE-RSP · 0xA700 (out of resources)",
    ]  # fmt: skip
    assert len(lines([connection(*stores(2))])) == 6  # two are not many


def test_pending_answers_are_grouped() -> None:
    pending = [message(n, "C-FIND-RSP", says="0xFF00 (pending)") for n in range(4, 16)]
    query = message(3, "C-FIND-RQ", about="Study Root")
    last = message(16, "C-FIND-RSP", says="0x0000 (success)")
    found = words(lines([connection(query, *pending, last)]))
    assert found == ["C-FIND-RQ · Study Root", "×12 C-FIND-RSP · 0xFF00 (pending)",
                     "C-FIND-RSP · 0x0000 (success)"]  # fmt: skip


def test_connections_are_mixed_by_time() -> None:
    one = connection(message(1, "C-ECHO-RQ"), message(5, "C-ECHO-RSP"))
    other = connection(message(3, "A-ABORT", verdict="broken off"), identity="h9")
    assert [line.connection for line in lines([one, other])] == ["a1", "h9", "a1"]


# --- the picture ------------------------------------------------------------------------------


def test_the_drawing_is_well_formed_and_harmless() -> None:
    wild = {"source": EVIL, "target": "B&'\"", "name": EVIL, "says": EVIL * 50, "about": EVIL,
            "verdict": "refused"}  # fmt: skip
    found = lines([connection(message(1, "x", **wild), *stores(3))])
    who = wire_drawing.names(found)
    for svg in (wire_drawing.head(who, {EVIL: EVIL}), wire_drawing.picture(found, who)):
        tree = ElementTree.fromstring(svg)
        assert not [part for part in tree.iter() if part.tag.endswith("script")]
        assert "<script" not in svg


def test_a_verdict_is_said_in_words_and_drawn_with_a_cross() -> None:
    def drawn(verdict: str) -> str:
        found = lines([connection(message(1, "C-STORE-RSP", says="0xA700", verdict=verdict))])
        return wire_drawing.picture(found, wire_drawing.names(found))

    cross = "l10 10m0 -10l-10 10"
    assert cross in drawn("failed") and "✕ failed: C-STORE-RSP" in drawn("failed")
    assert cross not in drawn("") and "✕" not in drawn("")
    assert "▲ warning" in drawn("warning") and cross not in drawn("warning")


def test_what_reached_nobody_stops_half_way() -> None:
    found = lines([connection(message(1, "no connection", verdict="failed"))])
    svg = wire_drawing.picture(found, ["CT1", "PACSLAB"])
    parts = ElementTree.fromstring(svg).iter()
    (line,) = [part for part in parts if part.get("stroke-width") == "2.4" and part.get("x2")]
    ends = [wire_drawing._x(at, 2) for at in (0, 1)]
    assert int(line.get("x1") or 0) == ends[0] and int(line.get("x2") or 0) < ends[1]


# --- the panel --------------------------------------------------------------------------------


def choose(panel: Any, words: str) -> str:
    """Click the last arrow with these words; returns what is said of it."""
    rows = find(panel, "wire-rows")
    key = next(value for label, value in reversed(rows.options) if words in label)
    rows.value = key
    return unescape(re.sub(r"<[^>]+>", " ", find(panel, "details").value))


def test_an_arrow_is_clicked_and_read(seat: Client, press: Press) -> None:
    good = seat.modality("CT1").settings["archive.ae"]
    seat.modality("CT1").set("archive.ae", "WRONG")
    seat.modality("CT1").echo()
    seat.modality("CT1").set("archive.ae", good)
    seat.modality("CT1").echo()
    panel = console.wire(seat, "CT1")
    assert find(panel, "message").value == ""
    assert ">PACSLAB</text>" in find(panel, "wire-head").value
    assert ">at the archive</text>" in find(panel, "wire-head").value  # the title that is none
    said = choose(panel, "refused: A-ASSOCIATE-RJ")
    assert "called AE title not recognised (1/1/7" in said
    said = choose(panel, "C-ECHO-RQ")
    assert "Command set" in said and "0x0030 (C-ECHO-RQ)" in said and "P-DATA-TF, 1 PDU" in said
    assert "Verification SOP Class" in choose(panel, "A-ASSOCIATE-RQ")


def test_hl7_is_read_by_segments(seat: Client) -> None:
    seat.ris.place(code="CT-HEAD")
    panel = console.wire(seat)
    find(panel, "protocol").value = "HL7"
    said = choose(panel, "ORM^O01")
    assert "MSH" in said and "Message type" in said and "OBR" in said
    assert "Acknowledgement code" in choose(panel, "ACK AA")


def test_one_of_many_alike_is_chosen(seat: Client) -> None:
    order = seat.ris.place(code="CT-HEAD")
    assert seat.modality("CT1").perform(order["accession"]).ok
    panel = console.wire(seat, "CT1")
    said = choose(panel, "C-STORE-RQ")
    which = find(panel, "which")
    assert len(which.options) > 2 and which.layout.display is None
    assert "Patient's Name" in said and order["patient_name"] in said
    which.value = 2
    assert find(panel, "details").value and "message 5" in find(panel, "details").value


def test_a_refresh_redraws_only_what_changed(seat: Client, press: Press) -> None:
    seat.modality("CT1").echo()
    panel = console.wire(seat, "CT1")
    choose(panel, "C-ECHO-RQ")
    chosen, changed = find(panel, "wire-rows").value, list[str]()
    for name in ("picture", "wire-head", "wire-rows", "details"):
        find(panel, name).observe(lambda change: changed.append(change["name"]))
    press(panel, "refresh")
    assert changed == []
    seat.modality("CT1").echo()
    press(panel, "refresh")
    assert "value" in changed and find(panel, "wire-rows").value == chosen  # and it stays chosen


def test_live_follows_by_itself_until_it_is_switched_off(seat: Client) -> None:
    panel = console.wire(seat, "WS2")
    find(panel, "live").value = True
    try:
        seat.workstation("WS2").echo()
        deadline = time.monotonic() + 20
        while not any("C-ECHO-RQ" in label for label, _ in find(panel, "wire-rows").options):
            assert time.monotonic() < deadline, "nothing came by itself"
            time.sleep(0.1)
    finally:
        find(panel, "live").value = False


def test_what_is_shown_is_saved(seat: Client, press: Press) -> None:
    seat.modality("CT1").echo()
    said = press(console.wire(seat, "CT1"), "save")
    path = Path(re.search(r"to (\S+\.pcapng)", said)[1])  # type: ignore[index]
    assert path.parent == seat.seat.folder / "captures"
    assert path.read_bytes()[:4] == b"\n\r\r\n"
    assert "Widen the choice" in press(console.wire(seat, "NOBODY"), "save")


@pytest.mark.parametrize("end", ["archive", "hospital"])
def test_each_end_can_be_looked_at_alone(seat: Client, end: str) -> None:
    seat.modality("CT1").echo()
    panel = console.wire(seat, "CT1")
    find(panel, "end").value = end
    assert {label.split()[1][0] for label, _ in find(panel, "wire-rows").options} == {end[0]}
