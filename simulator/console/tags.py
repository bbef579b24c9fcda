"""The tags of an object as a table that can be searched."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from pydicom.dataelem import DataElement
from pydicom.dataset import Dataset

from simulator.console.look import shown, table

COLUMNS = {"tag": "tag", "vr": "VR", "name": "name", "value": "value"}
_BULK = {"OB", "OW", "OF", "OD", "OL", "OV", "UN"}
_MOST = 400  # lines shown


def tag_rows(ds: Dataset, words: str = "") -> list[dict[str, str]]:
    """Return the tags in which every one of `words` occurs, file meta information first."""
    wanted = words.lower().split()
    meta = getattr(ds, "file_meta", None)
    every = [*(_rows(meta) if meta is not None else ()), *_rows(ds)]
    return [
        line for line in every if all(word in " ".join(line.values()).lower() for word in wanted)
    ]


def tag_table(ds: Dataset, words: str = "") -> str:
    """Return the matching tags as an HTML table."""
    return table(tag_rows(ds, words)[:_MOST], COLUMNS, empty="no tag with these words")


def _rows(ds: Dataset, depth: int = 0) -> Iterator[dict[str, str]]:
    for element in ds:
        yield {
            "tag": f"{'> ' * depth}({element.tag.group:04X},{element.tag.element:04X})",
            "vr": element.VR,
            "name": element.keyword or element.name,
            "value": _value(element),
        }
        if element.VR == "SQ":
            for item in element.value:
                yield from _rows(item, depth + 1)


def _value(element: DataElement) -> str:
    value: Any = element.value
    if element.VR == "SQ":
        return f"{len(value)} item(s)"
    if element.VR in _BULK:
        return f"{len(value or b'')} bytes"
    if element.VR == "UI" and getattr(value, "name", value) != value:
        return f"{value} = {value.name}"
    return shown(value)
