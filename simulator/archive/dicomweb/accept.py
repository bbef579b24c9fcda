"""Content negotiation: Accept headers with DICOM's parameters (PS3.18 8.7.4, 8.7.5)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from simulator.archive.dicomweb.call import WebCall
from simulator.errors import RefusedError

_ITEMS = re.compile(r'(?:[^,"]|"(?:\\.|[^"\\])*")+')
_PARTS = re.compile(r'(?:[^;"]|"(?:\\.|[^"\\])*")+')
ANY_SYNTAX = "*"


@dataclass(frozen=True, kw_only=True)
class Accepted:
    """One media range a client takes."""

    kind: str  # image/jpeg, image/*, */*
    multipart: bool | None = None  # None: either
    syntax: str = ""  # transfer-syntax; '' if none was named
    quality: float = 1.0

    def takes(self, offer: Offer) -> bool:
        """Return whether `offer` is in the range."""
        if self.multipart is not None and self.multipart != offer.multipart:
            return False
        main, _, sub = self.kind.partition("/")
        have = offer.kind.split("/")
        return main in ("*", have[0]) and sub in ("*", have[1])


@dataclass(frozen=True, kw_only=True)
class Offer:
    """One form in which a resource can be given."""

    kind: str
    multipart: bool = False

    def __str__(self) -> str:
        """Return the form as a client asks for it."""
        return f'multipart/related; type="{self.kind}"' if self.multipart else self.kind


def media_type(text: str) -> tuple[str, dict[str, str]]:
    """Split a media type from its parameters: 'a/b; q=1' gives ('a/b', {'q': '1'})."""
    first, *rest = [part.strip() for part in _PARTS.findall(text)] or [""]
    parameters = {}
    for part in rest:
        name, _, value = part.partition("=")
        parameters[name.strip().lower()] = re.sub(r"\\(.)", r"\1", value.strip().strip('"'))
    return first.lower(), parameters


def accepted(call: WebCall) -> list[Accepted]:
    """Return what the client takes, best first; the query parameter `accept` wins (8.3.3.1)."""
    header = call.one("accept") or call.accept or "*/*"
    found = [_range(item) for item in _ITEMS.findall(header) if item.strip()]
    return sorted((one for one in found if one.quality > 0), key=lambda one: -one.quality)


def _range(item: str) -> Accepted:
    kind, parameters = media_type(item)
    multipart: bool | None = None if kind == "*/*" else kind.startswith("multipart/")
    if multipart:
        kind = parameters.get("type", "*/*").lower()
    return Accepted(
        kind=kind,
        multipart=multipart,
        syntax=parameters.get("transfer-syntax", ""),
        quality=_quality(parameters.get("q", "1")),
    )


def _quality(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return 0.0


def choices(call: WebCall, offers: Sequence[Offer]) -> Iterator[tuple[Offer, str]]:
    """Yield each offer the client takes, best first, with the transfer syntax it wants for it."""
    for one in accepted(call):
        for offer in offers:
            if one.takes(offer):
                yield offer, one.syntax


def choose(call: WebCall, offers: Sequence[Offer]) -> Offer:
    """Return the best offer; raises RefusedError (406) if the client takes none."""
    for offer, _ in choices(call, offers):
        return offer
    raise not_acceptable(offers)


def not_acceptable(offers: Sequence[Offer]) -> RefusedError:
    """Return the refusal that names what there is."""
    return RefusedError(
        "Nothing here has a media type and transfer syntax that you accept.",
        f"Accept one of: {', '.join(map(str, offers))}.",
        406,
    )
