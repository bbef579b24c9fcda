"""QIDO-RS: searching for studies, series and instances (PS3.18 10.6)."""

from __future__ import annotations

from itertools import islice

from pydicom.datadict import tag_for_keyword
from pydicom.dataset import Dataset
from starlette.responses import Response

from simulator.archive.attributes import LEVELS
from simulator.archive.dicomweb import returned
from simulator.archive.dicomweb.accept import Offer, choose
from simulator.archive.dicomweb.call import WebCall
from simulator.archive.dicomweb.json_model import as_json, to_json
from simulator.archive.dicomweb.multipart import Part, streamed
from simulator.archive.dicomweb.parameters import PAGE_CAP, Search, parse
from simulator.archive.dicomweb.xml_model import XML, as_xml
from simulator.archive.query import find, unsupported

JSON = [Offer(kind="application/dicom+json"), Offer(kind="application/json")]
MODELS = [*JSON, Offer(kind=XML, multipart=True)]  # of metadata and of what is found
_UID_OF = {"study": "StudyInstanceUID", "series": "SeriesInstanceUID"}


def studies(call: WebCall) -> Response:
    """Search for studies."""
    return _answer(call, "STUDY")


def series(call: WebCall) -> Response:
    """Search for series, of one study or of all."""
    return _answer(call, "SERIES")


def instances(call: WebCall) -> Response:
    """Search for instances, of a series, of a study or of all."""
    return _answer(call, "IMAGE")


def _answer(call: WebCall, level: str) -> Response:
    offer = choose(call, MODELS)
    search = parse(call)
    uids = call.uids()
    for name, uid in uids.items():
        setattr(search.keys, _UID_OF[name], uid)
    levels = _levels(level, uids)
    page, more = _page(call, search, level, levels)
    call.facts["answers"] = len(page)
    rows = [_as_row(call, answer, search, level) for answer in page]
    warnings = _warnings(call, search, level, more)
    if offer.kind == XML and rows:
        parts = (Part(content_type=XML, chunks=[as_xml(row)]) for row in rows)
        return streamed(parts, XML, headers=warnings)
    if offer.kind == XML:
        return Response(status_code=204, headers=warnings)  # no multipart without a part
    return Response(as_json(rows), media_type=offer.kind, headers=warnings)


def _levels(level: str, uids: dict[str, str]) -> list[str]:
    """Return the levels whose attributes are given back: those the path does not fix already."""
    first = 1 + len([name for name in uids if name in _UID_OF])
    return list(LEVELS[first : LEVELS.index(level) + 1])


def _page(
    call: WebCall, search: Search, level: str, levels: list[str]
) -> tuple[list[Dataset], bool]:
    """Return the answers from offset to limit, and whether ours cut them off."""
    limit = call.archive.settings["query.limit"] or PAGE_CAP
    most = min(search.limit or limit, limit)
    found = find(
        call.archive.database,
        _identifier(search, levels),
        level,
        case_sensitive_names=call.archive.settings["query.case_sensitive_names"],
        only=call.archive.sight.of(call.who),
    )
    page = list(islice(found, search.offset, search.offset + most + 1))
    found.close()  # type: ignore[attr-defined]
    ours = len(page) > most and not 0 < search.limit <= most
    return page[:most], ours


def _identifier(search: Search, levels: list[str]) -> Dataset:
    """Return the keys that are matched, and empty ones for what is to be given back."""
    identifier = Dataset()
    for keyword in [*returned.wanted(levels, search.everything), *search.fields]:
        if returned.belongs(keyword, levels):
            setattr(identifier, keyword, None)
    identifier.StudyInstanceUID = identifier.InstanceAvailability = None
    if levels[-1] != "STUDY":
        identifier.SeriesInstanceUID = None
    identifier.update(search.keys)
    return identifier


def _as_row(call: WebCall, answer: Dataset, search: Search, level: str) -> dict[str, object]:
    """Return one answer as JSON, with the attributes that every resource has."""
    asked = {*search.fields, *(element.keyword for element in search.keys)}
    returned.tidy(answer, asked)
    answer.RetrieveAETitle = call.archive.settings["dicom.ae_title"]
    answer.RetrieveURL = _retrieve_url(call, answer, level)
    return to_json(answer)


def _retrieve_url(call: WebCall, answer: Dataset, level: str) -> str:
    parts = [call.base, "studies", answer.StudyInstanceUID]
    if level != "STUDY":
        parts += ["series", answer.SeriesInstanceUID]
    if level == "IMAGE":
        parts += ["instances", answer.SOPInstanceUID]
    return "/".join(parts)


def _warnings(call: WebCall, search: Search, level: str, more: bool) -> dict[str, str]:
    """Return the Warning header for what was asked and is not done (8.3.4, 10.6.3.1)."""
    said = []
    if search.fuzzy:
        said.append(
            "The fuzzymatching parameter is not supported. "
            "Only literal matching has been performed."
        )
    if search.empty_values:
        said.append(
            "The emptyvaluematching parameter is not supported. "
            "Empty Value Matching has not been performed."
        )
    if ignored := unsupported(_matched(search), level):
        said.append(f"These attributes are not matched here: {', '.join(ignored)}.")
    if more:
        said.append(
            "The number of results exceeded the maximum supported by the server. "
            "Additional results can be requested."
        )
    return {"Warning": ", ".join(f"299 {call.base}: {text}" for text in said)} if said else {}


def _matched(search: Search) -> Dataset:
    keys = Dataset()
    for element in search.keys:
        if element.tag != tag_for_keyword("SpecificCharacterSet"):
            keys[element.tag] = element
    return keys
