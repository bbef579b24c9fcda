"""A seat's folder: what is in it, and how a new one is furnished."""

from __future__ import annotations

import os
import secrets
import shutil
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import Any

from simulator import ports
from simulator.backends.place import Asked, merged
from simulator.backends.place import write as write_backend
from simulator.clock import DEFAULT_START
from simulator.config import BackendConfig, SeatConfig, load_seat_config
from simulator.errors import CannotError, UsageError
from simulator.files import read_json, write_atomically, write_json
from simulator.ports import Plan
from simulator.system import Lock


@dataclass(frozen=True, kw_only=True)
class Options:
    """What `pacslab up` was asked for."""

    seed: int | None = None
    ports: str = "default"  # default | auto
    backend: str | None = None  # embedded | orthanc | external; None: as the seat was made
    peer: str | None = None  # an external archive, AET@HOST:PORT
    dicomweb: str | None = None  # its DICOMweb address
    start: str | None = None
    lab: bool = True


class SeatFolder:
    """The files of a seat; names as in contracts: others read them too."""

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

    # --- furnishing ---------------------------------------------------------------------------

    def prepare(self, options: Options) -> None:
        """Make the folder, its configuration and its secrets; keep what is there."""
        backend = self._backend(options)
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
        self._write_config(options, backend)
        if not (self.folder / "secrets.json").exists():
            write_json(self.folder / "secrets.json", _new_secrets(), private=True)
        copy_lessons(self.folder / "notebooks")

    def _backend(self, options: Options) -> BackendConfig:
        """Return the archive this seat works with; raises an error if that cannot be."""
        asked = Asked(kind=options.backend, peer=options.peer, dicomweb=options.dicomweb)
        made = merged(self.config.backend, asked)
        if self.plan is not None and made.kind != self.config.backend.kind:
            raise UsageError(
                f"This seat was made with the backend {self.config.backend.kind}, not {made.kind}.",
                "Choose another folder with --seat, or remove this one.",
            )
        if made.kind == "orthanc":
            from simulator.backends import orthanc

            orthanc.program()  # says plainly if it is not installed
        return made

    def _write_config(self, options: Options, backend: BackendConfig | None = None) -> None:
        path = self.folder / "config.toml"
        if not path.exists():
            seed = 1 if options.seed is None else options.seed
            config = SeatConfig(seed=seed, start=options.start or DEFAULT_START)
            write_atomically(path, _CONFIG.format(config=config).encode())
        config = self.config
        write_backend(path, config.backend, backend or config.backend)
        for name, asked in (("seed", options.seed), ("start", options.start)):
            if asked is not None and asked != getattr(config, name):
                raise UsageError(
                    f"This seat was made with {name} {getattr(config, name)}, not {asked}.",
                    "Choose another folder with --seat, or remove this one.",
                )

    def choose_ports(self, options: Options) -> Plan:
        """Return the seat's ports, chosen now if it is new; raises CannotError if one is taken."""
        plan = self.plan
        if plan is None:
            devices = device_numbers()
            make = ports.free_plan if options.ports == "auto" else ports.default_plan
            plan = make(devices)
        taken = ports.taken(plan, self.config.backend.kind)
        if taken:
            raise CannotError(
                f"Taken already: {'; '.join(taken[:3])}.",
                "Stop the program that uses it, or start a new seat with '--ports auto'.",
            )
        write_json(self.folder / "run" / "plan.json", plan.facts())
        return plan


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
    """Copy lessons and glossary that are not there yet; an edited copy is never written over."""
    copied, folder = [], lessons_folder()
    for source in [*sorted(folder.glob("*.ipynb")), *folder.glob("glossary.md")]:
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
