"""Every panel: its one-line call, and what must be readable in it on a hospital at work."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from exercises.engine import desk
from simulator.client import Client
from simulator.console.look import count
from simulator.index_sql import tables
from tests.notebooks.browser import Panel
from tests.notebooks.traffic import CALLER, FINDINGS, TICKET, first_image


@dataclass(frozen=True, kw_only=True)
class Row:
    """A panel: how it is called, what is done in it first, and what must be seen then."""

    panel: str  # its CSS class
    shows: Callable[[Client], list[str]]
    arguments: str = "seat"
    use: Callable[[Panel], Any] = lambda panel: None
    pictures: int = 0


def calls() -> list[str]:
    """Return the one-line calls, in the table's order."""
    return [f"console.{name}({row.arguments})" for name, row in ROWS.items()]


# --- what the seat says, and the panel must say, too ----------------------------------------------


def _newest(seat: Client) -> list[str]:
    study = seat.archive.studies()[0]
    return [study["patient_name"], study["patient_id"], study["description"]]


def _study_browser(seat: Client) -> list[str]:
    uid = seat.archive.studies()[0]["study_uid"]
    series = seat.archive.study(uid)["tree"][0]
    images = count(len(series["instances"]), "image")
    return [*_newest(seat), images, "PatientName", "StudyInstanceUID"]


def _viewer(seat: Client) -> list[str]:
    ds = seat.archive.instance(first_image(seat)["sop_uid"])
    size = f"{ds.Columns} × {ds.Rows}"
    return [str(ds.PatientName), str(ds.PatientID), str(ds.StudyDescription), size]


def _status_board(seat: Client) -> list[str]:
    facts = seat.archive.status()
    counts = f"{facts['patients']} patients, {facts['studies']} studies"
    return [counts, f"{facts['instances']} images", "✔ runs", "✔ answers", "PACSLAB", "MR2"]


def _fleet(seat: Client) -> list[str]:
    devices = seat.fleet.devices()
    places = [f"{row['host']}:{row['port']}" for row in devices[:2]]
    return [devices[0]["model"], devices[-1]["name"], *places, "stands still"]


def _node_table(seat: Client) -> list[str]:
    node = seat.archive.nodes().one(ae="CT2")
    return ["CT2", node["host"], str(node["port"]), node["description"]]


def _log_pane(seat: Client) -> list[str]:
    kinds = {"archive": "c-store", "hospital": "device.exam.performed"}
    found = [seat.journal.entries(kind=kind, source=end, node="CT2")[-1]
             for end, kind in kinds.items()]  # fmt: skip
    return ["the archive's end", "the hospital's end", *kinds.values(), *(x.id for x in found)]


def _worklist(seat: Client) -> list[str]:
    order = seat.ris.worklist()[0]
    return [order[key] for key in ("accession", "patient_name", "description", "station_ae")]


def _timeline(seat: Client) -> list[str]:
    order = max(seat.ris.orders(), key=lambda row: row["scheduled"])
    return [order["accession"], order["patient_name"]]


def _reading(seat: Client) -> list[str]:
    row = seat.archive.reading_list()[0]
    return [row["patient_name"], row["patient_id"], row["accession"], "final report", FINDINGS]


def _registration(seat: Client) -> list[str]:
    row = seat.ris.patients()[0]
    return [row["patient_id"], row["patient_name"], row["birth_date"]]


def _ris_tables(seat: Client) -> list[str]:
    row = seat.ris.mapping()[0]
    return [row["code"], row["description"], row["station_ae"]]


def _messages(seat: Client) -> list[str]:
    row = seat.ris.messages(limit=1)[0]
    return [str(row["number"]), row["kind"], "MSH-10", row["control_id"], "Sending application"]


def _ticket(seat: Client) -> list[str]:
    sheet = desk.current(seat)
    assert sheet is not None
    first = sheet.ticket.strip().splitlines()[0]
    return [sheet.title, first, sheet.causes[0][1], "Hand in diagnosis", "Incident note"]


def _users(seat: Client) -> list[str]:
    row = seat.users.list()[0]
    return [row["name"], row["full_name"], row["role"], "✔ active"]


def _audit(seat: Client) -> list[str]:
    row = seat.audit.search(limit="100")[-20]
    return [str(row["number"]), row["event"], row["text"], "100 records"]


def _capacity(seat: Client) -> list[str]:
    row = seat.storage.list().one(name="ONLINE1")
    return ["ONLINE1", f"{row['files']} files", f"{row['percent']:g} %", "NEAR1", "✔ fine"]


def _continuity(seat: Client) -> list[str]:
    row = seat.backups.list()[-1]
    return [row["name"], "the archive works as always"]


def _fixup(seat: Client) -> list[str]:
    study = seat.archive.unmatched()[0]
    return [study["patient_name"], study["patient_id"], "unmatched"]


