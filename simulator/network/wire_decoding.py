"""A recorded message taken apart for people: headings with rows of tag, name and value."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import suppress
from io import BytesIO
from typing import Any

from pydicom.datadict import dictionary_description
from pydicom.dataset import Dataset
from pydicom.filereader import data_element_generator
from pydicom.uid import UID

from simulator.network import charsets, dimse, hl7
from simulator.network import command as cmd
from simulator.network.hl7_fields import described
from simulator.network.recording import HL7, Connection, Frame
from simulator.network.wire_agreement import Row, agreement, negotiated
from simulator.network.wire_reading import Said

MEANING = "Meaning"  # the heading of a status or a reason in words
Section = tuple[str, list[Row]]
_PIXELS = 0x7FE00000
_MOST = 250  # rows of one data set
_LONGEST = 300  # characters of one value
_PDUS = {1: "A-ASSOCIATE-RQ", 2: "A-ASSOCIATE-AC", 3: "A-ASSOCIATE-RJ", 4: "P-DATA-TF",
         5: "A-RELEASE-RQ", 6: "A-RELEASE-RP", 7: "A-ABORT"}  # fmt: skip
_BULK = ("OB", "OW", "OF", "OD", "OL", "OV", "UN")


def decoded(connection: Connection, said: Said) -> list[Section]:
    """Return everything that is known of a message."""
    if connection.protocol == HL7:
        return [*_segments(said), ("On the line", [_frame(frame, HL7) for frame in said.frames])]
    found: list[Section] = []
    if said.frames and said.frames[0].data[:1] in (b"\x01", b"\x02"):
        found += negotiated(said.frames[0], agreement(connection.opening))
    elif said.says:
        found.append((MEANING, [("", said.name, said.says)]))
    if said.command is not None:
        found.append(("Command set", _command(said.command)))
    if said.data:
        found.append((f"Data set ({UID(said.syntax).name or 'of unknown transfer syntax'})",
                      _data_set(said)))  # fmt: skip
    if said.frames:
        found.append(("On the wire", [_frame(frame, "") for frame in said.frames]))
    return found


def _frame(frame: Frame, protocol: str) -> Row:
    kind = protocol or _PDUS.get(frame.data[0] if frame.data else 0, "PDU")
    many = f"{frame.pdus} PDUs" if frame.pdus > 1 else "1 message" if protocol else "1 PDU"
    cut = "" if len(frame.data) == frame.length else f", the first {len(frame.data)} were kept"
    return ("", f"{kind}, {many}", f"{frame.length} bytes{cut}")


def _command(command: cmd.Command) -> list[Row]:
    return [
        (f"(0000,{cmd.ELEMENTS[word][0]:04X})", _name(cmd.ELEMENTS[word][0]), _meant(word, value))
        for word, value in sorted(command.items(), key=lambda row: cmd.ELEMENTS[row[0]][0])
    ]


def _name(tag: int) -> str:
    try:
        return dictionary_description(tag)
    except KeyError:
        return "private" if tag >> 16 & 1 else "unknown"


def _meant(keyword: str, value: Any) -> str:
    """Return a value of a command set with what it means."""
    if keyword == "CommandField":
        name = cmd.NAMES.get(value if value == cmd.C_CANCEL else value & ~cmd.RESPONSE, "?")
        return f"0x{value:04X} ({name}{'-RSP' if value & cmd.RESPONSE else '-RQ'})"
    if keyword == "Status":
        return dimse.meaning(value)
    if keyword == "CommandDataSetType":
        return "no data set" if value == cmd.NO_DATA_SET else "a data set follows"
    if keyword.endswith("ClassUID"):
        return f"{value} = {UID(str(value)).name}"
    return _line(value)


# --- data sets --------------------------------------------------------------------------------


def _data_set(said: Said) -> list[Row]:
    if UID(said.syntax).is_deflated if said.syntax else True:
        return [("", "not taken apart", f"{len(said.data)} bytes were kept")]
    rows = []
    for row in _elements(head(said.data, said.syntax)):
        rows.append(row)
        if len(rows) == _MOST:
            return [*rows, ("…", "there is more", "")]
    if said.kept < said.length:
        rows.append(("…", "the rest was not kept", "pixel data, mostly"))
    return rows


def head(data: bytes, syntax: str) -> Dataset:
    """Return what can be read of the beginning of a data set; pixel data is left out."""
    found, uid = Dataset(), UID(syntax)
    with suppress(Exception):  # it was cut, or came as nonsense over the wire
        for element in data_element_generator(
            BytesIO(data), uid.is_implicit_VR, uid.is_little_endian,
            stop_when=lambda tag, vr, length: tag >= _PIXELS,
        ):  # fmt: skip
            found[element.tag] = element
    with suppress(Exception):
        charsets.read_extended(found)
    return found


def _elements(ds: Dataset, depth: int = 0) -> Iterator[Row]:
    for tag in sorted(ds.keys()):
        mark = f"{'> ' * depth}({tag.group:04X},{tag.element:04X})"
        try:
            element = ds[tag]
            if element.VR == "SQ":
                yield mark, element.name, f"{len(element.value)} item(s)"
                for item in element.value:
                    yield from _elements(item, depth + 1)
            elif element.VR in _BULK:
                yield mark, element.name, f"{len(element.value or b'')} bytes"
            elif element.VR == "UI" and getattr(element.value, "name", "") != element.value:
                yield mark, element.name, f"{element.value} = {element.value.name}"
            else:
                yield mark, element.name, _line(element.value)
        except Exception as error:  # a value that is none, or that was cut
            yield mark, _name(tag), f"cannot be read: {_line(error)}"


def _line(value: Any) -> str:
    if isinstance(value, Sequence) and not isinstance(value, (str, bytes)):
        value = "\\".join(map(str, value))
    text = "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in str(value))
    return text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…"


# --- HL7 --------------------------------------------------------------------------------------


def _segments(said: Said) -> list[Section]:
    """Return each segment as it came, with its fields and their names."""
    message = hl7.parse_anyway(said.data)
    fields: dict[str, list[Row]] = {}
    for row in described(message):
        segment = row["path"].rpartition("-")[0]
        fields.setdefault(segment, []).append((row["path"], row["name"], _line(row["value"])))
    return list(fields.items()) or [("No HL7 message", [("", "bytes", _line(said.data[:200]))])]
