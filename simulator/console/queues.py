"""`queues()`: what goes to other nodes by itself: destinations, jobs, and the rules behind them."""

from __future__ import annotations

from typing import Any

import ipywidgets as w

from simulator.client import Client
from simulator.console import look
from simulator.errors import UsageError

_BOARD = {"ae": "destination", "now": "now", "waiting": "waiting", "oldest": "oldest",
          "failed": "failing", "dead": "dead", "sent": "sent", "refused": "refused",
          "note": "last trouble"}  # fmt: skip
_JOBS = {"number": "no.", "ae": "destination", "kind": "what", "rule": "rule", "subject": "about",
         "state": "state", "attempts": "tries", "next": "next try", "note": "note"}  # fmt: skip
_COUNTS = {"rule": "rule", "ae": "destination", "matched": "matched", "sent": "sent",
           "waiting": "waiting", "dead": "dead", "refused": "refused", "other": "else",
           "sign": "even?", "refusals": "what is refused, and why"}  # fmt: skip
_RULES = {"name": "rule", "enabled": "on", "what": "what", "when": "if", "where": "where",
          "window": "sent in"}  # fmt: skip
_PREVIEW = {"sign": "", "accession": "accession", "patient_name": "patient", "what": "what",
            "source": "from", "where": "would go", "why_not": "why not"}  # fmt: skip
_DAYS = ("yesterday", "today", "all")


def queues(seat: Client | None = None) -> look.Widget:
    """Show the queue board, with buttons to pause, resume and retry; and rules with a preview."""
    return _Board(look.client(seat)).widget


class _Board:
    def __init__(self, seat: Client) -> None:
        self.seat, self.message = seat, look.Message()
        names = ("board", "jobs", "counts", "rules", "preview")
        self.html = {name: look.mark(w.HTML(), name) for name in names}
        self.place = look.choice("destination", "place", [], width="230px")
        self.reason = look.text("reason", "reason", width="230px", hint="others will read it")
        self.job = look.choice("job", "job", [], width="230px")
        self.rule = look.choice("rule", "rule", [], width="250px")
        self.day = look.choice("day", "day", _DAYS, width="160px")
        self.form = {
            "name": look.text("name", "name", width="250px", hint="a few words"),
            "when": look.text(
                "if", "when", width="360px", hint="Modality=MR; StudyDescription=*B*"
            ),
            "to": look.text("to", "to", width="250px", hint="AE titles: WS1, WS2"),
            "window": look.text("sent in", "window", width="250px", hint="18:00-06:00; empty: any"),
        }
        self.widget = self._laid_out()
        self.message.guard(self.draw)

    def _laid_out(self) -> look.Widget:
        make, say = look.button, self.message
        return look.panel(
            "Queues and rules", say, self.html["board"],
            look.row(self.place, self.reason, make("Pause", self.pause, say, "pause"),
                     make("Resume", self.resume, say, "resume"),
                     make("Retry all", self.retry_all, say, "retry-all"),
                     make("Refresh", self.draw, say, "refresh", style="primary")),
            self.html["jobs"],
            look.row(self.job, make("Retry", self.retry, say, "retry"),
                     make("Cancel", self.cancel, say, "cancel", style="warning")),
            w.HTML("<b>Counts</b>"), self.html["counts"],
            look.row(make("Reconcile", self.reconcile, say, "reconcile"),
                     make("Ask the destinations", self.ask, say, "ask")),
            w.HTML("<b>Rules</b>"), self.html["rules"],
            look.row(self.rule, self.day, make("Preview", self.preview, say, "show-preview"),
                     make("Apply to these", self.apply, say, "apply"),
                     make("On or off", self.switch, say, "switch"),
                     make("Remove", self.remove, say, "remove", style="warning")),
            look.row(*self.form.values(), make("Try it", self.try_new, say, "try"),
                     make("Enter it", self.add, say, "add")),
            self.html["preview"],
            name="queues", hint="A dead destination blocks nobody else: each has its own queue.",
        )  # fmt: skip

    # --- looking ----------------------------------------------------------------------------------

    def draw(self) -> None:
        """Look again."""
        queue = self.seat.archive.queue
        places, jobs = queue.destinations(), queue.list()
        self.html["board"].value = look.table(
            map(_place, places), _BOARD, empty="no destination has ever been sent anything"
        )
        rows = [{**row, "next": _soon(row)} for row in jobs]
        self.html["jobs"].value = look.scroll(look.table(rows, _JOBS, empty="nothing waits"))
        nodes = [row["ae"] for row in self.seat.archive.nodes() if row["port"]]
        look.offer(self.place, list(dict.fromkeys([*(row["ae"] for row in places), *nodes])))
        look.offer(self.job, [(f"{row['number']}: {row['ae']}", row["number"]) for row in jobs])
        rules = self.seat.archive.rules.list()
        self.html["rules"].value = look.table(map(_rule, rules), _RULES, empty="there is no rule")
        look.offer(self.rule, [row["name"] for row in rules])

    def reconcile(self) -> str:
        """Compare what rules matched with what became of it."""
        return self._reconciled(ask=False)

    def ask(self) -> str:
        """Compare, and ask the destinations what they have."""
        return self._reconciled(ask=True)

    def _reconciled(self, *, ask: bool) -> str:
        rows = self.seat.archive.queue.reconcile(ask=ask)
        columns = {**_COUNTS, **({"present": "present there"} if ask else {})}
        shown = [_counted(row) for row in rows]
        self.html["counts"].value = look.table(shown, columns, empty="no rule has matched anything")
        uneven = sum(not row["reconciled"] for row in rows)
        return f"{look.count(uneven, 'line')} of {len(rows)} to look at." if uneven else "All even."

    # --- the queue --------------------------------------------------------------------------------

    def pause(self) -> str:
        """Send the chosen destination nothing."""
        ae = _chosen(self.place, "destination")
        self.seat.archive.queue.pause(ae, self.reason.value)
        self.draw()
        return f"{ae} is paused: what is for it waits."

    def resume(self) -> str:
        """Send to the chosen destination again."""
        ae = _chosen(self.place, "destination")
        self.seat.archive.queue.resume(ae)
        self.draw()
        return f"{ae} is sent to again."

    def retry_all(self) -> str:
        """Try everything of the chosen destination, dead letters, too."""
        ae = _chosen(self.place, "destination")
        count = self.seat.archive.queue.retry_all(ae)
        self.draw()
        return f"{look.count(count, 'job')} for {ae} tried at once."

    def retry(self) -> str:
        """Try the chosen job."""
        number = _chosen(self.job, "job")
        self.seat.archive.queue.retry(number)
        self.draw()
        return f"Job {number} is tried at once."

    def cancel(self) -> str:
        """Give the chosen job up."""
        number = _chosen(self.job, "job")
        self.seat.archive.queue.cancel(number)
        self.draw()
        return f"Job {number} was given up."

    # --- the rules --------------------------------------------------------------------------------

    def preview(self) -> str:
        """Show what of the chosen day the chosen rule would match."""
        rule = _chosen(self.rule, "rule")
        return self._previewed(self.seat.archive.rules.preview(rule, self.day.value))

    def try_new(self) -> str:
        """Show what of the chosen day the rule in the form would match; it is not entered."""
        facts = self._typed()
        return self._previewed(self.seat.archive.rules.preview(day=self.day.value, **facts))

    def _previewed(self, rows: Any) -> str:
        lines = [_tried(row) for row in rows]
        empty = f"nothing came ({self.day.value})"
        self.html["preview"].value = look.scroll(look.table(lines, _PREVIEW, empty=empty))
        return f"{sum(row['matches'] for row in rows)} of {len(rows)} would match."

    def apply(self) -> Any:
        """Apply the chosen rule to the chosen day."""
        rule = _chosen(self.rule, "rule")
        outcome = self.seat.archive.rules.apply(rule, self.day.value)
        self.draw()
        return outcome

    def switch(self) -> str:
        """Switch the chosen rule on or off."""
        rule = _chosen(self.rule, "rule")
        is_on = not self.seat.archive.rules.show(rule)["enabled"]
        self.seat.archive.rules.change(rule, enabled=is_on)
        self.draw()
        return f"{rule} is {'on' if is_on else 'off'} now."

    def add(self) -> str:
        """Enter the rule in the form."""
        made = self.seat.archive.rules.add(**self._typed())
        self.draw()
        self.rule.value = made["name"]
        return f"The rule {made['name']} is in force."

    def remove(self) -> str:
        """Remove the chosen rule."""
        rule = _chosen(self.rule, "rule")
        self.seat.archive.rules.remove(rule)
        self.draw()
        return f"The rule {rule} was removed; what it has queued goes out all the same."

    def _typed(self) -> dict[str, Any]:
        conditions = [text.strip() for text in self.form["when"].value.split(";") if text.strip()]
        texts = {key: self.form[key].value.strip() for key in ("name", "to", "window")}
        return {**texts, "name": texts["name"] or "not named", "when": conditions}


