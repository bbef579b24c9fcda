"""RIS, fleet, devices and clock as a client sees them, through the hospital's API."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from simulator.clients.messages import InterfaceClient
from simulator.clients.ris_admin import RisAdminClient
from simulator.clock import Clock
from simulator.errors import RefusedError
from simulator.http import request
from simulator.network.associate import Peer
from simulator.results import Outcome, Rows
from simulator.seat import Seat

_STEP = ("uid", "status", "station_ae", "accessions", "patient_id", "patient_name", "started",
         "ended", "instances")  # fmt: skip


class HospitalClient:
    """What the clients of the hospital's API share."""

    def __init__(self, seat: Seat, actor: str = "") -> None:
        """Call the hospital of `seat`, as the trainee or as the staff member `actor`."""
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


class RisClient(HospitalClient, InterfaceClient, RisAdminClient):
    """The RIS: orders, worklist, its HL7 interfaces, and what an administrator changes."""

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
        return Rows(self.call("GET", "/mpps"), _STEP)

    def mapping(self) -> Rows:
        """List which procedure goes to which station."""
        return Rows(self.call("GET", "/mapping"))

    def map(self, code: str, **changes: Any) -> dict[str, Any]:
        """Change where a procedure goes: station_ae, modality, protocol."""
        answer: dict[str, Any] = self.call("PATCH", f"/mapping/{code}", changes)
        return answer


class FleetClient(HospitalClient):
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

    def run(self, **options: Any) -> dict[str, Any]:
        """Begin a whole day: beds, hours, speed (0: as fast as it can), pixels."""
        answer: dict[str, Any] = self.call("POST", "/fleet", {"action": "run", **options})
        return answer

    def stop_run(self) -> None:
        """End a whole day early."""
        self.call("POST", "/fleet", {"action": "stop"})

    def pause(self) -> None:
        """Let the day stand still; what is under way is finished."""
        self.call("POST", "/fleet", {"action": "pause"})

    def resume(self) -> None:
        """Let the day go on."""
        self.call("POST", "/fleet", {"action": "resume"})


class DeviceClient(HospitalClient):
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

    def perform(self, accession: str, *, discontinue: bool = False) -> Outcome:
        """Do the exam of a worklist entry: MPPS, images, send; `discontinue`: break it off."""
        what = f"{self.name} {'broke off' if discontinue else 'performed'} {accession}"
        return self._do(what, "perform", {"accession": accession, "discontinue": discontinue})

    def perform_unscheduled(self, **typed: Any) -> Outcome:
        """Do an exam whose patient was typed in by hand."""
        what = f"{self.name} performed an unscheduled exam"
        return self._do(what, "perform", {"unscheduled": typed})

    def append(self, accession: str, *, reopen: bool = False) -> Outcome:
        """Add images to a finished exam, as a step of its own; `reopen`: in the step that ended.

        What was added by re-opening and could not be reported gets that step, and nothing is taken.
        """
        what = f"{self.name} {'re-opened' if reopen else 'appended to'} {accession}"
        return self._do(what, "append", {"accession": accession, "reopen": reopen})

    def accept(self) -> dict[str, Any]:
        """Put the device through its acceptance: its level, every step, and a report as a page.

        The device does examinations of a test patient for it, at a bench; no service sees them.
        """
        answer: dict[str, Any] = self.call("POST", f"/devices/{self.name}/accept", {})
        return answer

    def queue(self) -> Rows:
        """List what waits on the device's own disk."""
        return Rows(self.call("GET", f"/devices/{self.name}/queue"))

    def send(self, accession: str = "") -> Outcome:
        """Send what waits; with an accession number, a finished exam's images once more."""
        if accession:
            return self._do(f"{self.name} sent {accession}", "send", {"accession": accession})
        return self._do(f"{self.name} sent its queue", "send", {})

    def find(self, **keys: Any) -> Rows:
        """Query the archive as this device (a workstation)."""
        answer = self.call("POST", f"/devices/{self.name}/find", keys)
        outcome = Outcome.of(f"{self.name} searched the archive", answer)
        if not outcome.ok:
            raise RefusedError(outcome.error, outcome.remedy, 502)
        return Rows(answer["studies"])

    def retrieve(self, study_uid: str) -> Outcome:
        """Fetch a study from the archive, as `retrieve.by` says: C-MOVE to itself, or C-GET."""
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


class ClockClient(HospitalClient):
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
