"""One trainee's folder: what is in it, and how its processes are started, stopped and reset."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from simulator import lab, system
from simulator.errors import CannotError, NetworkError, RefusedError, UsageError
from simulator.files import read_json, write_json
from simulator.http import request
from simulator.network import scu
from simulator.network.associate import Caller, Peer
from simulator.network.tls_listening import is_spoken
from simulator.ports import HOST, Plan
from simulator.seat_facts import facts_of, said, to_enter
from simulator.seat_folder import Options, SeatFolder, copy_lessons, device_numbers

SERVICES = ("archive", "hospital")
_START_SECONDS = 60.0
_ORTHANC_STOPS = 20.0  # seconds; asked kindly it takes five
__all__ = ["SERVICES", "Options", "Seat", "copy_lessons", "device_numbers"]

Progress = Callable[[str, float], None]  # progress(what, share done from 0 to 1)


class Seat(SeatFolder):
    """A seat: its folder, and the processes that run in it."""

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
        self.prepare(options)
        plan = self.choose_ports(options)
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

    def _spawn(self, service: str) -> int:
        (self.folder / "run" / f"{service}.error").unlink(missing_ok=True)
        command = [sys.executable, "-m", "simulator.processes", service, str(self.folder)]
        return system.spawn(command, self.folder / "logs" / f"{service}.out", system.SPARING)

    def _wait(self, plan: Plan, pids: dict[str, int], progress: Progress) -> None:
        """Wait until every listener answers a C-ECHO; say why if a process ends first."""
        waiting = self._listeners(plan, pids)
        total = len(waiting)
        deadline = time.monotonic() + _START_SECONDS
        is_open = False
        while waiting or not is_open:
            waiting = {name: peer for name, peer in waiting.items() if not _answers(peer)}
            is_open = "archive" not in pids or system.accepts(HOST, plan.archive_web)
            progress("waiting for the listeners", 0.1 + 0.3 * (1 - len(waiting) / max(1, total)))
            for service, pid in pids.items():
                if not system.is_running(pid):
                    raise self._died(service)
            if time.monotonic() > deadline:
                silent = ", ".join(waiting) or "the archive"
                raise CannotError(
                    f"No answer from {silent} after {_START_SECONDS:.0f} s.",
                    f"Look into {self.folder / 'logs'}.",
                )
            if waiting or not is_open:
                time.sleep(0.05)

    def _listeners(self, plan: Plan, pids: dict[str, int]) -> dict[str, Peer]:
        found: dict[str, Peer] = {}
        if "archive" in pids and self.config.backend.kind != "external":
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
        """Write seat.json; an external archive is called once, and what it said is kept."""
        facts = facts_of(self.config, plan, pids)
        if facts["backend"] == "external":
            facts["verified"] = _verified(Peer(**facts["dicom"]["archive"]))
        write_json(self.folder / "seat.json", facts)

    def _finish_baseline(self, progress: Progress) -> None:
        """Wait for the first studies, then remember that state as the one to reset to."""
        if self.call("archive", "GET", "/status")["baseline"] and self._hospital_is_saved:
            return
        deadline, seen = time.monotonic() + _START_SECONDS, 0
        wanted = self.config.baseline_studies
        while (done := self.call("hospital", "GET", "/fleet")["baseline"]["done"]) < wanted:
            progress("the first studies arrive", 0.4 + 0.5 * done / max(1, wanted))
            if done > seen:  # a slow machine is none that stands still
                deadline, seen = time.monotonic() + _START_SECONDS, done
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
        system.stop(pid, _ORTHANC_STOPS if self.config.backend.kind == "orthanc" else 8.0)
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
        """Make the present state the one a reset goes back to, with nothing on its way."""
        self.call("hospital", "POST", "/channels/settle", {}, as_instructor=True)
        self.call("archive", "POST", "/baseline", {}, as_instructor=True)
        self.call("hospital", "POST", "/baseline", {}, as_instructor=True)

    def reset(self, *, resume: bool = True) -> list[str]:
        """Put archive and hospital back to the baseline; journal and progress stay.

        Without `resume` the day stands still afterwards, as it does during an exercise.
        Returns a line for each thing that this backend does not put back.
        """
        if not self.is_up("hospital"):
            self.service("start", "hospital")
        self.call("hospital", "POST", "/reset", {}, as_instructor=True)
        if not self.is_up("archive"):  # now that nobody of the hospital has its port
            self.service("start", "archive")
        answer = self.call("archive", "POST", "/reset", {}, as_instructor=True)
        if resume:
            self.call("hospital", "POST", "/fleet", {"action": "resume"}, as_instructor=True)
        return [str(line) for line in answer.get("said", [])]

    def status(self) -> dict[str, Any]:
        """Return what runs and what answers."""
        facts = self.facts
        archive = Peer(**facts["dicom"]["archive"])
        if facts["backend"] == "external":
            facts["verified"] = _verified(archive)
        peers = {
            archive.ae: archive,
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
            "backend": facts["backend"],
            "said": said(facts),
            "to_enter": to_enter(facts, self.plan),
            "services": {name: self.is_up(name) for name in SERVICES},
            "nodes": rows,
            "hl7": [
                {"name": name, **place, "answers": system.accepts(place["host"], place["port"])}
                for name, place in facts.get("hl7", {}).items()
            ],
            "urls": facts["urls"],
            "own_addresses": system.has_loopback_network(),
            "repaired": _repaired(self.folder / "archive" / "startup-report.json"),
        }


def _repaired(path: Path) -> str:
    """Return what the archive repaired at its start; '' if there was nothing to repair."""
    report = read_json(path, "report of the archive's start") if path.exists() else {}
    return str(report["said"]) if report.get("repaired") else ""


def _answers(peer: Peer) -> bool:
    """Return whether a node answers at all; a rejection is an answer too, and so is TLS."""
    try:
        scu.echo(peer, Caller(ae="PACSLAB_UP", connect_timeout=1, acse_timeout=2, dimse_timeout=2))
    except NetworkError as error:
        return error.kind == "the peer refused" or is_spoken(peer.host, peer.port, 1.0)
    return True


def _pause_until(deadline: float, sentence: str) -> None:
    """Wait a moment; raises CannotError once the deadline has passed."""
    if time.monotonic() > deadline:
        raise CannotError(sentence, "See 'pacslab doctor' and the logs in the seat's folder.")
    time.sleep(0.05)


def _verified(peer: Peer) -> dict[str, Any]:
    """Return what an external archive said to an echo."""
    from simulator.backends.external import verify

    return vars(verify(peer))
