"""Lessons done by pressing their buttons, and their tickets solved with the lesson's own panels.

Lesson 00 is in test_browser.py. Solved here: a ticket of connections (11), of data quality (03),
of retrieval (04), of the worklist (a page of its own) and of users (08).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import nbformat
import pytest
from playwright.sync_api import Locator, expect

from simulator.client import Client
from simulator.seat import Seat
from tests.notebooks.browser import Lab, Panel, opened, written
from tests.notebooks.trainee import Ticket, cited, rows

pytestmark = pytest.mark.timeout(900)


@contextmanager
def lesson(hospital: Seat, name: str, chromium: Path) -> Iterator[Lab]:
    """Open a lesson and run all its cells; nothing may be asked of the world, or go wrong."""
    page = nbformat.read(hospital.folder / "notebooks" / name, as_version=4)
    code = "\n".join(cell.source for cell in page.cells if cell.cell_type == "code")
    with opened(hospital, name, chromium) as lab:
        lab.run_all(len(re.findall(r"console\.[a-z_]+\(", code)))
        yield lab
        assert not lab.page.locator(".jp-RenderedText[data-mime-type*=stderr]").count()
    assert not lab.complaints, lab.complaints
    assert lab.hosts <= {"127.0.0.1", ""}, "nothing outside this computer is asked for"


def expect_says(panel: Panel, words: str) -> None:
    expect(panel.part("message")).to_contain_text(words)


# --- 03 and group C ---------------------------------------------------------------------------


def test_storage(hospital: Seat, morning: Client, chromium: Path) -> None:
    """An exam from the worklist, both logs, a setting, an unmatched study; then the ticket."""
    with lesson(hospital, "03-storage.ipynb", chromium) as lab:
        screen, board = lab.panel("service-screen"), lab.panel("worklist-board")
        browser, log = lab.panel("study-browser"), lab.panel("log-pane")
        board.unfold("Change")
        board.choose("code", "CT-HEAD")
        assert "Ordered: CT Head" in board.press("place")
        assert "has 1 entry" in screen.press("worklist")
        assert "✔" in screen.press("perform")
        assert cited(log, "archive", "0x0000", kind="c-store", node="CT1")
        _set_and_put_back(lab.panel("settings-panel"))
        screen.fill("typed-name", "DOE^JANE")
        screen.fill("typed-id", "X1")
        screen.press("by-hand")
        browser.press("refresh")
        browser.choose("filter-state", "unmatched")
        expect(browser.part("order-note")).to_contain_text("unmatched")
        _solve_the_unmatched_study(lab, Ticket.started(lab))


def _set_and_put_back(settings: Panel) -> None:
    settings.choose("key", "store.duplicates")
    settings.fill("value", "refuse")
    assert "store.duplicates is refuse now" in settings.press("set")
    assert "store.duplicates is keep_first now" in settings.press("restore")


def _solve_the_unmatched_study(lab: Lab, ticket: Ticket) -> None:
    device = ticket.find(r"scanned on (\w+)")
    browser, board, log = map(lab.panel, ("study-browser", "worklist-board", "log-pane"))
    ticket.diagnose("belongs to no order", cited(log, "archive", kind="study.unmatched"))
    browser.press("refresh")
    browser.choose("filter-state", "unmatched")
    study = browser.part("studies").locator("option").first.inner_text()
    patient = study.replace("\xa0", " ").split(" · ")[1]
    board.press("refresh")
    (order,) = [line for line in rows(board, "orders") if patient in line and device in line]
    browser.fill("accession", order[1])
    browser.press("link")
    what = f"{order[2]} ({patient}), scanned on {device}, was on nobody's list."
    ticket.finish(what=what, why="It was typed in by hand, without the accession number.")


# --- 04 and group D ---------------------------------------------------------------------------


def test_query_and_retrieve(hospital: Seat, morning: Client, chromium: Path) -> None:
    """Search with and without wildcard, retrieve, break and mend a port; then the ticket."""
    with lesson(hospital, "04-query-and-retrieve.ipynb", chromium) as lab:
        screen, nodes = lab.panel("service-screen"), lab.panel("node-table")
        assert f"{len(morning.archive.studies())} studies" in screen.press("find")
        name = morning.archive.studies()[0]["patient_name"]
        found = {words: _search(screen, words) for words in (f"{name[:2]}*", name[:2])}
        assert found[f"{name[:2]}*"] > 0 == found[name[:2]]
        _search(screen, name)
        assert "✔" in screen.press("retrieve")
        assert cited(lab.panel("log-pane"), "archive", kind="c-move", node="WS1")
        port = _change_port(nodes, "WS2", "1")
        assert "nobody answered" in nodes.press("echo")
        _change_port(nodes, "WS2", port)
        assert "✔" in nodes.press("echo")
        _solve_the_unknown_destination(lab, Ticket.started(lab))


def _search(screen: Panel, words: str) -> int:
    screen.fill("find-name", words)
    return int(screen.press("find").split("answered: ")[1].split()[0])


def _change_port(nodes: Panel, node: str, port: str) -> str:
    """Save another port for a node; returns the one before."""
    nodes.choose("node", node)
    field = nodes.part("port").locator("input")
    expect(nodes.part("ae").locator("input")).to_have_value(node)
    before = field.input_value()
    nodes.fill("port", port)
    assert "Changed port" in nodes.press("change")
    return before


def _solve_the_unknown_destination(lab: Lab, ticket: Ticket) -> None:
    station, title = ticket.find(r"workstation (\w+)"), ticket.find(r"called (\S+) now")
    screen, nodes = lab.panel("service-screen"), lab.panel("node-table")
    line = cited(lab.panel("log-pane"), "archive", "0xA801", kind="c-move")
    ticket.diagnose("does not know where to send", line)
    screen.choose("device", "WS2" if station == "WS1" else "WS1")
    screen.choose("device", station)
    place = screen.place.get_by_text("listens at").first.inner_text()
    host, port = re.findall(r"listens at (\S+), port (\d+)", place)[0]
    nodes.press("refresh")
    nodes.choose("node", title)
    nodes.fill("host", host)
    nodes.fill("port", port)
    nodes.press("change")
    assert "✔" in nodes.press("echo")
    _search(screen, "*")
    assert "✔" in screen.press("retrieve")
    ticket.finish(
        what=f"{title} ({station}) could search and not fetch.",
        why="0xA801: the archive had no port for this destination.",
    )


# --- 08 and group H ---------------------------------------------------------------------------


def test_users_and_roles(hospital: Seat, morning: Client, chromium: Path) -> None:
    """A joiner, a mover, a lockout, a leaver, the policy; then the ticket."""
    with lesson(hospital, "08-users-and-roles.ipynb", chromium) as lab:
        users, log = lab.panel("users-panel"), lab.panel("log-pane")
        users.choose("role", "technologist")
        for field, words in {"password": "ten letters", "new-user": "jdoe", "new-person": "J Doe",
                             "new-department": "Radiology"}.items():  # fmt: skip
            users.fill(field, words)
        assert "opened with the role technologist" in users.press("add")
        assert "study.read" in users.press("login")
        users.choose("role", "qc")
        assert "jdoe has the role qc now" in users.press("change-role")
        users.fill("password", "not the password")
        for _ in range(morning.archive.setting("login.max_failures")):
            assert "✘" in users.press("login")
        expect(users.part("users").locator("tr", has_text="jdoe")).to_contain_text("locked")
        assert cited(log, "archive", "jdoe", kind="user.locked")
        assert "active again" in users.press("unlock")
        _disable(users, "jdoe", "left 31 March, HR ticket 17")
        users.unfold("Roles and their rights")
        expect(users.part("roles")).to_contain_text("pacs_admin")
        expect(lab.panel("settings-panel").part("settings")).to_contain_text("login.max_failures")
        _solve_the_review(lab, Ticket.started(lab))


def _disable(users: Panel, name: str, note: str) -> None:
    users.choose("user", f"{name} (")
    users.fill("note", note)
    assert f"{name} is disabled" in users.press("disable")


def _solve_the_review(lab: Lab, ticket: Ticket) -> None:
    users, log = lab.panel("users-panel"), lab.panel("log-pane")
    left = ticket.find(r"Left at the end of February:\s+([\s\S]+?)\s+Changes and newcomers")
    people = [tuple(line.strip(" )").split(" (")) for line in left.splitlines() if line.strip()]
    users.press("refresh")
    names = [row[0] for row in rows(users, "users") if (row[1], row[2]) in people]
    assert len(names) == len(people) == 3
    came = {name: _log_in(log, name) for name in names}
    ((name, line),) = [(name, line) for name, line in came.items() if line]
    ticket.diagnose("still had an active account", line)
    for one in names:
        _disable(users, one, "left at the end of February, personnel list of March")
    ticket.finish(what=f"{name} came in after having left.", why="The account was still active.")


def _log_in(log: Panel, name: str) -> str:
    """Return the number of the line that says that this person came in, '' if there is none."""
    try:
        return cited(log, "archive", f"{name} logged in", kind="login")
    except AssertionError:
        return ""


# --- 11 and group A ---------------------------------------------------------------------------


def test_one_complaint_many_causes(hospital: Seat, morning: Client, chromium: Path) -> None:
    """Echo, both logs, who is connected, the node table's own check; then the first ticket."""
    with lesson(hospital, "11-troubleshooting-2.ipynb", chromium) as lab:
        screen = lab.panel("service-screen")
        assert "✔" in screen.press("echo-archive") and "✔" in screen.press("echo-ris")
        screen.press("log")
        expect(screen.part("shown")).to_contain_text("hospital-")
        assert cited(lab.panel("log-pane"), "archive", "CT1", kind="association")
        lab.panel("association-list").press("refresh")
        assert lab.panel("node-table").press("check")
        _solve_the_silent_room(lab, Ticket.started(lab, 0))
        assert not [one for one in range(1, 4) if lab.panel("ticket", one).says()]


