"""The fleet: all devices and workstations of the hospital, and the day they have."""

from __future__ import annotations

import os
import shutil
import threading
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from datetime import datetime
from pathlib import Path
from typing import Any, TypeVar

from simulator.clock import Clock, ClockKeeper
from simulator.crew import Crew
from simulator.errors import CannotError, RefusedError, UsageError
from simulator.files import read_json, write_json
from simulator.fleet.baseline import Baseline
from simulator.fleet.lan import Lan
from simulator.fleet.lan_routes import routes as lan_routes
from simulator.fleet.modality import Modality
from simulator.fleet.node import Node
from simulator.fleet.placing import PlaceOrder
from simulator.fleet.profile import ModalityProfile
from simulator.fleet.routes import routes
from simulator.fleet.schedule import Day
from simulator.fleet.whole_day import WholeDay, check
from simulator.fleet.workstation import Workstation
from simulator.journal import Journal
from simulator.network.associate import Peer
from simulator.system import loopback as loopback_address
from simulator.web import Route

WORKSTATIONS = {"WS1": 101, "WS2": 102}  # name: address number
_FORMAT = 1
_T = TypeVar("_T")


class Fleet:
    """Owns every node that is not archive or RIS."""

    def __init__(
        self,
        folder: Path,
        seed: int,
        clock: Clock,
        journal: Journal,
        profiles: Mapping[str, ModalityProfile],
        *,
        addresses: Mapping[str, tuple[str, int]] | None = None,
        archive: Peer,
        ris: Peer,
        pixels: str = "small",
        crew: Crew | None = None,
    ) -> None:
        """Keep settings in `folder/fleet.json` and each device's disk beside it.

        With a `crew`, pictures are drawn by helper processes; otherwise in this one.
        """
        self.folder, self.seed, self.clock, self.journal = folder, seed, clock, journal
        self.crew = crew
        places = addresses or {}
        common: dict[str, Any] = {
            "clock": clock, "journal": journal, "archive": archive, "ris": ris, "save": self.save,
            "certificates": folder.parent / "tls",
        }  # fmt: skip
        self.modalities = {
            name: Modality(
                profile,
                folder=folder / "devices" / name,
                seed=seed,
                pixels=pixels,
                crew=crew,
                address=_place(places, name, profile.address),
                **common,
            )
            for name, profile in profiles.items()
        }
        self.workstations = {
            name: Workstation(
                name,
                folder=folder / "workstations" / name,
                address=_place(places, name, number),
                **common,
            )
            for name, number in WORKSTATIONS.items()
        }
        self.day: Day | None = None
        self.whole: WholeDay | None = None
        self._saving = threading.Lock()
        self.lan = Lan(
            folder / "network.json",
            _planned(profiles),
            {(archive.host, archive.port): "archive", (ris.host, ris.port): "ris"},
            tell=journal.write,
        )
        for name, node in self.nodes.items():
            node.line = self.lan.lines[name]
        self.first = Baseline(self)
        self._load()

    # --- nodes --------------------------------------------------------------------------------

    @property
    def nodes(self) -> dict[str, Node]:
        """Every node by its name."""
        return {**self.modalities, **self.workstations}

    def device(self, name: str) -> Node:
        """Return a node by its name."""
        return _pick(self.nodes, name, "device")

    def modality(self, name: str) -> Modality:
        """Return a modality by its name."""
        return _pick(self.modalities, name, "modality")

    def workstation(self, name: str) -> Workstation:
        """Return a workstation by its name."""
        return _pick(self.workstations, name, "workstation")

    def start_listeners(self) -> None:
        """Have every node that is online listen at its address."""
        for node in self.nodes.values():
            node.start()

    def stop(self) -> None:
        """End the day and stop every listener."""
        if self.whole is not None:
            self.whole.stop()
        if self.day is not None:
            self.day.stop()
        with ThreadPoolExecutor(len(self.nodes)) as pool:
            list(pool.map(Node.stop, self.nodes.values()))
        if self.crew is not None:
            self.crew.close()

    # --- the day --------------------------------------------------------------------------------

    def open_day(self, place_order: PlaceOrder, pace_minutes: float) -> Day:
        """Prepare the gentle day: one exam every `pace_minutes` of hospital time on average."""
        self.day = Day(self, place_order, pace_minutes)
        return self.day

    def baseline(
        self, n: int, place_order: PlaceOrder, before: datetime | None = None
    ) -> dict[str, Any]:
        """Place `n` orders in the twenty hours up to `before` and perform them all."""
        return self.first.run(n, place_order, before or self.clock.now())

    def run_day(
        self, *, beds: int, hours: float, speed: float | None = None, pixels: str = "small"
    ) -> WholeDay:
        """Begin a whole day of a hospital of so many beds, from now on; see whole_day.py."""
        check(beds, hours, speed, pixels)
        if self.whole is not None and self.whole.running:
            raise RefusedError("A day is being run already.", "Wait for it, or stop it.", 409)
        if self.day is None or not isinstance(self.clock, ClockKeeper):
            raise CannotError("This fleet has no day of its own.")
        self.whole = WholeDay(self, self.clock, self.day.place_order, beds=beds, hours=hours,
                              speed=speed, pixels=pixels)  # fmt: skip
        return self.whole.start()

    # --- state ----------------------------------------------------------------------------------

    def save(self) -> None:
        """Write down which settings differ from their defaults."""
        with self._saving:
            rows = {n: node.settings.changes_from(node.defaults) for n, node in self.nodes.items()}
            changed = {name: row for name, row in rows.items() if row}
            facts = {"format": _FORMAT, "settings": changed}
            write_json(self.folder / "fleet.json", facts, private=True)  # passcodes

    def _load(self) -> None:
        path = self.folder / "fleet.json"
        stored = read_json(path, "fleet file")["settings"] if path.exists() else {}
        for name, node in self.nodes.items():
            node.set_up(stored.get(name, {}))

    def snapshot(self, path: Path) -> None:
        """Copy settings, queues and what was received to the folder `path`; logs stay behind."""
        with self._all_quiet():
            self.save()
            shutil.rmtree(path, ignore_errors=True)
            path.mkdir(parents=True)
            shutil.copyfile(self.folder / "fleet.json", path / "fleet.json")
            self.lan.snapshot(path / "network.json")
            for node in self.nodes.values():
                for source, kept in _stock(node, path):
                    _copy(source, kept)
            if self.day is not None:
                self.day.snapshot(path / "day.json")

    def restore(self, path: Path, *, renumber: bool = True) -> None:
        """Put settings, queues and what was received back to the copy at `path`.

        Without `renumber` later exams get new numbers: the archive still has the old ones.
        """
        if not (path / "fleet.json").exists():
            raise CannotError(f"There is no snapshot of the fleet at {path}.")
        with self._all_quiet():
            for node in self.nodes.values():
                for source, kept in _stock(node, path):
                    _remove(source)
                    _copy(kept, source)
                node.inbox.reload()
            for modality in self.modalities.values():
                modality.disk.reload(0 if renumber else modality.disk.begun)
            shutil.copyfile(path / "fleet.json", self.folder / "fleet.json")
            self.lan.restore(path / "network.json")
            self._load()
            if self.day is not None:
                self.day.restore(path / "day.json")

    def _all_quiet(self) -> ExitStack:
        """Hold every device, so that no exam is halfway."""
        held = ExitStack()
        for node in self.nodes.values():
            held.enter_context(node.busy)
        return held

    # --- HTTP -----------------------------------------------------------------------------------

    def routes(self) -> list[Route]:
        """Return the fleet's part of the HTTP table."""
        return [*routes(self), *lan_routes(self.lan)]

    def facts(self) -> dict[str, Any]:
        """Return the state of the fleet and its counts."""
        return {
            "state": self.day.state if self.day else "not running",
            "day": self.day.facts() if self.day else {},
            "baseline": {"done": self.first.done, "of": self.first.of, "failed": self.first.failed},
            "run": self.whole.progress() if self.whole else {},
            "devices": len(self.modalities),
            "performed": sum(device.disk.begun for device in self.modalities.values()),
            "queued": {
                name: sum(row["queued"] for row in device.queue())
                for name, device in self.modalities.items()
            },
        }


