"""Text with a few marks (Markdown) as HTML: debriefings are written in it."""

from __future__ import annotations

from functools import cache

from markdown_it import MarkdownIt

_AS_IN_A_PANEL = {
    "<h1>": "<h3>",
    "</h1>": "</h3>",
    "<table>": "<table class='pl-table'>",
    "<p>": "<p style='margin:8px 0'>",
}


def html(text: str) -> str:
    """Return the text as HTML; tags in it are shown as they stand, and its links are harmless."""
    made = _reader().render(text)
    for usual, ours in _AS_IN_A_PANEL.items():  # no such tag can come from the text itself
        made = made.replace(usual, ours)
    return f"<div class='pl-prose' style='max-width:90ch; line-height:1.45'>{made}</div>"


@cache
def _reader() -> MarkdownIt:
    return MarkdownIt("js-default").disable("image")
