"""How panels look and fail: buttons, the message line, tables. Everything is escaped here.

Colours come from JupyterLab's theme, so light and dark both work; a word or a sign always says
what a colour says. No `Output` widget is used: with two notebooks at work it can hang.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from html import escape
from typing import Any

import ipywidgets as w

from simulator.client import Client, connect
from simulator.errors import PacsLabError
from simulator.results import Outcome

Widget = Any  # ipywidgets ships no types
Act = Callable[[], Any]

CHECK = "PACSLAB_UP"  # who calls when the status board echoes: no news in a log
_CELL = 400  # characters of a value in a table
_LONG = 27  # characters of a word that need not stay in one line
_UNITS = ("B", "kB", "MB", "GB", "TB", "PB")
_SIGNS = {"good": "✔", "bad": "✘", "note": "•", "busy": "…"}
_MEANING = {
    "we erred": "Nothing useful left this end: look at the settings here.",
    "the peer refused": "The other end heard us and said no: read its reason, then look there too.",
    "nobody answered": "No answer at all: address, port, network, or the other end is not running.",
}
_STYLE = """<style>
.pl-panel {border:1px solid var(--jp-border-color1,#bbb); border-radius:4px; padding:8px 10px;
  max-width:1180px; overflow-x:auto}
.pl-panel .widget-html-content {line-height:1.4}
.pl-panel h3 {margin:0 0 2px 0; font-size:15px; color:var(--jp-ui-font-color1,#222)}
.pl-panel p {margin:2px 0}
.pl-panel.pl-panel :focus-visible {outline:2px solid var(--jp-brand-color1,#1976d2) !important}
.pl-panel .pl-soft {color:var(--jp-ui-font-color2,#555)}
.pl-panel table.pl-table {border-collapse:collapse; font-size:12px; line-height:1.35; margin:4px 0;
  color:var(--jp-ui-font-color1,#222)}
.pl-panel table.pl-table th, .pl-panel table.pl-table td {text-align:left; padding:2px 8px 2px 4px;
  border-bottom:1px solid var(--jp-border-color2,#ccc); vertical-align:top; white-space:normal;
  overflow-wrap:break-word}
.pl-panel table.pl-table td:last-child, .pl-panel table.pl-table td.pl-long {
  overflow-wrap:anywhere; min-width:12em}
.pl-panel table.pl-table th {font-weight:600}
.pl-panel .jupyter-widget-Collapse-header {color:var(--jp-ui-font-color1,#222)}
.pl-panel .jupyter-button.mod-warning {background:#b45309; color:#fff}
.pl-say {padding:3px 8px; border-left:4px solid #8a8a8a; line-height:1.45;
  color:var(--jp-ui-font-color1,#222); background:var(--jp-layout-color2,#eee)}
.pl-say.pl-good {border-left-color:#2a9d4a}
.pl-say.pl-bad {border-left-color:#d9412b}
.pl-scroll {max-height:300px; overflow:auto}
.pl-scroll.pl-tall {max-height:420px}
.pl-panel pre.pl-commands {font-size:12px; line-height:1.5; padding:6px 8px; margin:4px 0;
  white-space:pre-wrap; overflow-wrap:anywhere; background:var(--jp-layout-color2,#eee);
  color:var(--jp-ui-font-color1,#222)}
.pl-panel code {font-size:12px; background:var(--jp-layout-color2,#eee);
  color:var(--jp-ui-font-color1,#222); padding:0 3px}
</style>"""


def client(seat: Client | None) -> Client:
    """Return the client to work with: the given one, or that of the seat around this notebook."""
    return seat or connect()


class Message:
    """The line under a panel's title: what just happened, or what went wrong."""

    def __init__(self, name: str = "message") -> None:
        """Begin empty; `name` is the CSS class to find it by."""
        self.widget = mark(w.HTML(), name)

    def say(self, text: str, kind: str = "note") -> None:
        """Show one sentence; `kind` is good, bad, note or busy."""
        self.widget.value = saying(text, kind)

    def show(self, outcome: Outcome) -> None:
        """Show how an action ended, and who is to blame."""
        self.widget.value = told(outcome)

    def clear(self) -> None:
        """Show nothing."""
        self.widget.value = ""

    def guard(self, act: Act) -> None:
        """Do something; what it returns, and every error, becomes a sentence."""
        try:
            result = act()
        except PacsLabError as error:
            self.say(f"{error.sentence} {error.remedy}".strip(), "bad")
        except Exception as error:  # on_click swallows exceptions: the trainee must see them
            self.say(f"This panel met a mistake of its own: {type(error).__name__}: {error}", "bad")
        else:
            if isinstance(result, Outcome):
                self.show(result)
            elif isinstance(result, str) and result:
                self.say(result, "good")


def mark(widget: Widget, *names: str) -> Widget:
    """Give a widget the CSS classes `pl-NAME`, by which styles and tests find it."""
    for name in names:
        widget.add_class(f"pl-{name}")
    return widget


def button(
    text: str, act: Act, message: Message, name: str, *, style: str = "", tip: str = ""
) -> Widget:
    """Return a button that does something, guarded; `style` is '', primary, warning or danger."""
    made = w.Button(description=text, button_style=style, tooltip=tip or text)
    made.layout.width = f"{max(9, len(text) + 3)}ch"

    def clicked(_: Any) -> None:
        made.disabled = True
        message.say("working", "busy")
        before = message.widget.value
        try:
            message.guard(act)
        finally:
            made.disabled = False
        if message.widget.value == before:
            message.clear()

    made.on_click(clicked)
    return mark(made, name)


def watch(widget: Widget, act: Act, message: Message) -> Widget:
    """Do something, guarded, whenever a widget's value changes."""
    widget.observe(lambda change: message.guard(act), names="value")
    return widget


def panel(title: str, message: Message, *children: Widget, name: str, hint: str = "") -> Widget:
    """Return a panel: title, message line, and what is in it."""
    soft = f"<p class='pl-soft'>{escape(hint)}</p>" if hint else ""
    head = w.HTML(f"{_STYLE}<h3>{escape(title)}</h3>{soft}")
    return mark(w.VBox([head, message.widget, *children]), "panel", name)


def row(*children: Widget) -> Widget:
    """Return widgets side by side, wrapped where the screen is narrow."""
    return w.HBox(list(children), layout=w.Layout(flex_flow="row wrap", align_items="center"))


def columns(*parts: tuple[Widget, str]) -> Widget:
    """Return large parts side by side, each with its least width; they wrap on narrow screens."""
    for widget, least in parts:
        widget.layout.flex, widget.layout.min_width = f"1 1 {least}", "0"
    box = w.HBox([widget for widget, _ in parts])
    box.layout.flex_flow, box.layout.align_items = "row wrap", "flex-start"
    return box


def text(label: str, name: str, value: str = "", *, width: str = "210px", hint: str = "") -> Widget:
    """Return a labelled text field."""
    field = w.Text(value, description=label, placeholder=hint, continuous_update=False)
    return _labelled(field, label, name, width)


def choice(label: str, name: str, options: Sequence[Any], *, width: str = "210px") -> Widget:
    """Return a labelled drop-down."""
    return _labelled(w.Dropdown(options=list(options), description=label), label, name, width)


def offer(field: Widget, options: Sequence[Any]) -> None:
    """Set what a list offers; keep the choice if it is still there, else choose the first.

    Whoever watches the value is told None in between, so that a new list is never missed.
    """
    if tuple(field.options) == tuple(options):
        return
    before = field.value
    values = [option[1] if isinstance(option, tuple) else option for option in options]
    field.value = None
    field.options = list(options)
    field.value = before if before in values else (values[0] if values else None)


def _labelled(field: Widget, label: str, name: str, width: str) -> Widget:
    field.layout.width = width
    field.style.description_width = f"{len(label) + 1}ch" if label else "0"
    return mark(field, name)


def saying(words: str, kind: str = "note") -> str:
    """Return one sentence as HTML, with a sign before it."""
    return f"<div class='pl-say pl-{kind}'>{_SIGNS[kind]} {escape(words)}</div>"


def told(outcome: Outcome) -> str:
    """Return an outcome as HTML: what was done, who is to blame, why, and what to do."""
    if outcome.ok:
        return saying(outcome.what or "done", "good")
    blame = outcome.kind or "it failed"
    meaning = _MEANING.get(outcome.kind, "")
    lines = [
        f"✘ {escape(outcome.what)}: <b>{escape(blame)}</b>. {escape(outcome.error)}",
        escape(outcome.remedy),
        f"<span class='pl-soft'>{escape(meaning)}</span>",
    ]
    return f"<div class='pl-say pl-bad'>{'<br>'.join(filter(None, lines))}</div>"


def table(
    rows: Iterable[dict[str, Any]], columns: dict[str, str], *, empty: str = "nothing"
) -> str:
    """Return a table as HTML; `columns` maps each key to its heading."""
    lines = list(rows)
    if not lines:
        return f"<p class='pl-soft'><i>{escape(empty)}</i></p>"
    head = "".join(f"<th>{escape(heading)}</th>" for heading in columns.values())
    body = "".join(f"<tr>{_cells(line, columns)}</tr>" for line in lines)
    return f"<table class='pl-table'><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"


def _cells(line: dict[str, Any], columns: dict[str, str]) -> str:
    return "".join(_cell(shown(line.get(key), _CELL)) for key in columns)


def _cell(words: str) -> str:
    """Return a cell; a long word, such as a UID, may break where the line ends."""
    is_long = any(len(word) > _LONG for word in words.split())
    opening = "<td class='pl-long'>" if is_long else "<td>"
    return f"{opening}{escape(words)}</td>"


def scroll(html: str) -> str:
    """Return HTML that scrolls when it is long."""
    return f"<div class='pl-scroll'>{html}</div>"


def shown(value: Any, limit: int = 120) -> str:
    """Return a value as a person reads it, in one line of printable characters."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, (list, tuple)):
        value = ", ".join(map(str, value))
    line = "".join(c if c.isprintable() else "�" for c in str(value))
    return line if len(line) <= limit else line[: limit - 1] + "…"


def shown_html(value: Any) -> str:
    """Return a value as `shown` does, escaped."""
    return escape(shown(value))


def count(number: int, what: str) -> str:
    """Return '1 image', '3 images' or '3 studies'."""
    if number == 1:
        return f"1 {what}"
    return f"{number} {what[:-1]}ies" if what.endswith(("dy", "ry")) else f"{number} {what}s"


def size(number: float) -> str:
    """Return a number of bytes as a person reads it."""
    for unit in _UNITS[:-1]:
        if abs(number) < 1000:
            return f"{number:.3g} {unit}"
        number /= 1000
    return f"{number:.3g} {_UNITS[-1]}"


def moment(iso: str) -> str:
    """Return a moment of hospital time as 'Mon 2 Mar 09:15:07'."""
    from datetime import datetime

    try:
        return f"{datetime.fromisoformat(iso):%a %d %b %H:%M:%S}"
    except ValueError:
        return iso


def walk(widget: Widget) -> Iterator[Widget]:
    """Yield a widget and everything inside it."""
    yield widget
    for child in getattr(widget, "children", ()):
        yield from walk(child)


def find(widget: Widget, name: str) -> Widget:
    """Return the first widget inside with the CSS class `pl-NAME`; raises LookupError if none."""
    for inner in walk(widget):
        if f"pl-{name}" in inner._dom_classes:
            return inner
    raise LookupError(f"nothing here is called pl-{name}")