def _planned(profiles: Mapping[str, ModalityProfile]) -> dict[str, str]:
    """Return the address plan: no two alike, even where this machine gives all nodes one."""
    numbers = {name: profile.address for name, profile in profiles.items()} | WORKSTATIONS
    return {name: f"127.0.1.{number}" for name, number in numbers.items()}


def _place(places: Mapping[str, tuple[str, int]], name: str, number: int) -> tuple[str, int]:
    host, port = places.get(name) or (loopback_address(number), 0)
    return str(host), int(port)


def _pick(nodes: Mapping[str, _T], name: str, what: str) -> _T:
    if name not in nodes:
        raise UsageError(f"There is no {what} '{name}'.", f"Known: {', '.join(nodes)}.")
    return nodes[name]


def _stock(node: Node, path: Path) -> list[tuple[Path, Path]]:
    """Return what a snapshot holds of a node: (where it is, where its copy is)."""
    kept = path / node.folder.parent.name / node.folder.name
    return [(node.folder / part, kept / part) for part in ("queue", "received", "exams.jsonl")]


def _copy(source: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    if source.is_dir():
        shutil.copytree(source, target, copy_function=_link, dirs_exist_ok=True)
    elif source.exists():
        shutil.copyfile(source, target)


def _link(source: str, target: str) -> None:
    """Link an image, which nobody ever writes to again; copy everything else."""
    if source.endswith((".dcm", ".sent")):
        try:
            os.link(source, target)
            return
        except OSError:
            pass  # this file system has no links
    shutil.copyfile(source, target)


def _remove(path: Path) -> None:
    if path.is_dir():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)
