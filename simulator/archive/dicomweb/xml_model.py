"""The Native DICOM Model (PS3.19 A.1) as XML, made of the DICOM JSON model.

Both say the same (PS3.18 F.2): what the JSON model leaves out is left out here, too.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any
from xml.etree import ElementTree as et

from pydicom.datadict import keyword_for_tag

XML = "application/dicom+xml"
_GROUPS = ("Alphabetic", "Ideographic", "Phonetic")
_COMPONENTS = ("FamilyName", "GivenName", "MiddleName", "NamePrefix", "NameSuffix")
_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def as_xml(model: dict[str, Any]) -> bytes:
    """Return one data set of the JSON model as an XML document."""
    root = et.Element("NativeDicomModel", {"xml:space": "preserve"})
    root.extend(_attributes(model))
    return bytes(et.tostring(root, encoding="utf-8", xml_declaration=True))


def _attributes(model: dict[str, Any]) -> Iterator[et.Element]:
    for tag, element in model.items():
        made = et.Element("DicomAttribute", {"tag": tag, "vr": element["vr"]})
        if keyword := keyword_for_tag(int(tag, 16)):
            made.set("keyword", keyword)
        made.extend(_values(element))
        yield made


def _values(element: dict[str, Any]) -> Iterator[et.Element]:
    if uri := element.get("BulkDataURI"):
        yield et.Element("BulkData", {"uri": uri})
    if inline := element.get("InlineBinary"):
        yield _text("InlineBinary", inline)
    make: Callable[[Any], et.Element] = {"SQ": _item, "PN": _name}.get(element["vr"], _value)
    for number, value in enumerate(element.get("Value", ()), 1):
        if value is not None:  # an empty value among others is known by its missing number
            made = make(value)
            made.set("number", str(number))
            yield made


def _item(model: dict[str, Any]) -> et.Element:
    made = et.Element("Item")
    made.extend(_attributes(model))
    return made


def _value(value: Any) -> et.Element:
    return _text("Value", str(value))


def _name(groups: dict[str, str]) -> et.Element:
    """Return a person name, each group in its components (PS3.5 6.2.1)."""
    made = et.Element("PersonName")
    for group in _GROUPS:
        if text := groups.get(group):
            place = et.SubElement(made, group)
            for component, part in zip(_COMPONENTS, text.split("^"), strict=False):
                if part:
                    place.append(_text(component, part))
    return made


def _text(name: str, text: str) -> et.Element:
    """Return an element with this text; what XML cannot hold at all becomes U+FFFD."""
    made = et.Element(name)
    made.text = _NOT_XML.sub("\ufffd", text)
    return made