def _queues(seat: Client) -> list[str]:
    job = seat.archive.queue.list()[0]
    return ["paused by pacsadmin", "to reading", str(job["number"]), "waiting", "Modality=CT"]


def _access(seat: Client) -> list[str]:
    return ["abaker", "Antonio Baker", "never used, no reason is written down"]


def _associations(seat: Client) -> list[str]:
    row = seat.associations.list().one(calling=CALLER)
    return [CALLER, row["host"], str(row["number"])]


def _service(seat: Client) -> list[str]:
    device = seat.modality("CT2")
    settings = device.settings
    worklist = f"the worklist of CT2 has {len(device.worklist())} entries"
    return [worklist, settings["archive.ae"], str(settings["archive.port"]), device.facts["model"],
            settings["encoding.dates"]]  # fmt: skip


def _settings(seat: Client) -> list[str]:
    row = seat.archive.settings().one(key="login.max_failures")
    return [row["key"], row["what"], str(row["default"])]


def _sql(seat: Client) -> list[str]:
    rows = tables(seat.seat.folder / "archive" / "index.db")
    return [rows[0]["table"], "10 rows", "study_date", seat.archive.studies()[0]["date"]]


def _web(seat: Client) -> list[str]:
    return ["200: fine", "application/dicom+json", seat.archive.dicomweb_url]


def _terminal(seat: Client) -> list[str]:
    peer = seat.archive.peer
    return [f"echoscu -v -aec PACSLAB {peer.host} {peer.port}"]


def _progress(seat: Client) -> list[str]:
    return ["Information technology", "exercises are solved"]


def _wire(seat: Client) -> list[str]:
    archive = seat.archive.peer
    return ["CT2", archive.ae, "C-STORE"]


def _morning(seat: Client) -> list[str]:
    studies = len(seat.archive.unmatched())
    return ["unmatched studies", f"{studies} without an order", "audit trail", "services"]


def _look_ahead(panel: Panel) -> None:
    panel.choose("basis", "study_date")
    panel.press("ahead")


def _at_the_device(panel: Panel) -> None:
    panel.press("worklist")
    panel.unfold("Headers of images")


def _select(panel: Panel) -> None:
    panel.press("run")
    panel.unfold("Tables")


_NEWEST = 'seat.archive.studies()[0]["study_uid"], seat'
ROWS: dict[str, Row] = {
    "access_panel": Row(panel="access-panel", shows=_access),
    "anatomy_atlas": Row(panel="anatomy", shows=lambda seat: ["axial", "man"], pictures=1),
    "association_list": Row(panel="association-list", shows=_associations),
    "audit_panel": Row(panel="audit-panel", shows=_audit,
                       use=lambda panel: panel.press("search")),
    "capacity": Row(panel="capacity", shows=_capacity, use=_look_ahead, pictures=1),
    "continuity": Row(panel="continuity", shows=_continuity),
    "fixup": Row(panel="fixup", shows=_fixup),
    "fleet_panel": Row(panel="fleet-panel", shows=_fleet),
    "log_pane": Row(panel="log-pane", shows=_log_pane, arguments='seat, node="CT2"'),
    "message_viewer": Row(panel="message-viewer", shows=_messages),
    "morning_check": Row(panel="morning-check", shows=_morning),
    "node_table": Row(panel="node-table", shows=_node_table),
    "order_timeline": Row(panel="order-timeline", shows=_timeline, pictures=1),
    "progress_board": Row(panel="progress", shows=_progress, pictures=1),
    "queues": Row(panel="queues", shows=_queues),
    "reading_list": Row(panel="reading-list", shows=_reading),
    "registration_desk": Row(panel="registration", shows=_registration),
    "ris_panel": Row(panel="ris-panel", shows=_ris_tables),
    "service_screen": Row(panel="service-screen", shows=_service, arguments='"CT2", seat',
                          use=_at_the_device),
    "settings_panel": Row(panel="settings-panel", shows=_settings, arguments='seat, "login"'),
    "sql_desk": Row(panel="sql", shows=_sql, use=_select),
    "status_board": Row(panel="status-board", shows=_status_board),
    "study_browser": Row(panel="study-browser", shows=_study_browser),
    "terminal": Row(panel="terminal", shows=_terminal,
                    arguments='"echoscu -v -aec PACSLAB {archive}", seat=seat'),
    "ticket": Row(panel="ticket", shows=_ticket, arguments=f'"{TICKET}", seat'),
    "users_panel": Row(panel="users-panel", shows=_users),
    "viewer": Row(panel="viewer", shows=_viewer, arguments=_NEWEST, pictures=1),
    "web_desk": Row(panel="web", shows=_web, use=lambda panel: panel.press("ask")),
    "wire": Row(panel="wire-view", shows=_wire, arguments='seat, "CT2"'),
    "worklist_board": Row(panel="worklist-board", shows=_worklist),
}  # fmt: skip
