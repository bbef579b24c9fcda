"""What notebooks, panels, commands and checks hold: `connect()` and what hangs on it.

Everything goes through the system's own doors: DICOM as any client would, and the two HTTP APIs
with the administrator's account. Nothing here reaches into a process.
"""

from __future__ import annotations

from datetime import datetime
from io import BytesIO
from pathlib import Path
from typing import Any

from pydicom import dcmread
from pydicom.dataset import Dataset

from simulator.clock import Clock
from simulator.errors import NetworkError, RefusedError, UsageError
from simulator.http import request
from simulator.journal import Entry, JournalReader
from simulator.network import scu
from simulator.network.associate import Caller, Peer
from simulator.results import Outcome, Rows
from simulator.seat import Seat

NOTEBOOK = Caller(ae="NOTEBOOK")
_STUDY_COLUMNS = (
    "patient_name", "patient_id", "date", "modalities", "description", "accession", "instances",
    "order_state",
)  # fmt: skip


def connect(seat: Path | str | None = None) -> Client:
    """Return a client of a running seat; raises CannotError if there is none."""
    found = Seat(seat)
    found.facts  # noqa: B018  says plainly if there is no such seat
    return Client(found)


class Client:
    """A seat as its administrator holds it."""

    def __init__(self, seat: Seat, actor: str = "") -> None:
        """Act as the administrator, or with the instructor's token as the staff member `actor`."""
        self.seat = seat
        self.archive = ArchiveClient(seat, actor=actor)
        self.users = UsersClient(self.archive)
        self.ris = RisClient(seat, actor)
        self.fleet = FleetClient(seat, actor)
        self.clock = ClockClient(seat, actor)
        self.journal = JournalClient(seat)

    def as_staff(self, actor: str) -> Client:
        """Return a client whose changes are journalled as made by `actor` (for exercises)."""
        return Client(self.seat, actor)

    def modality(self, name: str) -> DeviceClient:
        """Return a modality by name, e.g. 'CT1'."""
        return self.fleet.device(name)

    def workstation(self, name: str) -> DeviceClient:
        """Return a reading workstation by name, e.g. 'WS1'."""
        return self.fleet.device(name)

    def __repr__(self) -> str:
        """Say which seat this is."""
        return f"<PACS Lab seat {self.seat.folder}>"


