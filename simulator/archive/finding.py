"""The C-FIND service: what is agreed, what is asked, and how the answers end (PS3.4 C.4.1)."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from pydicom.uid import ImplicitVRLittleEndian

from simulator.archive.answers import Manner
from simulator.archive.identifier import of_request
from simulator.archive.matching import Rules
from simulator.archive.query import Query
from simulator.archive.settings import Settings
from simulator.database import Database
from simulator.network import dimse, extended, scu
from simulator.network.dimse import DimseError, Reply, Request
from simulator.network.negotiation import Proposal

_FEATURES = {  # of extended negotiation, with the setting that decides
    extended.RELATIONAL: "query.relational",
    extended.COMBINED: "query.combined_datetime",
    extended.EMPTY_VALUES: "query.empty_values",
    extended.VALUE_LISTS: "query.value_lists",
}
_FIND_CLASSES = {str(uid) for (_, service), uid in scu.MODELS.items() if service == "find"}
_LIMIT_STATUS = {
    "0xB001": dimse.LIMIT_REACHED,
    "0xA700": dimse.OUT_OF_RESOURCES,
    "0x0000": dimse.SUCCESS,
}


class Finding:
    """Answers queries as the settings say at the moment they are asked."""

    def __init__(self, database: Database, settings: Settings) -> None:
        """Look things up in `database`."""
        self.database, self.settings = database, settings

    def agreed(self, proposal: Proposal) -> dict[str, bytes]:
        """Return our answer to the extended negotiation a caller offers (PS3.4 C.5.1.1)."""
        willing = [name for name, key in _FEATURES.items() if self.settings[key] != "never"]
        return {
            sop_class: extended.answered(offered, willing)
            for sop_class, offered in proposal.extended.items()
            if sop_class in _FIND_CLASSES
        }

    def answer(
        self,
        request: Request,
        model: str,
        visible: Callable[[str], Sequence[Any]] = lambda level: (),
    ) -> Iterator[Reply]:
        """Check an identifier and yield its answers; raises DimseError where it is no good.

        `visible` gives SQL conditions for what the caller may see at a level.
        """
        relational = self._allowed(request, extended.RELATIONAL)
        identifier = of_request(
            request.data,
            request.context.transfer_syntax,
            model,
            relational=relational,
            default=self.settings["query.default_charset"],
            refuse=self.settings["query.invalid_values"] == "refuse",
            stars=self.settings["query.star_dates"],
        )
        query = Query(
            identifier=identifier,
            rules=self._rules(request),
            manner=self._manner(identifier.charsets),
            relational=relational,
            only=visible(identifier.level),
        )
        return self._replies(request, query)

    def _allowed(self, request: Request, feature: str) -> bool:
        """Return whether something beyond the baseline holds for this association."""
        when = self.settings[_FEATURES[feature]]
        agreed = request.association.extensions.get(request.sop_class, b"")
        return when == "always" or (when == "negotiated" and feature in extended.features(agreed))

    def _rules(self, request: Request) -> Rules:
        return Rules(
            case_sensitive_names=self.settings["query.case_sensitive_names"],
            match_unknown=self.settings["query.match_unknown"],
            value_lists=self._allowed(request, extended.VALUE_LISTS),
            empty_values=self._allowed(request, extended.EMPTY_VALUES),
            combined=self._allowed(request, extended.COMBINED),
        )

    def _manner(self, requested: Sequence[str]) -> Manner:
        return Manner(
            retrieve_ae=self.settings["dicom.ae_title"],
            charset=self.settings["query.answer_charset"],
            requested=requested,
            empty_unsupported=self.settings["query.unsupported_keys"] == "empty",
        )

    def _replies(self, request: Request, query: Query) -> Iterator[Reply]:
        limit, count = self.settings["query.limit"], 0
        implicit = request.context.transfer_syntax == ImplicitVRLittleEndian
        optional = query.has_unsupported_keys
        status = dimse.PENDING_OPTIONAL_KEYS if optional else dimse.PENDING
        for answer in query.answers(self.database):
            if request.cancelled():
                yield Reply(status=dimse.CANCELLED)
                return
            if answer is None:
                continue
            if limit and count == limit:
                yield self._limited(limit)
                return
            count += 1
            yield Reply(status=status, dataset=answer.encode(implicit=implicit))
        yield Reply(status=dimse.SUCCESS)

    def _limited(self, limit: int) -> Reply:
        status = _LIMIT_STATUS[self.settings["query.limit_status"]]
        if status == dimse.OUT_OF_RESOURCES:
            raise DimseError(status, f"more than {limit} matches; narrow it down")
        if status == dimse.SUCCESS:
            return Reply(status=status)
        comment = f"only the first {limit} matches; narrow it down"
        return Reply(status=status, command={"ErrorComment": comment})
