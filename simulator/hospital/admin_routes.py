"""What an administrator of the RIS changes, over HTTP: settings, devices, senders, procedures."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from simulator.errors import UsageError
from simulator.hospital.orders import TABLE
from simulator.hospital.routes import RIGHT
from simulator.web import Call, Route, table

if TYPE_CHECKING:
    from simulator.hospital.ris import Ris

_PATIENCE = 5.0  # seconds a call waits for an export


def admin_routes(ris: Ris) -> list[Route]:
    """Return the table."""
    desk = _Desk(ris)
    device, sender = "/api/ris/devices/{ae}", "/api/senders/{application}"
    rows = (
        ("GET", "/api/settings", desk.settings, "the settings of the RIS"),
        ("PUT", "/api/settings/{key}", desk.set, "change a setting: value"),
        ("GET", "/api/ris/devices", desk.devices, "who may query and report, and what each sees"),
        ("PUT", device, desk.change_device, "add or change one: worklist, mpps, stations, charset"),
        ("DELETE", device, desk.remove_device, "take one out of the table"),
        ("GET", "/api/senders", desk.senders, "sending applications and how each is understood"),
        ("PUT", sender, desk.change_sender, "add or change one: taken, issuer, charset, types"),
        ("DELETE", sender, desk.remove_sender, "take one out of the table"),
        ("DELETE", "/api/mapping/{code}", desk.unmap, "take a procedure out of the table"),
        ("GET", "/api/mapping/{code}/history", desk.mapping_history, "every change of a procedure"),
        ("GET", "/api/states", desk.states, "the states of an order, and what leads where"),
        ("POST", "/api/mpps/{uid}/link", desk.link, "say to which order a step belongs"),
        ("GET", "/api/exports", desk.exports, "reports sent to the archive as DICOM objects"),
        ("POST", "/api/orders/{accession}/export", desk.export, "send its report: as (sr, pdf)"),
    )
    return table(RIGHT, rows)


class _Desk:
    """The handlers."""

    def __init__(self, ris: Ris) -> None:
        self.ris = ris

    def settings(self, call: Call) -> Any:
        return self.ris.settings.all()

    def set(self, call: Call) -> Any:
        (value,), key, actor = call.need("value"), call.path["key"], call.actor
        old, new = self.ris.settings.set(key, value)
        self.ris.journal.write(
            "setting.changed", f"{actor} changed {key} of the RIS from {old!r} to {new!r}",
            key=key, old=old, new=new, by=actor, actor=actor,
        )  # fmt: skip
        if key == "access.tls" and old != new:
            self.ris.say_tls()
        return {"key": key, "value": new}

    def devices(self, call: Call) -> Any:
        return [asdict(device) for device in self.ris.devices.all()]

    def change_device(self, call: Call) -> Any:
        return asdict(self.ris.devices.change(call.path["ae"], _facts(call), call.actor))

    def remove_device(self, call: Call) -> Any:
        self.ris.devices.remove(call.path["ae"], call.actor)
        return {"ok": True}

    def senders(self, call: Call) -> Any:
        return [asdict(sender) for sender in self.ris.interfaces.senders.all()]

    def change_sender(self, call: Call) -> Any:
        senders, name = self.ris.interfaces.senders, call.path["application"]
        return asdict(senders.change(name, _facts(call), call.actor))

    def remove_sender(self, call: Call) -> Any:
        self.ris.interfaces.senders.remove(call.path["application"], call.actor)
        return {"ok": True}

    def unmap(self, call: Call) -> Any:
        self.ris.book.table.remove(call.path["code"], call.actor)
        return {"ok": True}

    def mapping_history(self, call: Call) -> Any:
        return self.ris.book.table.history(call.path["code"])

    def states(self, call: Call) -> Any:
        return [
            {"state": state, "event": event, "leads to": after}
            for state, moves in TABLE.items()
            for event, after in (moves or {"(none, it is final)": ""}).items()
        ]

    def link(self, call: Call) -> Any:
        (accession,) = call.need("accession")
        return self.ris.steps.link(call.path["uid"], str(accession), call.actor)

    def exports(self, call: Call) -> Any:
        return self.ris.interfaces.exporting.of(call.query.get("accession", ""))

    def export(self, call: Call) -> Any:
        """Send the newest report of an order that is not preliminary."""
        accession, form = call.path["accession"], str(call.body.get("as", "sr"))
        reports = self.ris.interfaces.reports.of(self.ris.book.get(accession).accession)
        final = [report for report in reports if report["status"] != "P"]
        if not final:
            raise UsageError(f"Order {accession} has no final report.", "Report it first.")
        exporting = self.ris.interfaces.exporting
        number = exporting.queue(final[-1]["number"], accession, form)
        return exporting.wait(number, _PATIENCE)


def _facts(call: Call) -> dict[str, Any]:
    return {key: value for key, value in call.body.items() if key != "actor"}
