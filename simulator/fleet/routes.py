"""The fleet over HTTP. A failing network call is an answer (`ok: false`), not an HTTP error."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from typing import TYPE_CHECKING, Any

from simulator.errors import UsageError
from simulator.fleet.acceptance import accepted
from simulator.fleet.modality import Modality
from simulator.fleet.outcome import attempt
from simulator.web import Call, Route, table

if TYPE_CHECKING:
    from simulator.fleet.fleet import Fleet

RIGHT = "hospital"
_DAY = {"beds": 300, "hours": 24.0, "speed": 0, "pixels": "small"}
_BY_HAND = ("patient_name", "patient_id", "birth_date", "sex", "protocol", "accession", "procedure",
            "issuer", "referring")  # fmt: skip


def routes(fleet: Fleet) -> list[Route]:
    """Return the table."""
    desk = _Desk(fleet)
    device = "/api/devices/{name}"
    rows = (
        ("GET", "/api/devices", desk.devices, "all devices and workstations"),
        ("GET", device, desk.one, "one device: address, settings, counts"),
        ("PATCH", f"{device}/settings", desk.change, "change settings by their dotted keys"),
        ("POST", f"{device}/echo", desk.echo, "verify a connection: target archive, ris, …"),
        ("GET", f"{device}/worklist", desk.worklist, "the worklist as its console shows it"),
        (
            "POST",
            f"{device}/perform",
            desk.perform,
            "scan: accession (discontinue), or unscheduled",
        ),
        ("GET", f"{device}/queue", desk.queue, "what the device still owes to archive and RIS"),
        ("POST", f"{device}/send", desk.send, "try the queue again, or resend an accession"),
        ("POST", f"{device}/append", desk.append, "add to a finished exam: accession, reopen"),
        ("POST", f"{device}/accept", desk.accept, "put a device through its acceptance"),
        ("GET", f"{device}/log", desk.log, "the device's own log"),
        ("GET", f"{device}/received", desk.received, "what was sent to this device"),
        ("POST", f"{device}/find", desk.find, "search the archive from a workstation"),
        ("POST", f"{device}/retrieve", desk.retrieve, "have a study sent to a workstation"),
        ("GET", "/api/fleet", desk.fleet_facts, "state and counts of the fleet"),
        ("POST", "/api/fleet", desk.steer, "pause or resume the day; run a whole one, or stop it"),
    )
    return table(RIGHT, rows)


class _Desk:
    """The handlers: read the call, ask the fleet, return facts."""

    def __init__(self, fleet: Fleet) -> None:
        self.fleet = fleet

    def devices(self, call: Call) -> Any:
        return [node.facts() for node in self.fleet.nodes.values()]

    def one(self, call: Call) -> Any:
        node = self.fleet.device(call.path["name"])
        says = node.settings.table()
        return {**node.facts(), "help": {key: says[key] for key in node.keys}}

    def change(self, call: Call) -> Any:
        node = self.fleet.device(call.path["name"])
        node.change({k: v for k, v in call.body.items() if k != "actor"}, call.actor)
        return node.facts()

    def echo(self, call: Call) -> Any:
        node, target = self.fleet.device(call.path["name"]), str(call.body.get("target", "archive"))
        return attempt(lambda: {"peer": str(node.echo(target))})

    def worklist(self, call: Call) -> Any:
        device = self._modality(call)
        return attempt(lambda: {"entries": [item.facts() for item in device.query_worklist()]})

    def perform(self, call: Call) -> Any:
        device, at = self._modality(call), _moment(call.body.get("at"))
        if "unscheduled" in call.body:
            typed = _typed(call.body["unscheduled"])
            return attempt(lambda: device.perform_unscheduled(**typed, at=at).facts())
        (accession,), stopped = call.need("accession"), call.yes("discontinue")
        item = device.find_item
        return attempt(lambda: device.perform(item(str(accession)), at=at, stopped=stopped).facts())

    def queue(self, call: Call) -> Any:
        return self._modality(call).queue()

    def send(self, call: Call) -> Any:
        device, accession = self._modality(call), call.body.get("accession")
        if accession:
            return attempt(lambda: device.resend(str(accession)).facts())
        return attempt(device.send_queue)

    def append(self, call: Call) -> Any:
        device, (accession,) = self._modality(call), call.need("accession")
        reopen = call.yes("reopen")
        return attempt(lambda: device.append(str(accession), reopen=reopen).facts())

    def accept(self, call: Call) -> Any:
        return accepted(self._modality(call))

    def log(self, call: Call) -> Any:
        count = call.query.get("count", "200")
        return self.fleet.device(call.path["name"]).log(int(count) if count.isdigit() else 200)

    def received(self, call: Call) -> Any:
        inbox = self.fleet.device(call.path["name"]).inbox
        return {"instances": len(inbox.received()), "studies": inbox.studies()}

    def find(self, call: Call) -> Any:
        station = self.fleet.workstation(call.path["name"])
        return attempt(lambda: {"studies": station.query(call.body)})

    def retrieve(self, call: Call) -> Any:
        station = self.fleet.workstation(call.path["name"])
        (study_uid,) = call.need("study_uid")
        return attempt(lambda: asdict(station.retrieve(str(study_uid))))

    def fleet_facts(self, call: Call) -> Any:
        return self.fleet.facts()

    def steer(self, call: Call) -> Any:
        (action,) = call.need("action")
        day = self.fleet.day
        if action in ("run", "stop"):
            return self._whole_day(action, call)
        if action not in ("pause", "resume") or day is None:
            raise UsageError(f"The fleet cannot '{action}' now.", "Say pause, resume or run.")
        day.pause() if action == "pause" else day.resume()
        text = f"the fleet's day: {action} ({call.actor})"
        self.fleet.journal.write(f"fleet.{action}", text, actor=call.actor)
        return self.fleet.facts()

    def _whole_day(self, action: str, call: Call) -> Any:
        """Begin a whole day, or end it early."""
        if action == "run":
            asked = {key: call.body.get(key, default) for key, default in _DAY.items()}
            if not all(_is_number(asked[key]) for key in ("beds", "hours", "speed")):
                raise UsageError("beds, hours and speed are numbers.", "Speed 0 is 'max'.")
            run = self.fleet.run_day(
                beds=int(asked["beds"]),
                hours=float(asked["hours"]),
                speed=float(asked["speed"]) or None,
                pixels=str(asked["pixels"]),
            )
            facts = ", ".join(f"{key} {value}" for key, value in run.facts.items())
            text = f"a whole day was begun: {facts} ({call.actor})"
            self.fleet.journal.write("fleet.run", text, actor=call.actor, **run.facts)
        elif self.fleet.whole is not None:
            self.fleet.whole.stop()
        return self.fleet.facts()

    def _modality(self, call: Call) -> Modality:
        return self.fleet.modality(call.path["name"])


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def _typed(table: Any) -> dict[str, str]:
    """Read what a technologist typed by hand."""
    least = {"patient_name", "patient_id"}
    if not isinstance(table, dict) or not least <= set(table) <= set(_BY_HAND):
        raise UsageError("That is no patient.", f"Send {', '.join(_BY_HAND)}.")
    return {key: str(value)[:64] for key, value in table.items()}


def _moment(value: Any) -> datetime | None:
    if value is None:
        return None
    try:
        return datetime.fromisoformat(str(value)).replace(tzinfo=None)
    except ValueError:
        raise UsageError(f"'{value}' is no time.", "Write it like 2026-03-02T09:30.") from None
