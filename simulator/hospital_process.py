"""The hospital process: clock keeper, RIS, fleet and the day's schedule, behind one HTTP API."""

from __future__ import annotations

import hmac
import threading
import time
from dataclasses import asdict, replace
from datetime import datetime, timedelta
from typing import Any

from pydicom.dataset import Dataset

from simulator.backends.capabilities import EMBEDDED, Capabilities
from simulator.clock import ClockKeeper, ClockState
from simulator.crew import Crew
from simulator.errors import NetworkError, UsageError
from simulator.files import read_json, write_json
from simulator.fleet import acquiring
from simulator.fleet.fleet import Fleet
from simulator.fleet.profile import load_profiles
from simulator.hospital.interfaces import Places
from simulator.hospital.orders import Procedure
from simulator.hospital.reporting import Reporting
from simulator.hospital.ris import Ris
from simulator.journal import Journal
from simulator.network import scu
from simulator.network.associate import Caller, Peer
from simulator.ports import HOST, Plan
from simulator.seat import Seat
from simulator.system import is_loopback
from simulator.web import ANYONE, Call, Principal, Route

INSTRUCTOR = "instructor"
_READER = Caller(ae="WS1", connect_timeout=2, dimse_timeout=5)
_IDLE = 20.0  # seconds without an examination after which the helper that draws ends
_PATIENCE = 10.0  # seconds for the channels to become empty
_LOCAL = Principal(name="trainee", rights=frozenset({"hospital"}))


