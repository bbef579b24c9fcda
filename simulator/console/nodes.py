"""`node_table()`: which AE titles the archive knows, where they are, and what they may do."""

from __future__ import annotations

from typing import Any

import ipywidgets as w

from simulator.client import Client
from simulator.console import look
from simulator.errors import UsageError

_COLUMNS = {"ae": "AE title", "host": "address", "port": "port", "rights": "may",
            "description": "what it is"}  # fmt: skip
_RIGHTS = ("echo", "store", "find", "move", "get", "commit", "mpps")
_NEW = "(a new node)"
_LIMITS = {
    "accepts_classes": "takes classes", "accepts_syntaxes": "takes syntaxes",
    "sends_classes": "gets classes", "sends_syntaxes": "gets syntaxes",
}  # fmt: skip


def node_table(seat: Client | None = None) -> look.Widget:
    """Show the archive's node table, with a form to add, change, remove and echo a node."""
    return _Table(look.client(seat)).widget


class _Table:
    def __init__(self, seat: Client) -> None:
        self.seat, self.message = seat, look.Message()
        self.rows: dict[str, dict[str, Any]] = {}
        self.table = look.mark(w.HTML(), "nodes")
        self.node = look.choice("node", "node", [_NEW], width="260px")
        self.ae = look.text(
            "AE title", "ae", width="260px", hint="up to 16 characters, case counts"
        )
        self.host = look.text("address", "host", width="260px", hint="e.g. 127.0.1.101")
        self.port = look.mark(w.IntText(0, description="port"), "port")
        self.port.layout.width, self.port.style.description_width = "160px", "5ch"
        self.what = look.text("what it is", "description", width="260px")
        self.rights = {name: _right(name) for name in _RIGHTS}
        self.limits = {
            key: look.text(label, key, width="330px", hint="all; or UIDs, CTImageStorage, …")
            for key, label in _LIMITS.items()
        }
        self.findings = look.mark(w.HTML(), "findings")
        self.sure = look.mark(w.Checkbox(description="yes, remove", indent=False), "sure")
        self.sure.layout.width = "120px"
        self.widget = self._laid_out()
        look.watch(self.node, self._fill, self.message)
        self.message.guard(self.draw)

    def _laid_out(self) -> look.Widget:
        make, message = look.button, self.message
        form = w.VBox([
            look.row(self.node, self.ae), look.row(self.host, self.port, self.what),
            w.HTML("<b>what it may do</b>"), look.row(*self.rights.values()),
            w.HTML("<b>what is exchanged with it</b>"), look.row(*self.limits.values()),
            look.row(make("Add", self.add, message, "add", style="primary"),
                     make("Save changes", self.change, message, "change"),
                     make("Echo it", self.echo, message, "echo")),
            look.row(make("Remove", self.remove, message, "remove", style="warning"), self.sure),
        ])  # fmt: skip
        buttons = look.row(make("Refresh", self.draw, message, "refresh"),
                           make("Check the table", self.check, message, "check"))  # fmt: skip
        return look.panel(
            "Node table of the archive", message, self.table, buttons, self.findings, form,
            name="node-table",
            hint="A node is a program on the network with a name of its own, its AE title.",
        )  # fmt: skip

    def draw(self) -> None:
        """Ask the archive again."""
        rows = self.seat.archive.nodes()
        self.rows = {row["ae"]: row for row in rows}
        self.table.value = look.scroll(look.table(rows, _COLUMNS))
        look.offer(self.node, [_NEW, *self.rows])
        self._fill()

    def _fill(self) -> None:
        row = self.rows.get(self.node.value, {})
        self.ae.value, self.host.value = row.get("ae", ""), row.get("host", "127.0.0.1")
        self.port.value, self.what.value = row.get("port", 0), row.get("description", "")
        for name, box in self.rights.items():
            box.value = name in row.get("rights", ("echo",))
        for key, field in self.limits.items():
            field.value = ", ".join(row.get(key, ()))

    def _form(self) -> dict[str, Any]:
        rights = [name for name, box in self.rights.items() if box.value]
        limits = {key: _words(field.value) for key, field in self.limits.items()}
        return {"ae": self.ae.value, "host": self.host.value, "port": self.port.value,
                "description": self.what.value, "rights": rights,
                **{key: words for key, words in limits.items() if self._differs(key, words)},
                }  # fmt: skip

    def _differs(self, key: str, words: list[str]) -> bool:
        return words != list(self.rows.get(self.node.value, {}).get(key, ()))

    def add(self) -> str:
        """Register the node in the form."""
        made = self.seat.archive.add_node(**self._form())
        self.draw()
        self.node.value = made["ae"]
        return f"The archive knows {made['ae']} now. Echo it to see whether it is there."

    def change(self) -> str:
        """Save the form over the chosen node."""
        old = self._chosen()
        form = self._form()
        changes = {key: value for key, value in form.items() if value != self.rows[old].get(key)}
        if not changes:
            return "Nothing was changed."
        made = self.seat.archive.change_node(old, **changes)
        self.draw()
        self.node.value = made["ae"]
        return f"Changed {', '.join(changes)} of {made['ae']}."

    def echo(self) -> Any:
        """C-ECHO from the archive to the chosen node."""
        return self.seat.archive.echo_node(self._chosen())

    def check(self) -> str:
        """Look for nodes that clash, look alike, or are called otherwise; asks each one."""
        found = self.seat.nodes.check(echo=True)
        self.findings.value = look.table(found, {"what": "what", "remedy": "what to do"})
        return f"{look.count(len(found), 'finding')}." if found else "Nothing is wrong."

    def remove(self) -> str:
        """Take the chosen node out, if the box is ticked."""
        ae = self._chosen()
        if not self.sure.value:
            self.message.say(f"Tick 'yes, remove' first: {ae} could do nothing any more.")
            return ""
        self.sure.value = False
        self.seat.archive.remove_node(ae)
        self.draw()
        return f"{ae} was removed from the table."

    def _chosen(self) -> str:
        if self.node.value == _NEW:
            raise UsageError("No node is chosen.", "Choose one in the list 'node'.")
        return str(self.node.value)


def _words(text: str) -> list[str]:
    return [word.strip() for word in text.split(",") if word.strip()]


def _right(name: str) -> look.Widget:
    box = look.mark(w.Checkbox(name == "echo", description=name, indent=False), f"right-{name}")
    box.layout.width = "90px"
    return box