def _chosen(field: look.Widget, what: str) -> Any:
    if field.value is None:
        raise UsageError(f"No {what} is chosen.", "There may be none.")
    return field.value


def _place(row: dict[str, Any]) -> dict[str, Any]:
    state = "✔ idle"
    if row["paused"]:
        state = f"‖ paused by {row['paused_by']}: {row['reason'] or 'no reason given'}"
    elif row["working_now"]:
        state = "… sending"
    elif row["dead"] or row["failed"]:
        state = "✘ in trouble"
    elif row["waiting"]:
        state = "• waiting"
    return {
        **row,
        "now": state,
        "oldest": f"{row['oldest_minutes']:g} min" if row["waiting"] else "",
    }


def _soon(row: dict[str, Any]) -> str:
    if row["state"] in ("dead", "working"):
        return ""
    wait = row["next_in_seconds"]
    soon = f"in {wait:g} s" if wait else "now"
    return f"{soon}, {row['window']}" if row["window"] else soon


def _counted(row: dict[str, Any]) -> dict[str, Any]:
    rest = [f"{row[name]} {name}" for name in ("gone", "cancelled", "lost") if row[name]]
    present = row.get("present_note") or row.get("present", "")
    return {**row, "other": ", ".join(rest), "sign": "✔" if row["reconciled"] else "✘ look",
            "present": present}  # fmt: skip


def _rule(row: dict[str, Any]) -> dict[str, Any]:
    where = f"from {row['source']}" if row["source"] else f"to {', '.join(row['to'])}"
    return {**row, "what": f"{row['kind']} on {row['trigger']}", "where": where,
            "when": " and ".join(row["when"]) or "always"}  # fmt: skip


def _tried(row: dict[str, Any]) -> dict[str, Any]:
    said = row.get("description", row.get("procedure", ""))
    return {**row, "sign": "✔" if row["matches"] else "✘", "where": ", ".join(row["to"]),
            "what": said, "source": row.get("source", "")}  # fmt: skip
