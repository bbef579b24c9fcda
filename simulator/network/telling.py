"""What an acceptor tells the journal about associations and messages, in a trainee's words."""

from __future__ import annotations

import base64
from collections.abc import Callable, Sequence

from pydicom.uid import UID
from pynetdicom.presentation import PresentationContext

from simulator.errors import LocalError
from simulator.network import dimse, negotiation, tls
from simulator.network.dimse import Reply, Request
from simulator.network.negotiation import Proposal, Refusal

_LONGEST_QUERY = 8192  # bytes
Tell = Callable[..., object]  # tell(kind, text, **facts), as Journal.write


def facts(server: str, proposal: Proposal, number: int) -> dict[str, object]:
    """Return the facts every entry about an association carries."""
    return {
        "server": server,
        "association": number,
        "calling": proposal.calling,
        "called": proposal.called,
        "host": proposal.host,
        "implementation": proposal.implementation,
    }


def rejected(tell: Tell, proposal: Proposal, refusal: Refusal, facts: dict[str, object]) -> None:
    """Tell that an association was rejected, why, and what the peer was told."""
    tell(
        "association.rejected",
        f"{proposal.calling} ({proposal.host}) called {proposal.called}: rejected, {refusal}; "
        f"{negotiation.rejection_text(refusal.triple)}",
        triple="/".join(map(str, refusal.triple)),
        **facts,
    )


def accepted(
    tell: Tell,
    proposal: Proposal,
    results: Sequence[PresentationContext],
    facts: dict[str, object],
    user: str = "",
) -> None:
    """Tell that an association was accepted, for which user, and which contexts were not."""
    refused = [cx for cx in results if cx.result != 0]
    names = ", ".join(sorted({UID(str(cx.abstract_syntax)).name for cx in refused}))
    tell(
        "association.accepted",
        f"{proposal.calling} ({proposal.host}) called {proposal.called}: accepted, "
        f"{len(results) - len(refused)} of {len(results)} presentation contexts"
        + (f"; refused: {names}" if names else "")
        + (f"; user {user}" if user else ""),
        user=user,
        taken=len(results) - len(refused),
        refused=[[str(cx.abstract_syntax), cx.result] for cx in refused],
        **facts,
    )


def handled(tell: Tell, server: str, request: Request, final: Reply, count: int) -> None:
    """Tell what was asked and how it ended; `count` is the number of pending responses."""
    matches = f", {count} pending responses" if count else ""
    comment = final.command.get("ErrorComment", "")
    tell(
        request.name.lower(),
        f"{request.calling}: {request.name}-RQ {_about(request)}answered "
        f"{dimse.meaning(final.status)}{matches}" + (f": {comment}" if comment else ""),
        server=server,
        association=request.association.number,
        calling=request.calling,
        status=f"0x{final.status:04X}",
        sop_class=request.sop_class,
        sop_instance=request.sop_instance,
        destination=request.command.get("MoveDestination") or "",
        pending=count,
        comment=comment,
        **_identifier(request),
    )


def _identifier(request: Request) -> dict[str, object]:
    """Return what a query or retrieval asked for, as it came: an audit must be able to show it."""
    if request.name not in ("C-FIND", "C-MOVE", "C-GET"):
        return {}
    query = base64.b64encode(request.data[:_LONGEST_QUERY]).decode("ascii")
    return {"query": query, "syntax": request.context.transfer_syntax}


def _about(request: Request) -> str:
    if request.command.get("MoveDestination"):
        return f"to {request.command['MoveDestination']} "
    return f"{UID(request.sop_class).name} " if request.sop_class else ""


def handshake_failed(
    tell: Tell, server: str, address: tuple[str, int], error: Exception, *, plain: bool
) -> None:
    """Tell who objected to what in a TLS handshake."""
    found = _trouble(error)
    what = "the peer speaks plain DICOM on the TLS port" if plain else found.what
    remedy = "Call the plain port, or switch TLS on there." if plain else found.remedy
    tell(
        "tls.failed",
        f"{address[0]}:{address[1]}: no TLS handshake: {what}; {remedy}",
        server=server,
        host=address[0],
        objects=found.who,
        reason=what,
    )


def _trouble(error: Exception) -> tls.Trouble:
    if isinstance(error, LocalError):
        return tls.Trouble(who="we", what=error.sentence.rstrip("."), remedy=error.remedy)
    return tls.trouble(error)