class ArchiveClient:
    """The archive: DICOM services, and the admin API as one user."""

    def __init__(self, seat: Seat, user: str = "", password: str = "", *, actor: str = "") -> None:
        """Act as `user`, as the staff member `actor`, or as the seat's administrator."""
        self.seat, self._user, self._password = seat, user, password
        self._token, self._actor = "", actor

    @property
    def peer(self) -> Peer:
        """Where the archive's DICOM listener is."""
        return Peer(**self.seat.facts["dicom"]["archive"])

    # --- DICOM --------------------------------------------------------------------------------

    def echo(self, calling: str = NOTEBOOK.ae) -> Outcome:
        """C-ECHO the archive."""
        return attempt(
            f"C-ECHO from {calling} to {self.peer}", scu.echo, self.peer, Caller(ae=calling)
        )

    def find(self, level: str = "STUDY", *, model: str = "study", **keys: Any) -> list[Dataset]:
        """C-FIND: the keys are DICOM keywords; give None for those you only want back."""
        query = Dataset()
        query.QueryRetrieveLevel = level
        for keyword, value in keys.items():
            setattr(query, keyword, value)
        return list(scu.find(self.peer, query, NOTEBOOK, model=model))

    def move(self, study_uid: str, destination: str) -> Outcome:
        """C-MOVE a study to the AE title `destination`."""
        query = _study_query(study_uid)
        what = f"C-MOVE to {destination}"
        return attempt(what, scu.move, self.peer, query, destination, NOTEBOOK)

    # --- the admin API ------------------------------------------------------------------------

    def call(
        self,
        method: str,
        path: str,
        body: dict[str, Any] | None = None,
        query: dict[str, str] | None = None,
    ) -> Any:
        """Call the admin API; logs in when needed."""
        for attempt_number in (1, 2):
            if not self._token:
                self._token = self._login()
            try:
                url = self.seat.facts["urls"]["api"] + path
                return request(method, url, body, token=self._token, actor=self._actor, query=query)
            except RefusedError as error:
                if error.http_status != 401 or attempt_number == 2:
                    raise
                self._token = ""  # the session has ended: log in again, once
        return None

    def _login(self) -> str:
        if self._actor:
            return str(self.seat.secrets["instructor"]["token"])
        admin = self.seat.secrets["admin"]
        body = {
            "user": self._user or admin["user"],
            "password": self._password or admin["password"],
        }
        answer = request("POST", self.seat.facts["urls"]["api"] + "/login", body)
        return str(answer["token"])

    def status(self) -> dict[str, Any]:
        """Counts of patients, studies, series, instances and open associations."""
        answer: dict[str, Any] = request("GET", self.seat.facts["urls"]["api"] + "/status")
        return answer

    def studies(self, **filters: str) -> Rows:
        """List studies, newest first; filter by accession, patient_id, order_state, date."""
        return Rows(self.call("GET", "/studies", query=filters), _STUDY_COLUMNS)

    def study(self, study_uid: str) -> dict[str, Any]:
        """Return a study with its series and instances."""
        answer: dict[str, Any] = self.call("GET", f"/studies/{study_uid}")
        return answer

    def unmatched(self) -> Rows:
        """List the studies that belong to no known order."""
        rows = self.call("GET", "/studies", query={"order_state": "unmatched"})
        return Rows(rows, ("patient_name", "patient_id", "accession", "description", "order_note"))

    def link(self, study_uid: str, accession: str) -> Outcome:
        """Link a study to an order: the images get the identity the order says."""
        answer = self.call("POST", f"/studies/{study_uid}/link", {"accession": accession})
        return Outcome.of(f"study linked to order {accession}", answer)

    def delete(self, study_uid: str) -> Outcome:
        """Delete a study."""
        return Outcome.of("study deleted", self.call("DELETE", f"/studies/{study_uid}"))

    def instance(self, sop_uid: str) -> Dataset:
        """Return one stored instance with its pixel data."""
        data: bytes = self.call("GET", f"/instances/{sop_uid}/file")
        return dcmread(BytesIO(data))

    def orders(self) -> Rows:
        """List the orders the archive has learnt of."""
        return Rows(self.call("GET", "/orders"))

    def nodes(self) -> Rows:
        """List the nodes the archive knows."""
        return Rows(self.call("GET", "/nodes"), ("ae", "host", "port", "rights", "description"))

    def add_node(self, ae: str, host: str, port: int, **facts: Any) -> dict[str, Any]:
        """Register a node; further facts: description, rights."""
        body = {"ae": ae, "host": host, "port": port, **facts}
        answer: dict[str, Any] = self.call("POST", "/nodes", body)
        return answer

    def change_node(self, ae: str, /, **changes: Any) -> dict[str, Any]:
        """Change a node's ae, host, port, description or rights."""
        answer: dict[str, Any] = self.call("PATCH", f"/nodes/{ae}", changes)
        return answer

    def remove_node(self, ae: str) -> None:
        """Take a node out of the table."""
        self.call("DELETE", f"/nodes/{ae}")

    def echo_node(self, ae: str) -> Outcome:
        """C-ECHO from the archive to a node."""
        return Outcome.of(
            f"C-ECHO from the archive to {ae}", self.call("POST", f"/nodes/{ae}/echo", {})
        )

    def settings(self) -> Rows:
        """List the archive's settings."""
        return Rows(self.call("GET", "/settings"), ("key", "value", "default", "what"))

    def setting(self, key: str) -> Any:
        """Return one setting's value."""
        found = {row["key"]: row["value"] for row in self.call("GET", "/settings")}
        if key not in found:
            raise UsageError(f"There is no setting '{key}'.", f"There are: {', '.join(found)}.")
        return found[key]

    def set(self, key: str, value: Any) -> Any:
        """Change one setting."""
        return self.call("PUT", f"/settings/{key}", {"value": value})["value"]

    def audit(self, text: str = "", **filters: str) -> Rows:
        """Search what happened at the archive; filters: kind, since, node, limit."""
        rows = self.call("GET", "/audit", query={"text": text, **filters})
        return Rows(rows, ("hospital", "id", "kind", "text"))


