"""The RIS's HL7 over HTTP: messages, channels, patients, reports, and the HIS's desk."""

from __future__ import annotations

from typing import Any

from simulator.errors import UsageError
from simulator.hospital import history
from simulator.hospital.interfaces import Interfaces
from simulator.hospital.routes import RIGHT
from simulator.network.channel import Channel
from simulator.network.message_log import FILTERS, compared, shown
from simulator.web import Call, Route, table


def message_routes(interfaces: Interfaces) -> list[Route]:
    """Return the table."""
    desk = _Desk(interfaces)
    rows = (
        ("GET", "/api/messages", desk.messages, "the message log, newest last; filters, limit"),
        ("POST", "/api/messages", desk.send, "send a message typed by hand: channel, text"),
        ("GET", "/api/messages/{number}", desk.message, "one message; with=N: compared with N"),
        ("POST", "/api/messages/{number}/replay", desk.replay, "process what came in once more"),
        ("POST", "/api/messages/{number}/resend", desk.resend, "send again, or corrected: text"),
        ("GET", "/api/channels", desk.channels, "the channels and their queues"),
        ("POST", "/api/channels", desk.add, "add one: name, host, port, applications, copy_of …"),
        (
            "PATCH",
            "/api/channels/{name}",
            desk.change,
            "change a channel: paused, port, on_error …",
        ),
        ("POST", "/api/channels/{name}/pause", desk.pause, "let a queue stand still"),
        ("POST", "/api/channels/{name}/resume", desk.resume, "let a queue go on"),
        ("GET", "/api/patients", desk.patients, "the patients the RIS knows"),
        ("GET", "/api/reports", desk.reports, "reports, of one accession or all"),
        ("GET", "/api/orders/{accession}/history", desk.history, "every change of an order"),
        ("POST", "/api/his/adt", desk.adt, "have the HIS send an ADT message: trigger, facts"),
    )
    return table(RIGHT, rows)


class _Desk:
    """The handlers."""

    def __init__(self, interfaces: Interfaces) -> None:
        self.i = interfaces

    def messages(self, call: Call) -> Any:
        filters = {key: value for key, value in call.query.items() if key in FILTERS}
        return self.i.log.find(call.limit(200), **filters)

    def message(self, call: Call) -> Any:
        row = self.i.log.get(call.number())
        other = call.query.get("with", "")
        if not other:
            return shown(row)
        if not (other.isascii() and other.isdigit() and len(other) < 16):
            raise UsageError(f"'{other}' is no message number.", "List the messages.")
        return {**shown(row), "differences": compared(row, self.i.log.get(int(other)))}

    def send(self, call: Call) -> Any:
        channel, text = call.need("channel", "text")
        number = self.i.outbox.send_text(str(channel), str(text))
        self._tell(call, f"sent a message by hand through {channel}", number)
        return self._settled(number)

    def replay(self, call: Call) -> Any:
        number = call.number()
        done = self.i.receiver.replay(number)
        self._tell(call, f"replayed message {number}", number)
        return {"ok": True, "done": done}

    def resend(self, call: Call) -> Any:
        again = self.i.outbox.resend(call.number(), str(call.body.get("text", "")))
        self._tell(call, f"sent message {call.number()} again", again)
        return self._settled(again)

    def channels(self, call: Call) -> Any:
        return self.i.outbox.facts()

    def add(self, call: Call) -> Any:
        facts = {key: value for key, value in call.body.items() if key != "actor"}
        try:
            channel = Channel(**facts)
        except TypeError as error:
            raise UsageError(
                f"That is no channel: {error}.",
                "Send name, host, port, sending_application and receiving_application.",
            ) from error
        return vars(self.i.outbox.add(channel, call.actor))

    def change(self, call: Call) -> Any:
        changes = {key: value for key, value in call.body.items() if key != "actor"}
        return vars(self.i.outbox.change(call.path["name"], changes, call.actor))

    def pause(self, call: Call) -> Any:
        return vars(self.i.outbox.change(call.path["name"], {"paused": True}, call.actor))

    def resume(self, call: Call) -> Any:
        return vars(self.i.outbox.change(call.path["name"], {"paused": False}, call.actor))

    def patients(self, call: Call) -> Any:
        return self.i.patients.all(**call.query)

    def reports(self, call: Call) -> Any:
        return self.i.reports.of(call.query.get("accession", ""))

    def history(self, call: Call) -> Any:
        accession = self.i.book.get(call.path["accession"]).accession
        return history.of(self.i.book.database, accession)

    def adt(self, call: Call) -> Any:
        (trigger,) = call.need("trigger")
        own = ("trigger", "actor")
        number = self.i.his.adt(
            str(trigger), {key: str(value) for key, value in call.body.items() if key not in own}
        )
        return self._settled(number)

    def _settled(self, number: int) -> Any:
        """Return what became of a message that goes out, waiting a moment for its answer."""
        self.i.outbox.wait(number, 3.0)
        return {key: value for key, value in self.i.log.get(number).items() if key != "raw"}

    def _tell(self, call: Call, what: str, number: int) -> None:
        actor = call.actor
        self.i.book.journal.write("message.handled", f"{actor} {what}", actor=actor, message=number)
