"""One trainee's folder: what is in it, and how its processes are started, stopped and reset."""

from __future__ import annotations

import os
import secrets
import shutil
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import Any

from simulator import lab, ports, system
from simulator.config import SeatConfig, load_seat_config
from simulator.errors import CannotError, NetworkError, RefusedError, UsageError
from simulator.files import read_json, write_atomically, write_json
from simulator.http import request
from simulator.network import scu
from simulator.network.associate import Caller, Peer
from simulator.ports import HOST, Plan
from simulator.system import Lock

SERVICES = ("archive", "hospital")
FORMAT = 1
_START_SECONDS = 60.0
Progress = Callable[[str, float], None]  # progress(what, share done from 0 to 1)


@dataclass(frozen=True, kw_only=True)
class Options:
    """What `pacslab up` was asked for."""

    seed: int | None = None
    ports: str = "default"  # default | auto
    backend: str = "embedded"
    start: str | None = None
    lab: bool = True


class Seat:
    """A seat: its folder, its processes, and the facts others need to reach them."""

    def __init__(self, folder: Path | str | None = None) -> None:
        """Use `folder`, else the PACSLAB_SEAT environment variable, else `./seat`."""
        chosen = folder or os.environ.get("PACSLAB_SEAT") or "seat"
        self.folder = Path(chosen).expanduser().resolve()

    # --- what is in the folder ----------------------------------------------------------------

    @property
    def config(self) -> SeatConfig:
        """What a person may edit: config.toml."""
        return load_seat_config(self.folder / "config.toml")

    @property
    def facts(self) -> dict[str, Any]:
        """Names, ports and URLs: seat.json. Raises CannotError if the seat was never started."""
        path = self.folder / "seat.json"
        if not path.exists():
            raise CannotError(f"There is no seat at {self.folder}.", "Start one with 'pacslab up'.")
        facts: dict[str, Any] = read_json(path, "seat file")
        return facts

    @property
    def secrets(self) -> dict[str, Any]:
        """Passwords and tokens: secrets.json, readable by its owner only."""
        found: dict[str, Any] = read_json(self.folder / "secrets.json", "file of secrets")
        return found

    @property
    def plan(self) -> Plan | None:
        """The ports chosen at the first start."""
        path = self.folder / "run" / "plan.json"
        return Plan(**read_json(path, "port plan")) if path.exists() else None

    def lock(self, service: str) -> Lock:
        """The lock that a running service holds."""
        return Lock(self.folder / "run" / f"{service}.lock")

    def is_up(self, service: str = "") -> bool:
        """Return whether a service, or any of them, runs."""
        return any(self.lock(name).is_held() for name in ([service] if service else SERVICES))

    # --- starting -----------------------------------------------------------------------------

    def up(self, options: Options, progress: Progress = lambda what, share: None) -> dict[str, Any]:
        """Start everything and wait until it answers; returns the facts of seat.json."""
        if self.is_up():
            raise RefusedError(
                f"The seat {self.folder} is up already.",
                "See 'pacslab status', or stop it with 'pacslab down'.",
            )
        progress("preparing the seat", 0.05)
        self._prepare(options)
        plan = self._choose_ports(options)
        pids = {name: self._spawn(name) for name in SERVICES}
        try:
            self._wait(plan, pids, progress)
            self._write_facts(plan, pids)
            self._finish_baseline(progress)
            if options.lab:
                progress("starting JupyterLab", 0.95)
                self.start_lab()
        except BaseException:
            self.down()
            raise
        progress("ready", 1.0)
        return self.facts

    def _prepare(self, options: Options) -> None:
        """Make the folder, its configuration and its secrets; keep what is there."""
        if options.backend != "embedded":
            raise UsageError(
                f"The backend '{options.backend}' is not there yet.", "Use --backend embedded."
            )
        if options.ports not in ("default", "auto"):
            raise UsageError(f"'--ports {options.ports}' is not possible.", "Use default or auto.")
        try:
            for name in ("archive", "hospital", "logs", "journal", "progress", "run", "notebooks"):
                (self.folder / name).mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise CannotError(
                f"The seat folder {self.folder} cannot be written: {error.strerror}.",
                "Choose another folder with --seat.",
            ) from error
        self._write_config(options)
        if not (self.folder / "secrets.json").exists():
            write_json(self.folder / "secrets.json", _new_secrets(), private=True)
        copy_lessons(self.folder / "notebooks")

    def _write_config(self, options: Options) -> None:
        path = self.folder / "config.toml"
        if not path.exists():
            seed = 1 if options.seed is None else options.seed
            config = SeatConfig(seed=seed, **({"start": options.start} if options.start else {}))
            write_atomically(path, _CONFIG.format(config=config).encode())
        config = self.config
        for name, asked in (("seed", options.seed), ("start", options.start)):
            if asked is not None and asked != getattr(config, name):
                raise UsageError(
                    f"This seat was made with {name} {getattr(config, name)}, not {asked}.",
                    "Choose another folder with --seat, or remove this one.",
                )

    def _choose_ports(self, options: Options) -> Plan:
        plan = self.plan
        if plan is None:
            devices = device_numbers()
            make = ports.free_plan if options.ports == "auto" else ports.default_plan
            plan = make(devices)
        taken = ports.taken(plan)
        if taken:
            raise CannotError(
                f"Taken already: {'; '.join(taken[:3])}.",
                "Stop the program that uses it, or start a new seat with '--ports auto'.",
            )
        write_json(self.folder / "run" / "plan.json", plan.facts())
        return plan

    def _spawn(self, service: str) -> int:
        (self.folder / "run" / f"{service}.error").unlink(missing_ok=True)
        command = [sys.executable, "-m", "simulator.processes", service, str(self.folder)]
        return system.spawn(command, self.folder / "logs" / f"{service}.out")

    def _wait(self, plan: Plan, pids: dict[str, int], progress: Progress) -> None:
        """Wait until every listener answers a C-ECHO; say why if a process ends first."""
        waiting = self._listeners(plan, pids)
        total = len(waiting)
        deadline = time.monotonic() + _START_SECONDS
        while waiting:
            waiting = {name: peer for name, peer in waiting.items() if not _answers(peer)}
            progress("waiting for the listeners", 0.1 + 0.3 * (1 - len(waiting) / max(1, total)))
            for service, pid in pids.items():
                if not system.is_running(pid):
                    raise self._died(service)
            if time.monotonic() > deadline:
                raise CannotError(
                    f"No answer from {', '.join(waiting)} after {_START_SECONDS:.0f} s.",
                    f"Look into {self.folder / 'logs'}.",
                )
            if waiting:
                time.sleep(0.05)

    def _listeners(self, plan: Plan, pids: dict[str, int]) -> dict[str, Peer]:
        found: dict[str, Peer] = {}
        if "archive" in pids:
            found["PACSLAB"] = Peer(ae="PACSLAB", host=HOST, port=plan.archive)
        if "hospital" in pids:
            found["RISLAB"] = Peer(ae="RISLAB", host=HOST, port=plan.ris)
        return found

    def _died(self, service: str) -> CannotError:
        path = self.folder / "run" / f"{service}.error"
        if path.exists():
            said = read_json(path, "error file")
            return CannotError(said["error"], said["remedy"])
        return CannotError(
            f"The {service} process ended at once.", f"See {self.folder / 'logs' / service}.out."
        )

    def _write_facts(self, plan: Plan, pids: dict[str, int]) -> None:
        archive_web = f"http://{HOST}:{plan.archive_web}"
        facts = {
            "format": FORMAT,
            "seed": self.config.seed,
            "backend": "embedded",
            "pids": {**pids, "jupyter": None},
            "dicom": {
                "archive": {"ae": "PACSLAB", "host": HOST, "port": plan.archive},
                "ris": {"ae": "RISLAB", "host": HOST, "port": plan.ris},
                "devices": {
                    name: {"ae": name, "host": host, "port": port}
                    for name, (host, port) in plan.devices.items()
                },
            },
            "urls": {
                "api": f"{archive_web}/api",
                "hospital": f"http://{HOST}:{plan.hospital_web}/api",
                "jupyter": None,
            },
        }
        write_json(self.folder / "seat.json", facts)

    def _finish_baseline(self, progress: Progress) -> None:
        """Wait for the first studies, then remember that state as the one to reset to."""
        if self.call("archive", "GET", "/status")["baseline"] and self._hospital_is_saved:
            return
        deadline = time.monotonic() + _START_SECONDS
        wanted = self.config.baseline_studies
        while (done := self.call("hospital", "GET", "/fleet")["baseline"]["done"]) < wanted:
            progress("the first studies arrive", 0.4 + 0.5 * done / max(1, wanted))
            _pause_until(deadline, "The first studies did not arrive.")
        while self.call("archive", "GET", "/studies?order_state=new", as_instructor=True):
            _pause_until(deadline, "The orders of the first studies were not found.")
        self.save_baseline()

    @property
    def _hospital_is_saved(self) -> bool:
        return (self.folder / "hospital" / "baseline.json").exists()

    def start_lab(self) -> str:
        """Start JupyterLab in the seat's notebooks folder; returns its URL with the token."""
        plan, facts = self.plan, self.facts
        assert plan is not None
        pid, url = lab.launch(self.folder, plan.jupyter)
        facts["pids"]["jupyter"] = pid
        facts["urls"]["jupyter"] = url
        write_json(self.folder / "seat.json", facts)
        return url

    # --- stopping -----------------------------------------------------------------------------

    def down(self) -> list[str]:
        """Stop everything that runs; returns what was stopped."""
        stopped = [name for name in ("jupyter", *SERVICES) if self._stop(name)]
        return stopped

    def service(self, action: str, service: str) -> None:
        """Start, stop or restart one service of a seat."""
        if service not in SERVICES:
            raise UsageError(
                f"There is no service '{service}'.", f"There are {', '.join(SERVICES)}."
            )
        if action not in ("start", "stop", "restart"):
            raise UsageError(f"'{action}' is not possible.", "Use start, stop or restart.")
        facts = self.facts
        if action == "stop" and not self._stop(service):
            raise RefusedError(f"The {service} does not run.", "Nothing was done.")
        if action == "start" and self.is_up(service):
            raise RefusedError(f"The {service} runs already.", "Nothing was done.")
        if action == "restart":
            self._stop(service)
        if action != "stop":
            plan = self.plan
            assert plan is not None
            pid = self._spawn(service)
            self._wait(plan, {service: pid}, lambda what, share: None)
            facts["pids"][service] = pid
            write_json(self.folder / "seat.json", facts)

    def _stop(self, name: str) -> bool:
        """Stop one process if it is ours and runs; a lock, not a pid, says so."""
        pid = self._pid(name)
        if name in SERVICES and not self.is_up(name):
            return False
        if pid is None or (name == "jupyter" and not lab.is_ours(self.folder, pid)):
            return False
        system.stop(pid)
        return True

    def _pid(self, name: str) -> int | None:
        """Return the pid a process wrote down itself, else the one in seat.json."""
        path = self.folder / "run" / f"{name}.pid"
        if path.exists():
            return int(path.read_text("ascii") or 0) or None
        try:
            pid = self.facts["pids"].get(name)
        except CannotError:
            return None
        return int(pid) if pid else None

    # --- talking ------------------------------------------------------------------------------

    def call(
        self,
        service: str,
        method: str,
        path: str,
        body: dict[str, Any] | None = None,
        *,
        as_instructor: bool = False,
        actor: str = "",
    ) -> Any:
        """Call the HTTP API of a service; raises the error its answer names."""
        url = self.facts["urls"]["api" if service == "archive" else "hospital"] + path
        token = self.secrets["instructor"]["token"] if as_instructor else ""
        return request(method, url, body, token=token, actor=actor, service=service)

    def save_baseline(self) -> None:
        """Make the present state the one a reset goes back to."""
        self.call("archive", "POST", "/baseline", {}, as_instructor=True)
        self.call("hospital", "POST", "/baseline", {}, as_instructor=True)

    def reset(self, *, resume: bool = True) -> None:
        """Put archive and hospital back to the baseline; journal and progress stay.

        Without `resume` the day stands still afterwards, as it does during an exercise.
        """
        for service in SERVICES:
            if not self.is_up(service):
                self.service("start", service)
        self.call("hospital", "POST", "/reset", {}, as_instructor=True)
        self.call("archive", "POST", "/reset", {}, as_instructor=True)
        if resume:
            self.call("hospital", "POST", "/fleet", {"action": "resume"}, as_instructor=True)

    def status(self) -> dict[str, Any]:
        """Return what runs and what answers."""
        facts = self.facts
        peers = {
            "PACSLAB": Peer(**facts["dicom"]["archive"]),
            "RISLAB": Peer(**facts["dicom"]["ris"]),
            **{name: Peer(**place) for name, place in facts["dicom"]["devices"].items()},
        }
        rows = [
            {"ae": peer.ae, "host": peer.host, "port": peer.port, "answers": _answers(peer)}
            for peer in peers.values()
        ]
        return {
            "seat": str(self.folder),
            "up": self.is_up(),
            "services": {name: self.is_up(name) for name in SERVICES},
            "nodes": rows,
            "urls": facts["urls"],
            "own_addresses": system.has_loopback_network(),
        }