class UsersClient:
    """Accounts and roles."""

    def __init__(self, archive: ArchiveClient) -> None:
        """Act through `archive`'s session."""
        self._archive = archive

    def list(self, **filters: str) -> Rows:
        """List accounts; filter by status, role or department."""
        rows = [
            row
            for row in self._archive.call("GET", "/users")
            if all(row.get(key) == value for key, value in filters.items())
        ]
        columns = ("name", "full_name", "department", "role", "status", "last_login", "note")
        return Rows(rows, columns)

    def get(self, name: str) -> dict[str, Any]:
        """Return one account."""
        answer: dict[str, Any] = self._archive.call("GET", f"/users/{name}")
        return answer

    def roles(self) -> Rows:
        """List roles and their rights."""
        return Rows(self._archive.call("GET", "/roles"), ("name", "description", "rights"))

    def add(
        self, name: str, *, role: str = "viewer", password: str = "", **facts: Any
    ) -> dict[str, Any]:
        """Open an account."""
        body = {"name": name, "role": role, "password": password, **facts}
        answer: dict[str, Any] = self._archive.call("POST", "/users", body)
        return answer

    def change(self, name: str, **changes: Any) -> dict[str, Any]:
        """Change role, status (active, locked, disabled), department, note …"""
        answer: dict[str, Any] = self._archive.call("PATCH", f"/users/{name}", changes)
        return answer

    def disable(self, name: str, note: str = "") -> dict[str, Any]:
        """Disable an account: nobody can use it, its history stays."""
        return self.change(name, status="disabled", **({"note": note} if note else {}))

    def unlock(self, name: str) -> dict[str, Any]:
        """Make a locked or disabled account active again."""
        return self.change(name, status="active")

    def set_password(self, name: str, password: str) -> None:
        """Give an account a new password."""
        self._archive.call("POST", f"/users/{name}/password", {"password": password})

    def remove(self, name: str) -> None:
        """Delete an account; disabling it is nearly always better."""
        self._archive.call("DELETE", f"/users/{name}")

    def login(self, name: str, password: str) -> ArchiveClient:
        """Log in as somebody; raises RefusedError saying why not."""
        client = ArchiveClient(self._archive.seat, name, password)
        client._token = client._login()
        return client


class _HospitalClient:
    """What the clients of the hospital's API share."""

    def __init__(self, seat: Seat, actor: str = "") -> None:
        self.seat, self.actor = seat, actor

    def call(
        self,
        method: str,
        path: str,
        body: dict[str, Any] | None = None,
        query: dict[str, str] | None = None,
    ) -> Any:
        """Call the hospital's API."""
        url = self.seat.facts["urls"]["hospital"] + path
        token = self.seat.secrets["instructor"]["token"] if self.actor else ""
        return request(
            method,
            url,
            body,
            token=token,
            actor=self.actor,
            query=query,
            service="hospital",
        )


