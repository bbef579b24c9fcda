"""The sequence diagram of the wire view, drawn as SVG in the colours of JupyterLab's theme.

A lifeline for each AE title or HL7 application, an arrow for each message. What went wrong is
said in words and drawn with a cross; the colour only repeats it. Everything is escaped.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape

from simulator.console.look import shown
from simulator.console.wire_rows import Line, clock

ROW, HEAD = 34, 52  # pixels
_GUTTER, _MARGIN = 88, 150  # pixels left (time and connection) and right (room for words)
_LETTER = 6.4  # pixels of a letter in an arrow's words, about
INK, SOFT = "var(--jp-ui-font-color1,#222)", "var(--jp-ui-font-color2,#666)"
_PAPER = "var(--jp-layout-color0,#fff)"
_ASK, _TELL = "var(--jp-brand-color1,#1976d2)", "var(--jp-ui-font-color2,#616161)"
_BAD, _WARN = "var(--jp-error-color1,#d32f2f)", "var(--jp-warn-color0,#bf5500)"


def names(lines: Sequence[Line]) -> list[str]:
    """Return who speaks, in the order they first do."""
    found: dict[str, None] = {}
    for line in lines:
        found |= dict.fromkeys((line.first["source"], line.first["target"]))
    return list(found)


def width(count: int) -> int:
    """Return the width of a picture with so many lifelines, in pixels."""
    return _x(max(1, count - 1), count) + _MARGIN


def head(who: Sequence[str], captions: Mapping[str, str]) -> str:
    """Return the picture of the names, which stands above the others."""
    parts = [_text(4, 20, "time", SOFT), _text(58, 20, "no.", SOFT)]
    for at, name in enumerate(who):
        x = _x(at, len(who))
        parts.append(
            f"<rect x='{x - 48}' y='4' width='96' height='42' rx='4' fill='{_PAPER}' "
            f"stroke='{INK}'/>"
            + _text(x, 21, shown(name, 13), INK, "middle", bold=True)
            + _text(x, 37, captions.get(name, ""), SOFT, "middle")
        )
    return _svg(width(len(who)), HEAD, "".join(parts), f"Who speaks: {', '.join(who)}")


def picture(lines: Sequence[Line], who: Sequence[str]) -> str:
    """Return the picture of the messages, a row each."""
    height = ROW * max(1, len(lines))
    columns = {name: _x(at, len(who)) for at, name in enumerate(who)}
    parts = [
        f"<line x1='{x}' x2='{x}' y1='0' y2='{height}' stroke='{SOFT}' stroke-opacity='.55'/>"
        for x in columns.values()
    ]
    before = ""
    for number, line in enumerate(lines):
        top = number * ROW
        if line.connection != before and number:
            parts.append(
                f"<line x1='0' x2='{width(len(who))}' y1='{top}' y2='{top}' stroke='{SOFT}' "
                "stroke-opacity='.35' stroke-dasharray='2 4'/>"
            )
        before = line.connection
        parts.append(_row(line, top, columns))
    return _svg(width(len(who)), height, "".join(parts), f"{len(lines)} rows of messages")


def _row(line: Line, top: int, columns: Mapping[str, int]) -> str:
    first = line.first
    start, end = columns[first["source"]], columns[first["target"]]
    verdict = first["verdict"]
    trouble = {"": "", "warning": _WARN}.get(verdict, _BAD)
    colour = trouble or (_TELL if line.is_answer else _ASK)
    words = {"": "", "warning": "▲ "}.get(verdict, "✕ ") + line.words
    left = min(start, end) + 8
    room = int((max(columns.values()) + _MARGIN - left) / _LETTER)
    return (
        _text(4, top + 21, clock(first), SOFT)
        + _text(58, top + 21, line.connection, SOFT)
        + _arrow(line, start, end, top + 24, colour)
        + _text(left, top + 15, shown(words, room), trouble or INK, bold=bool(verdict), halo=True)
    )


def _arrow(line: Line, start: int, end: int, y: int, colour: str) -> str:
    """Return the arrow of a row; what never arrived stops half way, at a cross."""
    first = line.first
    way = 1 if end >= start else -1
    lost = first["name"] in ("no connection", "closed")
    tip = (start + end) // 2 if lost else end - 2 * way
    dash = " stroke-dasharray='6 4'" if line.is_answer else " stroke-dasharray='2 3'" * lost
    thick = 2.4 if first["verdict"] else 1.6
    made = (
        f"<line x1='{start}' x2='{tip}' y1='{y}' y2='{y}' stroke='{colour}' "
        f"stroke-width='{thick}'{dash}/>"
    )
    if len(line.messages) > 1:  # many: a second line beside the first
        made += f"<line x1='{start}' x2='{tip - 9 * way}' y1='{y + 4}' y2='{y + 4}' "
        made += f"stroke='{colour}' stroke-width='1'{dash}/>"
    if first["verdict"] not in ("", "warning"):
        x = tip if lost else end - 20 * way
        made += f"<path d='M{x - 5} {y - 5}l10 10m0 -10l-10 10' stroke='{colour}' "
        made += "stroke-width='2.4' fill='none'/>"
    if not lost:
        fill = "none" if line.is_answer else colour
        made += f"<path d='M{tip - 9 * way} {y - 5}L{tip} {y}L{tip - 9 * way} {y + 5}' "
        made += f"stroke='{colour}' stroke-width='1.6' fill='{fill}'/>"
    return made


def _x(at: int, count: int) -> int:
    return _GUTTER + 50 + at * _step(count)


def _step(count: int) -> int:
    """Return the distance of two lifelines: the more there are, the narrower they stand."""
    return 220 if count <= 2 else 150 if count == 3 else 104


def _text(
    x: int, y: int, words: str, colour: str, anchor: str = "start", *, bold: bool = False,
    halo: bool = False,
) -> str:  # fmt: skip
    around = f" paint-order='stroke' stroke='{_PAPER}' stroke-width='4'" if halo else ""
    weight = " font-weight='600'" if bold else ""
    return (
        f"<text x='{x}' y='{y}' text-anchor='{anchor}' style='fill:{colour}'{weight}{around}>"
        f"{escape(words)}</text>"
    )


def _svg(wide: int, high: int, inner: str, title: str) -> str:
    return (
        f"<svg xmlns='http://www.w3.org/2000/svg' width='{wide}' height='{high}' role='img' "
        f"aria-label='{escape(shown(title, 300), quote=True)}' font-size='11.5' "
        "font-family='var(--jp-ui-font-family,sans-serif)' style='display:block'>"
        f"{inner}</svg>"
    )
