"""The panels of RIS and HL7, built and pressed against a running hospital."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from simulator import console
from simulator.client import Client
from simulator.console.look import find
from simulator.console.timeline import figure
from tests.net import wait_for

Press = Callable[[Any, str], str]
EVIL = "<script>alert(1)</script>"


def reported(seat: Client) -> dict[str, Any]:
    """Return an order of the first morning, reported just now."""
    order = seat.ris.orders()[0]
    pid = f"PID|1||{order['patient_id']}^^^PACSLAB^MR||{order['patient_name']}"
    obr = f"OBR|1|{order['placer']}|{order['accession']}|{order['code']}{'|' * 21}F"
    head = "MSH|^~\\&|DICTATION|HOSP|RIS|HOSP|20260302070000||ORU^R01|T1|P|2.5.1||||||UNICODE UTF-8"
    text = f"{head}\n{pid}\n{obr}\nOBX|1|TX|||Findings: {EVIL}"
    assert seat.ris.send("REPORTS", text)["code"] == "AA"
    wait_for(lambda: seat.archive.reports(order["accession"]), 10)
    return order


# --- messages -----------------------------------------------------------------------------------


def test_messages_are_read_field_by_field(seat: Client) -> None:
    viewer = console.message_viewer(seat)
    assert "ORM^O01" in find(viewer, "messages").value
    find(viewer, "filter-kind").value = "ORM^O01"
    first = find(viewer, "chosen").options[0][1]
    find(viewer, "chosen").value = first
    fields = find(viewer, "fields").value
    assert "Order control" in fields and "Patient identifier list" in fields and "MSH" in fields
    other = find(viewer, "chosen").options[1][1]
    find(viewer, "other").value = other
    differences = find(viewer, "fields").value
    assert "Message control ID" in differences and "Encoding characters" not in differences
    find(viewer, "other").value = first
    assert "Encoding characters" in find(viewer, "fields").value


def test_the_archive_s_messages_and_the_states(seat: Client) -> None:
    viewer = console.message_viewer(seat, "archive")
    assert "accepted" in find(viewer, "messages").value
    find(viewer, "filter-state").value = "rejected"
    assert "no such message" in find(viewer, "messages").value
    find(viewer, "filter-state").value = "any"
    number = find(viewer, "chosen").options[0][1]
    assert find(viewer, "text").value == seat.archive.message(number)["text"]


def test_a_refused_message_is_corrected_and_sent(seat: Client, press: Press) -> None:
    order = seat.ris.orders()[0]
    head = "MSH|^~\\&|DICTATION|HOSP|RIS|HOSP|20260302070000||ADT^A08|T9|P|2.5.1"
    text = f"{head}\nPID|1||{order['patient_id']}^^^PACSLAB||{EVIL}^X||20261340"
    assert seat.ris.send("REPORTS", text)["state"] == "parked"
    viewer = console.message_viewer(seat)
    find(viewer, "filter-state").value = "parked"
    assert "is no date" in find(viewer, "messages").value
    assert "<script" not in find(viewer, "messages").value + find(viewer, "fields").value
    assert "✘ It went out" in press(viewer, "replay")
    area = find(viewer, "text")
    area.value = area.value.replace("20261340", "19700101")
    assert "is sent" in press(viewer, "resend")
    find(viewer, "filter-state").value = "rejected"
    assert "✘ It came in" in press(viewer, "resend")
    assert "✘" in press(viewer, "replay")  # as it stands it is refused again
    assert "PID-7" in find(viewer, "message").value


def test_channels_are_paused_and_go_on(seat: Client, press: Press) -> None:
    viewer = console.message_viewer(seat)
    find(viewer, "channel").value = "PACS"
    assert "stands still" in press(viewer, "pause")
    assert next(r for r in seat.ris.channels() if r["name"] == "PACS")["paused"]
    assert "goes on" in press(viewer, "resume")


# --- timeline -----------------------------------------------------------------------------------


def test_the_way_of_an_order_is_a_picture(seat: Client, press: Press) -> None:
    order = reported(seat)
    panel = console.order_timeline(seat, order["accession"])
    assert bytes(find(panel, "picture").value).startswith(b"\x89PNG")
    table = find(panel, "table").value
    for name in ("RAD-2", "RAD-6", "RAD-7", "RAD-8", "RAD-24", "RAD-28"):
        assert name in table
    before = find(panel, "picture").value
    find(panel, "order").value = seat.ris.orders()[1]["accession"]
    assert find(panel, "picture").value != before
    assert press(panel, "refresh") == ""


def test_each_choice_is_drawn_once(seat: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    drawn: list[str] = []

    def drawing(rows: Any, title: str) -> bytes:
        drawn.append(title)
        return b""

    monkeypatch.setattr("simulator.console.timeline.figure", drawing)
    first, second = (order["accession"] for order in seat.ris.orders()[:2])
    panel = console.order_timeline(seat, first)
    find(panel, "order").value = second
    find(panel, "refresh").click()
    assert [title.split()[1] for title in drawn] == [first, second, second]


def test_a_picture_of_odd_texts_and_of_nothing() -> None:
    row = {"at": "2026-03-02T07:00:00", "from": "RIS", "to": "RIS", "what": f"$x_{{1}}$ {EVIL}" * 9,
           "ihe": "", "profile": "PIR", "who": "a\x00b"}  # fmt: skip
    for rows in ([], [row] * 60):
        assert figure(rows, "A$1$").startswith(b"\x89PNG")


# --- reading list ---------------------------------------------------------------------------------


def test_the_reading_list_and_the_report(seat: Client, press: Press) -> None:
    waiting = len(seat.archive.reading_list())
    order = reported(seat)
    panel = console.reading_list(seat)
    assert find(panel, "waiting").value.count("<tr>") == waiting  # one less, and the head
    assert find(panel, "study").value == order["accession"]
    shown = find(panel, "report").value
    assert "final report" in shown and "&lt;script&gt;" in shown and "<script" not in shown
    assert "as sr is stored" in press(panel, "export-sr")
    assert "as pdf is stored" in press(panel, "export-pdf")
    (study,) = seat.archive.studies(accession=order["accession"])
    assert {"SR", "DOC"} < set(study["modalities"])
    assert "stored" in find(panel, "report").value


def test_a_list_without_reports(seat: Client, press: Press) -> None:
    panel = console.reading_list(seat)
    assert "✘ No study is reported yet" in press(panel, "export-sr")


# --- the RIS's tables and settings ----------------------------------------------------------------


def test_procedures_are_added_changed_and_taken_out(seat: Client, press: Press) -> None:
    panel = console.ris_panel(seat)
    find(panel, "procedure-key").value = "CT-HEAD"
    assert find(panel, "procedure-station_ae").value == "CT1"
    find(panel, "procedure-station_ae").value = "CT2"
    assert "CT-HEAD: station_ae saved" in press(panel, "procedure-save")
    assert "<td>CT2</td>" in find(panel, "procedure-more").value
    assert "Nothing was changed" in press(panel, "procedure-save")
    find(panel, "procedure-key").value = "CT-HEART"
    find(panel, "procedure-protocol").value = "heart"
    assert "CT-HEART" in press(panel, "procedure-save")
    assert seat.ris.mapping().one(code="CT-HEART")["station_ae"] == "CT2"
    assert "taken out" in press(panel, "procedure-remove")
    assert "✘" in press(panel, "procedure-remove")


def test_devices_and_senders_are_edited(seat: Client, press: Press) -> None:
    panel = console.ris_panel(seat)
    find(panel, "device-key").value = "CT1"
    find(panel, "device-worklist").value = False
    find(panel, "device-stations").value = "CT1,CT2"
    assert "CT1: worklist, stations saved" in press(panel, "device-save")
    assert seat.ris.devices().one(ae="CT1")["worklist"] is False
    find(panel, "device-charset").value = "KLINGON"
    assert "KLINGON&#x27; is no character set" in press(panel, "device-save")
    find(panel, "sender-key").value = "SITEB"
    find(panel, "sender-issuer").value = "SITEB"
    assert "SITEB" in press(panel, "sender-save")
    assert seat.ris.senders().one(application="SITEB")["issuer"] == "SITEB"
    assert "✘ Choose a row" in _without_key(panel, press)


def _without_key(panel: Any, press: Press) -> str:
    find(panel, "sender-key").value = ""
    return press(panel, "sender-save")


def test_the_ris_s_settings(seat: Client, press: Press) -> None:
    panel = console.settings_panel(seat, "worklist", "RIS")
    find(panel, "key").value = "worklist.limit"
    find(panel, "value").value = "5"
    assert "worklist.limit is 5 now" in press(panel, "set")
    assert "0 now" in press(panel, "restore")


@pytest.mark.parametrize("status", ["scheduled", "completed"])
def test_the_board_shows_an_order_s_way(seat: Client, press: Press, status: str) -> None:
    placed = seat.ris.place(code="CT-HEAD")["accession"] if status == "scheduled" else ""
    board = console.worklist_board(seat)
    find(board, "filter-status").value = status
    order = find(board, "order")
    order.value = placed or order.options[0][1]
    assert "placed" in find(board, "history").value
    events = [event for _, event in find(board, "event").options]
    assert ("cancel" in events) == (status == "scheduled")
    if placed:
        find(board, "event").value = "cancel"
        assert f"Order {placed} is cancelled" in press(board, "happen")


def test_the_registration_desk_corrects_and_merges(seat: Client, press: Press) -> None:
    panel = console.registration_desk(seat)
    stays, gone = (value for _, value in find(panel, "patient").options[:2])
    find(panel, "patient").value = stays
    find(panel, "name").value = EVIL
    assert "ADT^A08: sent, AA" in press(panel, "correct")
    assert "<script" not in find(panel, "patients").value
    assert "Choose the number" in press(panel, "merge")
    find(panel, "retired").value = gone
    assert f"{gone} disappears; what it had goes to {stays}" in find(panel, "direction").value
    assert "ADT^A40: sent, AA" in press(panel, "merge")
    merged = {row["patient_id"]: row["merged_into"] for row in seat.ris.patients()}
    assert merged[gone] == stays
    assert gone not in [value for _, value in find(panel, "patient").options]