class RisClient(_HospitalClient):
    """The RIS: orders and worklist."""

    @property
    def peer(self) -> Peer:
        """Where the RIS's DICOM listener is."""
        return Peer(**self.seat.facts["dicom"]["ris"])

    def orders(self, **filters: str) -> Rows:
        """List orders; filter by status, accession, patient_id, station_ae."""
        return Rows(self.call("GET", "/orders", query=filters))

    def order(self, accession: str) -> dict[str, Any]:
        """Return one order; raises RefusedError if there is none."""
        rows = self.call("GET", "/orders", query={"accession": accession})
        if not rows:
            raise RefusedError(f"The RIS knows no order '{accession}'.", "List the orders.", 404)
        found: dict[str, Any] = rows[0]
        return found

    def place(self, **facts: Any) -> dict[str, Any]:
        """Place an order; nothing given: the next one the seed makes."""
        answer: dict[str, Any] = self.call("POST", "/orders", facts)
        return answer

    def change(self, accession: str, **changes: Any) -> dict[str, Any]:
        """Change an order, e.g. its station_ae."""
        answer: dict[str, Any] = self.call("PATCH", f"/orders/{accession}", changes)
        return answer

    def worklist(self, **filters: str) -> Rows:
        """List what the worklist offers, as the RIS's own screen shows it."""
        return Rows(self.call("GET", "/worklist", query=filters))

    def mpps(self) -> Rows:
        """List the performed procedure steps the RIS was told of."""
        return Rows(self.call("GET", "/mpps"))

    def mapping(self) -> Rows:
        """List which procedure goes to which station."""
        return Rows(self.call("GET", "/mapping"))

    def map(self, code: str, **changes: Any) -> dict[str, Any]:
        """Change where a procedure goes: station_ae, modality, protocol."""
        answer: dict[str, Any] = self.call("PATCH", f"/mapping/{code}", changes)
        return answer


class FleetClient(_HospitalClient):
    """All devices together."""

    def devices(self) -> Rows:
        """List modalities and workstations."""
        return Rows(self.call("GET", "/devices"))

    def device(self, name: str) -> DeviceClient:
        """Return a device; raises RefusedError naming the known ones if there is none."""
        self.call("GET", f"/devices/{name}")
        return DeviceClient(self.seat, name, self.actor)

    def status(self) -> dict[str, Any]:
        """Whether the day goes on, and counts."""
        answer: dict[str, Any] = self.call("GET", "/fleet")
        return answer

    def pause(self) -> None:
        """Let the day stand still; what is under way is finished."""
        self.call("POST", "/fleet", {"action": "pause"})

    def resume(self) -> None:
        """Let the day go on."""
        self.call("POST", "/fleet", {"action": "resume"})


class DeviceClient(_HospitalClient):
    """One device at its console: what its technologist or service engineer can do."""

    def __init__(self, seat: Seat, name: str, actor: str = "") -> None:
        """Work on the device called `name`."""
        super().__init__(seat, actor)
        self.name = name

    def __repr__(self) -> str:
        """Say which device this is."""
        return f"<device {self.name}>"

    @property
    def facts(self) -> dict[str, Any]:
        """Everything the device says of itself."""
        answer: dict[str, Any] = self.call("GET", f"/devices/{self.name}")
        return answer

    @property
    def settings(self) -> dict[str, Any]:
        """The service settings, by dotted key."""
        answer: dict[str, Any] = self.facts["settings"]
        return answer

    def set(self, key: str, value: Any) -> dict[str, Any]:
        """Change one service setting, e.g. 'archive.ae'."""
        answer: dict[str, Any] = self.call("PATCH", f"/devices/{self.name}/settings", {key: value})
        return answer

    def echo(self, target: str = "archive") -> Outcome:
        """C-ECHO as this device: to 'archive', 'ris' or AET@HOST:PORT."""
        return self._do(f"C-ECHO from {self.name} to {target}", "echo", {"target": target})

    def worklist(self) -> Rows:
        """Query the worklist as this device would."""
        answer = self.call("GET", f"/devices/{self.name}/worklist")
        outcome = Outcome.of(f"{self.name} queried the worklist", answer)
        if not outcome.ok:
            raise RefusedError(outcome.error, outcome.remedy, 502)
        return Rows(answer["entries"])

    def perform(self, accession: str) -> Outcome:
        """Do the exam of a worklist entry: MPPS, images, send."""
        what = f"{self.name} performed {accession}"
        return self._do(what, "perform", {"accession": accession})

    def perform_unscheduled(self, **typed: Any) -> Outcome:
        """Do an exam whose patient was typed in by hand."""
        what = f"{self.name} performed an unscheduled exam"
        return self._do(what, "perform", {"unscheduled": typed})

    def queue(self) -> Rows:
        """List what waits on the device's own disk."""
        return Rows(self.call("GET", f"/devices/{self.name}/queue"))

    def send(self) -> Outcome:
        """Send what waits."""
        return self._do(f"{self.name} sent its queue", "send", {})

    def find(self, **keys: Any) -> Rows:
        """Query the archive as this device (a workstation)."""
        answer = self.call("POST", f"/devices/{self.name}/find", keys)
        outcome = Outcome.of(f"{self.name} searched the archive", answer)
        if not outcome.ok:
            raise RefusedError(outcome.error, outcome.remedy, 502)
        return Rows(answer["studies"])

    def retrieve(self, study_uid: str) -> Outcome:
        """C-MOVE a study from the archive to this device."""
        what = f"{self.name} retrieved a study"
        return self._do(what, "retrieve", {"study_uid": study_uid})

    def received(self) -> Rows:
        """List the studies that were sent to this device."""
        return Rows(self.call("GET", f"/devices/{self.name}/received")["studies"])

    def log(self, count: int = 30) -> Rows:
        """Return the last lines of the device's own log."""
        rows = self.call("GET", f"/devices/{self.name}/log")[-count:]
        return Rows(rows, ("hospital", "id", "kind", "text"))

    def _do(self, what: str, action: str, body: dict[str, Any]) -> Outcome:
        return Outcome.of(what, self.call("POST", f"/devices/{self.name}/{action}", body))