def _answers(peer: Peer) -> bool:
    """Return whether a node answers at all; a rejection is an answer too."""
    try:
        scu.echo(peer, Caller(ae="PACSLAB_UP", connect_timeout=1, acse_timeout=2, dimse_timeout=2))
    except NetworkError as error:
        return error.kind == "the peer refused"
    return True


def _pause_until(deadline: float, sentence: str) -> None:
    """Wait a moment; raises CannotError once the deadline has passed."""
    if time.monotonic() > deadline:
        raise CannotError(sentence, "See 'pacslab doctor' and the logs in the seat's folder.")
    time.sleep(0.05)


def _new_secrets() -> dict[str, Any]:
    return {
        "admin": {"user": "pacsadmin", "password": secrets.token_urlsafe(12)},
        "instructor": {"token": secrets.token_urlsafe(24)},
    }


def device_numbers() -> dict[str, int]:
    """Return every device's and workstation's address number."""
    from simulator.fleet.fleet import WORKSTATIONS
    from simulator.fleet.profile import load_profiles

    numbers = {name: profile.address for name, profile in load_profiles().items()}
    return {**numbers, **WORKSTATIONS}


def lessons_folder() -> Path:
    """Return where the lessons are: inside the installed package, or beside it in a checkout."""
    inside = Path(str(resources.files("simulator"))) / "notebooks"
    return inside if inside.is_dir() else Path(__file__).resolve().parent.parent / "notebooks"


def copy_lessons(to: Path) -> list[str]:
    """Copy the lessons that are not there yet; an edited copy is never written over."""
    copied = []
    for source in sorted(lessons_folder().glob("*.ipynb")):
        if not (to / source.name).exists():
            shutil.copyfile(source, to / source.name)
            copied.append(source.name)
    return copied


_CONFIG = """\
# What may be changed for this seat; read at the next 'pacslab up'.
seed = {config.seed}                 # the same seed gives the same patients, orders and images
start = "{config.start}"   # hospital time at the first start
speed = {config.speed}                # hospital minutes per real minute
baseline_studies = {config.baseline_studies}     # studies in the archive from the start
pixels = "{config.pixels}"          # small: quick on a laptop; full: realistic sizes
pace_minutes = {config.pace_minutes}         # mean hospital minutes between two exams
"""
