"""Each panel, built and pressed against a running hospital."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import pytest

from simulator import console
from simulator.client import Client
from simulator.console.look import find

Press = Callable[[Any, str], str]
EVIL = "<script>alert(1)</script>"


def wait_for(done: Callable[[], bool], seconds: float = 8) -> None:
    deadline = time.monotonic() + seconds
    while not done():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.05)


def order_ct(seat: Client) -> dict[str, Any]:
    return seat.ris.place(code="CT-HEAD")


# --- the board --------------------------------------------------------------------------------


def test_the_status_board_says_who_answers(seat: Client, press: Press) -> None:
    board = console.status_board(seat)
    nodes = find(board, "nodes").value
    assert "PACSLAB" in nodes and "WS2" in nodes and "✘" not in nodes
    assert "24 studies" in find(board, "summary").value
    assert "✔ Looked again" in press(board, "refresh")


def test_the_board_shows_a_stopped_service_and_starts_it(seat: Client, press: Press) -> None:
    seat.seat.service("stop", "hospital")
    board = console.status_board(seat)
    assert "✘ is stopped" in find(board, "summary").value
    assert "✘ no answer" in find(board, "nodes").value
    assert "Started: hospital." in press(board, "start-services")
    assert "✘" not in find(board, "nodes").value


def test_a_reset_must_be_confirmed(seat: Client, press: Press) -> None:
    board = console.status_board(seat)
    seat.archive.set("query.limit", 7)
    assert "Tick" in press(board, "reset")
    assert seat.archive.setting("query.limit") == 7
    find(board, "sure").value = True
    assert "first morning" in press(board, "reset")
    assert seat.archive.setting("query.limit") == 0
    assert find(board, "sure").value is False


# --- studies and images -------------------------------------------------------------------------


def test_the_browser_goes_down_to_the_tags(seat: Client) -> None:
    browser = console.study_browser(seat)
    assert len(find(browser, "studies").options) == 24
    assert "PatientName" in find(browser, "tags").value
    find(browser, "tag-search").value = "accession"
    tags = find(browser, "tags").value
    assert "AccessionNumber" in tags and "PatientName" not in tags


def test_the_filters_narrow_the_list(seat: Client) -> None:
    browser = console.study_browser(seat)
    find(browser, "filter-modality").value = "CT"
    lines = [label for label, _ in find(browser, "studies").options]
    assert lines and all("CT" in line.split(" · ")[2].split("/") for line in lines)
    find(browser, "filter-text").value = "nobody of this name"
    assert find(browser, "studies").options == ()
    assert "No study fits" in find(browser, "message").value
    find(browser, "filter-text").value = ""
    assert find(browser, "series").options


def test_a_study_opens_in_the_viewer(seat: Client, press: Press) -> None:
    browser = console.study_browser(seat)
    assert press(browser, "open-viewer") == ""
    viewer = find(browser, "viewer")
    assert bytes(find(viewer, "image").value).startswith(b"\x89PNG")


def test_the_viewer_scrolls_windows_and_plays(seat: Client) -> None:
    study = next(s for s in seat.archive.studies() if s["modalities"] == ["CT"])
    viewer = console.viewer(study["study_uid"], seat)
    image, number = find(viewer, "image"), find(viewer, "slice")
    first = image.value
    number.value = 1
    assert image.value != first
    assert f"1 of {number.max}" in find(viewer, "overlay").value
    before = image.value
    find(viewer, "preset").value = "lung"
    assert (find(viewer, "level").value, find(viewer, "width").value) == (-600, 1500)
    assert image.value != before
    find(viewer, "play").value = 2
    assert number.value == 2


def test_every_slice_is_drawn(seat: Client) -> None:
    study = next(s for s in seat.archive.studies() if s["modalities"] == ["MR"])
    viewer = console.viewer(study["study_uid"], seat)
    number, pictures = find(viewer, "slice"), set()
    for at in range(1, number.max + 1):
        number.value = at
        pictures.add(bytes(find(viewer, "image").value))
    assert len(pictures) > 1


def test_every_modality_can_be_seen_and_studies_compared(seat: Client) -> None:
    found = {s["modalities"][0]: s["study_uid"] for s in seat.archive.studies()}
    studies = {kind: found[kind] for kind in ("CT", "MR", "DX", "US")}
    viewer = console.viewer(list(studies.values()), seat)
    pictures = set()
    for uid in studies.values():
        find(viewer, "study").value = uid
        pictures.add(find(viewer, "image").value)
        assert "✘" not in find(viewer, "message").value
    assert len(pictures) == 4


def test_all_tags_are_filled_in_when_unfolded(seat: Client) -> None:
    viewer = console.viewer(seat.archive.studies()[0]["study_uid"], seat)
    assert find(viewer, "tags").value == ""
    find(viewer, "fold").selected_index = 0
    find(viewer, "tag-search").value = "synthetic"
    assert "YES" in find(viewer, "tags").value


def test_what_has_no_picture_leaves_no_old_one(
    seat: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    studies = [study["study_uid"] for study in seat.archive.studies()[:2]]
    read = type(seat.archive).instance

    def without_pixels(self: Any, uid: str) -> Any:
        ds = read(self, uid)
        if ds.StudyInstanceUID == studies[1]:
            del ds.PixelData
        return ds

    monkeypatch.setattr(type(seat.archive), "instance", without_pixels)
    viewer = console.viewer(studies, seat)
    find(viewer, "fold").selected_index = 0
    find(viewer, "study").value = studies[1]
    assert "✘ There is no picture" in find(viewer, "message").value
    assert find(viewer, "image").layout.visibility == "hidden"
    assert studies[1] in find(viewer, "tags").value
    find(viewer, "study").value = studies[0]
    assert find(viewer, "image").layout.visibility == "visible"
    assert find(viewer, "message").value == ""


def test_an_unknown_study_is_a_sentence(seat: Client) -> None:
    viewer = console.viewer("1.2.3", seat)
    assert "✘ There is no such study" in find(viewer, "message").value


def test_a_name_from_the_wire_is_shown_harmlessly(seat: Client) -> None:
    done = seat.modality("DX1").perform_unscheduled(patient_name=EVIL, patient_id="E1")
    assert done, done
    wait_for(lambda: seat.archive.studies(patient_id="E1")[0]["order_state"] == "unmatched")
    uid = seat.archive.studies(patient_id="E1")[0]["study_uid"]
    panels = [
        console.study_browser(seat),
        console.viewer(uid, seat),
        console.log_pane(seat),
        console.service_screen("DX1", seat),
        console.worklist_board(seat),
    ]
    find(panels[0], "studies").value = uid
    assert "&lt;script&gt;" in find(panels[0], "tags").value.lower()
    assert "&lt;script&gt;" in find(panels[1], "overlay").value.lower()
    for panel in panels:
        for html in _html(panel):
            assert "<script" not in html.lower()


def _html(panel: Any) -> list[str]:
    from ipywidgets import HTML

    from simulator.console.look import walk

    return [inner.value for inner in walk(panel) if isinstance(inner, HTML)]


def test_an_unmatched_study_is_linked(seat: Client, press: Press) -> None:
    order = order_ct(seat)
    seat.modality("CT1").perform_unscheduled(patient_name="DOE^JANE", patient_id="X1")
    wait_for(lambda: bool(seat.archive.unmatched()))
    browser = console.study_browser(seat)
    find(browser, "filter-state").value = "unmatched"
    assert "Something is missing" in press(browser, "link")
    find(browser, "accession").value = order["accession"]
    assert "✔ study linked" in press(browser, "link")
    assert not seat.archive.unmatched()


# --- logs ---------------------------------------------------------------------------------------


def test_both_ends_are_shown_and_filtered(seat: Client) -> None:
    seat.modality("CT1").echo()
    pane = console.log_pane(seat, node="CT1")
    assert "c-echo" in find(pane, "log-archive").value
    assert "device.echo" in find(pane, "log-hospital").value
    find(pane, "filter-kind").value = "association"
    assert "device.echo" not in find(pane, "log-hospital").value
    find(pane, "filter-words").value = "no such words"
    assert "nothing like this" in find(pane, "log-archive").value


def test_the_pane_leaves_out_the_boards_own_checks(seat: Client, press: Press) -> None:
    pane = console.log_pane(seat)
    seat.seat.status()
    press(pane, "refresh")
    assert "PACSLAB_UP" not in find(pane, "log-hospital").value
    find(pane, "filter-node").value = "PACSLAB_UP"
    assert "PACSLAB_UP" in find(pane, "log-hospital").value


def test_the_pane_refreshes_by_itself(seat: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    from simulator.console import logs

    monkeypatch.setattr(logs, "_SECONDS", 0.05)
    pane = console.log_pane(seat, kind="device.echo")
    find(pane, "auto").value = True
    seat.modality("MR1").echo()
    wait_for(lambda: "MR1" in find(pane, "log-hospital").value)
    find(pane, "auto").value = False


# --- devices ------------------------------------------------------------------------------------


def test_settings_are_saved_and_each_failure_is_told_apart(seat: Client, press: Press) -> None:
    screen = console.service_screen("CT1", seat)
    assert "✔ C-ECHO from CT1 to archive" in press(screen, "echo-archive")
    find(screen, "set-archive-ae").value = "PACSLAP"
    assert "Saved: archive.ae." in press(screen, "save")
    assert "<b>the peer refused</b>" in press(screen, "echo-archive")
    find(screen, "set-archive-ae").value = "PACSLAB"
    find(screen, "set-archive-port").value = 1
    press(screen, "save")
    assert "<b>nobody answered</b>" in press(screen, "echo-archive")
    find(screen, "set-online").value = False
    press(screen, "save")
    assert "<b>we erred</b>" in press(screen, "echo-archive")


def test_a_bad_setting_is_refused_in_words(seat: Client, press: Press) -> None:
    screen = console.service_screen("CT1", seat)
    find(screen, "set-archive-port").value = 99999
    assert "✘ &#x27;99999&#x27; is not possible" in press(screen, "save")
    assert "Nothing was changed" not in press(screen, "read")
    assert find(screen, "set-archive-port").value != 99999


def test_an_exam_from_worklist_to_archive(seat: Client, press: Press) -> None:
    order = order_ct(seat)
    screen = console.service_screen("CT1", seat)
    assert "Query the worklist" in press(screen, "perform")
    assert "the worklist of CT1 has " in press(screen, "worklist")
    find(screen, "entries").value = order["accession"]
    assert "✔ CT1 performed" in press(screen, "perform")
    assert seat.archive.studies(accession=order["accession"])
    press(screen, "queue")
    assert "nothing waits" in find(screen, "shown").value
    press(screen, "log")
    assert order["accession"] in find(screen, "shown").value


def test_what_waits_is_sent(seat: Client, press: Press) -> None:
    device = seat.modality("CT1")
    device.set("archive.ae", "PACSLAP")
    screen = console.service_screen("CT1", seat)
    find(screen, "typed-name").value, find(screen, "typed-id").value = "DOE^JANE", "X1"
    assert "<b>the peer refused</b>" in press(screen, "by-hand")
    press(screen, "queue")
    assert "DOE^JANE" in find(screen, "shown").value
    device.set("archive.ae", "PACSLAB")
    assert "✔ CT1 sent its queue" in press(screen, "send")


def test_a_workstation_searches_and_retrieves(seat: Client, press: Press) -> None:
    screen = console.service_screen("WS1", seat)
    assert "Search and choose" in press(screen, "retrieve")
    find(screen, "find-name").value = "*"
    assert "24 studies" in press(screen, "find")
    assert "✔ WS1 retrieved" in press(screen, "retrieve")
    assert find(screen, "entries").value in find(screen, "shown").value


def test_another_device_is_chosen(seat: Client, press: Press) -> None:
    screen = console.service_screen("CT1", seat)
    find(screen, "device").value = "US1"
    assert "from US1" in press(screen, "echo-ris")
    assert "There is no device" in find(console.service_screen("XX", seat), "message").value


def test_the_fleet_is_paused_and_stepped(seat: Client, press: Press) -> None:
    panel = console.fleet_panel(seat)
    assert "CT1" in find(panel, "devices").value
    assert "stands still" in find(panel, "day").value
    press(panel, "resume")
    assert "goes on" in find(panel, "day").value
    press(panel, "pause")
    before = seat.clock.now()
    find(panel, "minutes").value = 5
    assert "5 minutes went by" in press(panel, "step")
    assert (seat.clock.now() - before).total_seconds() >= 299
    find(panel, "speed").value = 60
    assert "60×" in press(panel, "set-speed")
    press(panel, "clock-resume")
    assert seat.clock.show()["mode"] == "running"


# --- the RIS ------------------------------------------------------------------------------------


def test_orders_are_placed_and_moved(seat: Client, press: Press) -> None:
    board = console.worklist_board(seat)
    find(board, "code").value = "MR-BRAIN"
    assert "Ordered: MR Brain" in press(board, "place")
    accession = find(board, "order").options[-1][1]
    find(board, "order").value = accession
    find(board, "target").value = "CT1"
    assert "now scheduled on CT1" in press(board, "move-order")
    assert seat.ris.order(accession)["station_ae"] == "CT1"
    find(board, "filter-station").value = "CT1"
    assert accession in find(board, "orders").value


def test_a_procedure_goes_elsewhere_from_now_on(seat: Client, press: Press) -> None:
    board = console.worklist_board(seat)
    find(board, "code").value, find(board, "target").value = "CT-HEAD", "MR1"
    assert "from now on" in press(board, "map")
    assert seat.ris.mapping().one(code="CT-HEAD")["station_ae"] == "MR1"


# --- the archive's tables -----------------------------------------------------------------------


def test_nodes_are_added_changed_echoed_and_removed(seat: Client, press: Press) -> None:
    table = console.node_table(seat)
    assert "✘ No node is chosen" in press(table, "echo")
    find(table, "ae").value, find(table, "port").value = "WS3", 11199
    find(table, "right-find").value = True
    assert "knows WS3 now" in press(table, "add")
    assert seat.archive.nodes().one(ae="WS3")["rights"] == ["echo", "find"]
    assert "<b>nobody answered</b>" in press(table, "echo")
    port = seat.archive.nodes().one(ae="WS2")["port"]
    find(table, "port").value = 11198
    assert "Changed port of WS3" in press(table, "change")
    assert "Nothing was changed" in press(table, "change")
    assert "Tick" in press(table, "remove")
    find(table, "sure").value = True
    assert "WS3 was removed" in press(table, "remove")
    find(table, "node").value = "WS2"
    assert find(table, "port").value == port
    assert "✔ C-ECHO" in press(table, "echo")


def test_a_bad_node_is_refused_in_words(seat: Client, press: Press) -> None:
    table = console.node_table(seat)
    find(table, "ae").value = "MUCH TOO LONG A TITLE"
    assert "is not an AE title" in press(table, "add")


def test_joiner_mover_lockout_leaver(seat: Client, press: Press) -> None:
    panel = console.users_panel(seat)
    find(panel, "role").value = "technologist"
    find(panel, "new-user").value, find(panel, "new-person").value = "jdoe", EVIL
    find(panel, "password").value = "a long password"
    assert "was opened with the role technologist" in press(panel, "add")
    assert "<script" not in find(panel, "users").value
    assert "study.read" in press(panel, "login")
    find(panel, "role").value = "qc"
    assert "has the role qc" in press(panel, "change-role")
    find(panel, "password").value = "wrong"
    for _ in range(5):
        assert "✘ User name or password is wrong" in press(panel, "login")
    assert "✘ locked" in find(panel, "users").value
    find(panel, "password").value = "a long password"
    assert "is locked" in press(panel, "login")
    assert "active again" in press(panel, "unlock")
    assert "may:" in press(panel, "login")
    find(panel, "note").value = "left 31 March"
    assert "is disabled" in press(panel, "disable")
    assert seat.users.get("jdoe")["note"] == "left 31 March"


def test_accounts_are_found_and_passwords_set(seat: Client, press: Press) -> None:
    panel = console.users_panel(seat)
    find(panel, "filter-text").value = "quality nobody"
    assert find(panel, "users").value.count("<td>") == 0
    assert "No user is chosen" in press(panel, "login")
    find(panel, "filter-text").value = "technologist"
    find(panel, "password").value = "short"
    assert "too short" in press(panel, "set-password")
    find(panel, "password").value = "long enough now"
    assert "has a new password" in press(panel, "set-password")


def test_a_setting_is_changed_and_put_back(seat: Client, press: Press) -> None:
    panel = console.settings_panel(seat, "store")
    find(panel, "key").value = "store.duplicates"
    find(panel, "value").value = "sometimes"
    assert "✘" in press(panel, "set")
    find(panel, "value").value = "refuse"
    assert "store.duplicates is refuse now" in press(panel, "set")
    assert "keep_first now" in press(panel, "restore")
    assert seat.archive.setting("store.duplicates") == "keep_first"


def test_commands_are_filled_in(seat: Client) -> None:
    shown = console.terminal("echoscu {archive}", "x {ris} {ws1} {study} {other} <b>", seat=seat)
    text = find(shown, "commands").value
    assert str(seat.archive.peer.port) in text and str(seat.ris.peer.port) in text
    assert "2.25." in text and "{other} &lt;b&gt;" in text
    ports = console.terminal("{port} {tls_port}", seat=seat)
    dicom = seat.seat.facts["dicom"]
    wanted = f"{dicom['archive']['port']} {dicom['archive_tls']['port']}"
    assert wanted in find(ports, "commands").value