class Hospital:
    """Everything but the archive."""

    def __init__(
        self, seat: Seat, plan: Plan, archive: Peer, capable: Capabilities = EMBEDDED
    ) -> None:
        """Wire the rooms together; listeners are bound, nothing runs yet."""
        config = seat.config
        self.folder, self._archive = seat.folder / "hospital", archive
        self._starts_with_us = capable.kind != "external"
        self._renumber = capable.reset  # an archive that keeps its studies must not get them twice
        desk = str(plan.devices["WS1"][0]) if is_loopback(archive.host) else ""
        self._reader = replace(_READER, host=desk)
        self._token = seat.secrets["instructor"]["token"]
        self.clock = ClockKeeper(seat.folder / "clock.json", config.start, config.speed)
        self.journal = Journal(seat.folder / "journal", "hospital", self.clock)
        profiles = load_profiles()
        self.ris = Ris(self.folder, config.seed, self.clock, self.journal, _procedures(profiles))
        self.fleet = Fleet(
            self.folder,
            config.seed,
            self.clock,
            self.journal,
            profiles,
            addresses={name: (host, port) for name, (host, port) in plan.devices.items()},
            archive=archive,
            ris=Peer(ae="RISLAB", host=HOST, port=plan.ris),
            pixels=config.pixels,
            crew=Crew(idle_seconds=_IDLE),
        )
        self.interfaces = self.ris.interfaces
        self.day = self.fleet.open_day(self.interfaces.his.place_next, config.pace_minutes)
        self.interfaces.listen(HOST, plan.hl7_ris).start()
        self.server = self.ris.serve("RISLAB", HOST, plan.ris)
        self._places = Places(
            host=HOST,
            port=plan.hl7_ris,
            archive_host=HOST,
            archive_port=plan.hl7_archive,
            archive=archive,
            hl7=capable.hl7,
            mpps=capable.mpps,
        )
        self.reporting = Reporting(self.ris.book, self.interfaces.outbox, self._has_images)
        self._wanted = config.baseline_studies
        self._begins = datetime.fromisoformat(config.start)
        self._first = threading.Thread(target=self._first_studies, name="baseline", daemon=True)

    def start(self) -> None:
        """Open the listeners; make the first studies if this hospital is new; begin the day."""
        self.interfaces.open(self._places)
        self.fleet.start_listeners()
        self._first.start()
        self.journal.write("hospital.started", f"the RIS listens at {HOST}:{self.server.port}")

    def _first_studies(self) -> None:
        """Fill a new hospital; the day begins once that state is saved as the baseline."""
        if self._is_saved:
            self.day.start()
            return
        crew = self.fleet.crew
        if crew is not None:
            crew.run(acquiring.ready)  # the helper starts while the archive does
        if self._starts_with_us:
            self._await_archive()
        self.fleet.baseline(self._wanted, self.interfaces.his.place_next, self._begins)

    def _await_archive(self) -> None:
        """Give the archive, which starts at the same time, a moment to listen."""
        for _ in range(600):
            try:
                scu.echo(self._archive, Caller(ae="PACSLAB_UP", connect_timeout=1))
                return
            except NetworkError as error:
                if error.kind == "the peer refused":
                    return
            time.sleep(0.05)

    @property
    def _is_saved(self) -> bool:
        return (self.folder / "baseline.json").exists()

    def beat(self) -> None:
        """Write hospital time down; let the radiologist read, while the day goes on."""
        self.clock.beat()
        if self._is_saved and self.clock.state.mode == "running":
            self._read()

    def _read(self) -> None:
        if not self.day.paused:
            self.reporting.tick(self.clock.now())

    def _has_images(self, study_uid: str) -> bool:
        """Ask the archive for a study, as the radiologist at the workstation would."""
        query = Dataset()
        query.QueryRetrieveLevel, query.StudyInstanceUID = "STUDY", study_uid
        return bool(list(scu.find(self._archive, query, self._reader)))  # to the end: no cancel

    def stop(self) -> None:
        """Finish what is under way, close everything, write the time down."""
        self.fleet.stop()
        self.server.stop()
        self.interfaces.close()
        self.clock.beat()
        self.ris.close()
        self.journal.write("hospital.stopped", "the hospital was stopped")

    # --- HTTP ---------------------------------------------------------------------------------

    def authenticate(self, headers: dict[str, str]) -> Principal:
        """Anyone on this machine is the trainee; the instructor has a token."""
        scheme, _, token = headers.get("authorization", "").partition(" ")
        if scheme.lower() == "bearer" and hmac.compare_digest(token.encode(), self._token.encode()):
            name = headers.get("x-pacslab-actor", INSTRUCTOR)[:64]
            return Principal(name=name, rights=frozenset({"*"}))
        return _LOCAL

    def routes(self) -> list[Route]:
        """Return the table of routes."""
        rows = [
            ("GET", "/health/live", ANYONE, self.live, "whether the process runs"),
            ("GET", "/health/ready", ANYONE, self.live, "whether requests are answered"),
            ("GET", "/api/clock", "hospital", self.show_clock, "hospital time"),
            ("POST", "/api/clock", "hospital", self.set_clock, "speed, pause, resume, jump, step"),
            ("POST", "/api/channels/settle", INSTRUCTOR, self.settle, "wait for what is sent"),
            ("POST", "/api/baseline", INSTRUCTOR, self.save, "make this state the baseline"),
            ("POST", "/api/reset", INSTRUCTOR, self.reset, "go back to the baseline"),
        ]
        own = [
            Route(method=method, path=path, right=right, handler=handler, summary=summary)
            for method, path, right, handler, summary in rows
        ]
        return [*own, *self.ris.routes(), *self.fleet.routes()]

    def live(self, call: Call) -> Any:
        """Say that the hospital answers."""
        return {"ok": True}

    def show_clock(self, call: Call) -> Any:
        """Return hospital time, speed and mode."""
        state = self.clock.state
        now = self.clock.now().isoformat(timespec="seconds")
        return {"hospital": now, "speed": state.speed, "mode": state.mode}

    def set_clock(self, call: Call) -> Any:
        """Change how hospital time passes."""
        (action,) = call.need("action")
        if action == "speed":
            self.clock.set_speed(_number(call, "factor"))
        elif action == "pause":
            self.clock.pause()
        elif action == "resume":
            self.clock.resume()
        elif action == "jump":
            self.clock.jump(_moment(call))
        elif action == "step":
            to = self.clock.now() + timedelta(minutes=_number(call, "minutes"))
            self.day.step_until(self.clock, to)
            self._read()
        else:
            raise UsageError(
                f"The clock cannot '{action}'.", "It can speed, pause, resume, jump and step."
            )
        self.journal.write("clock.changed", f"{call.who.name}: clock {action}", by=call.who.name)
        return self.show_clock(call)

    def settle(self, call: Call) -> Any:
        """Wait until nothing is on its way to the archive, for a few seconds at most."""
        deadline = time.monotonic() + _PATIENCE
        while not (done := self.interfaces.drained()) and time.monotonic() < deadline:
            time.sleep(0.02)
        return {"ok": done}

    def save(self, call: Call) -> Any:
        """Remember the present state as the one a reset goes back to."""
        self.ris.snapshot(self.folder / "baseline-ris.db")
        self.fleet.snapshot(self.folder / "baseline-fleet")
        state = replace(self.clock.state, hospital=self.clock.now().isoformat())
        first_time = not self._is_saved
        write_json(self.folder / "baseline.json", asdict(state))
        if first_time:
            self.day.start()
        return {"ok": True}

    def reset(self, call: Call) -> Any:
        """Go back to the saved state; the day stands still until it is resumed."""
        saved = read_json(self.folder / "baseline.json", "saved state of the hospital")
        self.day.pause()
        self.clock.rewind(ClockState(**saved))  # else "today's" worklist would be yesterday's
        self.ris.restore(self.folder / "baseline-ris.db", renumber=self._renumber)
        self.reporting.forget()
        self.fleet.restore(self.folder / "baseline-fleet", renumber=self._renumber)
        self.day.pause()
        self.journal.write("hospital.reset", f"{call.who.name}: the hospital was reset")
        return {"ok": True}


def _procedures(profiles: dict[str, Any]) -> list[Procedure]:
    """Return what can be ordered: every protocol of every device."""
    return [
        Procedure(
            code=protocol.code,
            description=protocol.description,
            modality=profile.modality,
            station_ae=name,
            protocol=key,
            minutes=profile.minutes_per_exam,
        )
        for name, profile in profiles.items()
        for key, protocol in profile.protocols.items()
    ]


def _number(call: Call, name: str) -> float:
    (value,) = call.need(name)
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not value > 0:
        raise UsageError(f"'{name}' must be a number above 0, not {value!r}.")
    return float(value)


def _moment(call: Call) -> datetime:
    (value,) = call.need("to")
    try:
        return datetime.fromisoformat(str(value))
    except ValueError:
        raise UsageError(
            f"'{value}' is not a date and time.", "Write it like 2026-03-02T14:30."
        ) from None