def _solve_the_silent_room(lab: Lab, ticket: Ticket) -> None:
    device = ticket.find(r"from (\w+) here")
    screen, log = lab.panel("service-screen"), lab.panel("log-pane")
    others = "MR1" if device == "CT1" else "CT1"
    right = _open_screen(screen, others).input_value()
    wrong = _open_screen(screen, device).input_value()
    line = cited(log, "hospital", device, kind="device.send.failed", node=device)
    ticket.diagnose("a port where nobody listens", line)
    screen.fill("set-archive-port", right)
    assert "Saved: archive.port" in screen.press("save")
    assert "✔" in screen.press("echo-archive")
    assert "✔" in screen.press("send")
    ticket.finish(what=f"{device} could not send.", why=f"It called port {wrong}, not {right}.")


def _open_screen(screen: Panel, device: str) -> Locator:
    """Open a device's screen; returns where the archive's port is typed."""
    screen.choose("device", device)
    expect(screen.part("set-ae_title").locator("input")).to_have_value(device)
    return screen.part("set-archive-port").locator("input")


# --- group E, on a page of panels -----------------------------------------------------------------


def test_an_empty_worklist(hospital: Seat, morning: Client, chromium: Path) -> None:
    """Whichever side names another station: the device, or the RIS and the orders that wait."""
    calls = ("ticket('no-patients-on-the-worklist', seat)", "service_screen('CT1', seat)",
             "worklist_board(seat)", "log_pane(seat)")  # fmt: skip
    name = written(hospital, "worklist.ipynb", *(f"console.{call}" for call in calls))
    with lesson(hospital, name, chromium) as lab:
        ticket = Ticket.started(lab)
        device = ticket.find(r"from (\w+): our worklist")
        people = ticket.find(r"sitting outside\.\s+(.+)\.").replace(" and ", ", ").split(", ")
        screen, board, log = map(lab.panel, ("service-screen", "worklist-board", "log-pane"))
        _open_screen(screen, "MR1" if device != "MR1" else "CT1")
        _open_screen(screen, device)
        asked = screen.part("set-worklist-station_ae").locator("input").input_value()
        board.press("refresh")
        waiting = [row for row in rows(board, "orders") if _plain(row[2]) in map(_plain, people)]
        assert len(waiting) == len(people) == 3
        strange = asked if asked != device else waiting[0][6]
        if asked != device:
            line = cited(log, "hospital", device, kind="device.worklist", node=device)
            ticket.diagnose("device asks for the entries of another", line)
            screen.fill("set-worklist-station_ae", device)
            assert "Saved: worklist.station_ae" in screen.press("save")
        else:
            ticket.diagnose("on another station", cited(log, "hospital", kind="mapping.changed"))
            _schedule(board, device, strange, [row[1] for row in waiting])
        assert "has 3 entries" in screen.press("worklist")
        ticket.finish(what=f"{device} saw nobody.", why=f"It was station {strange}, not {device}.")


def _schedule(board: Panel, device: str, strange: str, accessions: list[str]) -> None:
    """Move the orders that wait, and send the procedure there from now on."""
    board.unfold("Change")
    board.choose("target", device)
    for accession in accessions:
        board.choose("order", accession)
        assert f"is now scheduled on {device}" in board.press("move-order")
    (code,) = [row[0] for row in rows(board, "mapping") if row[3] == strange]
    board.choose("code", code)
    board.choose("target", device)
    assert f"goes to {device} from now on" in board.press("map")


def _plain(name: str) -> str:
    """Return a name as a key that does not mind its form: GARCÍA^ANA is Ana García."""
    return "".join(sorted(name.casefold().replace("^", " ").split()))