class ClockClient(_HospitalClient):
    """Hospital time."""

    def now(self) -> datetime:
        """Return hospital time."""
        return Clock(self.seat.folder / "clock.json").now()

    def show(self) -> dict[str, Any]:
        """Return hospital time, speed and mode."""
        answer: dict[str, Any] = self.call("GET", "/clock")
        return answer

    def do(self, action: str, **options: Any) -> dict[str, Any]:
        """Change the clock: speed, pause, resume, jump or step."""
        answer: dict[str, Any] = self.call("POST", "/clock", {"action": action, **options})
        return answer

    def pause(self) -> dict[str, Any]:
        """Stop hospital time."""
        return self.do("pause")

    def resume(self) -> dict[str, Any]:
        """Let hospital time run."""
        return self.do("resume")

    def speed(self, factor: float) -> dict[str, Any]:
        """Let hospital time run `factor` times as fast as real time."""
        return self.do("speed", factor=factor)

    def step(self, minutes: float) -> dict[str, Any]:
        """Advance by `minutes`, doing everything that is due, then stand still."""
        return self.do("step", minutes=minutes)


class JournalClient:
    """The seat's journal."""

    def __init__(self, seat: Seat) -> None:
        """Read the journal of `seat`."""
        self._reader = JournalReader(seat.folder / "journal")

    def entries(self, **filters: str) -> list[Entry]:
        """Return entries, oldest first; filters: kind, source, since, node."""
        return self._reader.entries(**filters)

    def tail(self, count: int = 20, **filters: str) -> Rows:
        """Return the last entries as a table."""
        found = [vars(entry) for entry in self._reader.tail(count, **filters)]
        return Rows(found, ("hospital", "id", "source", "kind", "text"))

    def find(self, identity: str) -> Entry | None:
        """Return the entry with this id."""
        return self._reader.find(identity)


def attempt(what: str, function: Any, *arguments: Any, **options: Any) -> Outcome:
    """Do something over the network and say how it ended."""
    try:
        result = function(*arguments, **options)
    except NetworkError as error:
        facts = {"triple": getattr(error, "triple", None), "status": getattr(error, "status", None)}
        return Outcome(
            ok=False,
            what=what,
            kind=error.kind,
            error=error.sentence,
            remedy=error.remedy,
            facts=facts,
        )
    return Outcome(ok=True, what=what, facts=vars(result) if result is not None else {})


def _study_query(study_uid: str) -> Dataset:
    query = Dataset()
    query.QueryRetrieveLevel = "STUDY"
    query.StudyInstanceUID = study_uid
    return query
