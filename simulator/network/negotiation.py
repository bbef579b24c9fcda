"""What is agreed when an association begins (PS3.8 9.3.2-9.3.4, PS3.7 Annex D).

pynetdicom's PDU classes read and write the items; the words for refusals are here, because the
reason of a rejection is the first thing a trainee learns to read.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from pydicom.uid import UID
from pynetdicom.pdu import A_ASSOCIATE_AC, A_ASSOCIATE_RJ, A_ASSOCIATE_RQ
from pynetdicom.pdu_primitives import (
    A_ASSOCIATE,
    ImplementationClassUIDNotification,
    ImplementationVersionNameNotification,
    MaximumLengthNotification,
    SCP_SCU_RoleSelectionNegotiation,
    UserIdentityNegotiation,
)
from pynetdicom.presentation import PresentationContext, build_context, negotiate_as_acceptor

from simulator.network.association import Context
from simulator.network.wire import OFFERED_PDU

IMPLEMENTATION_UID = "2.25.263402571896318437052810673519462701187"
IMPLEMENTATION_VERSION = "PACSLAB_01"
_APPLICATION_CONTEXT = "1.2.840.10008.3.1.1.1"

# (result, source, reason) of A-ASSOCIATE-RJ (PS3.8 Table 9-21)
NO_REASON = (1, 1, 1)
CALLING_UNKNOWN = (1, 1, 3)
CALLED_UNKNOWN = (1, 1, 7)
IDENTITY_REFUSED = (1, 2, 1)  # PS3.7 D.3.3.7: permanent, by the ACSE provider, no reason given
CONGESTION = (2, 3, 1)
LIMIT_EXCEEDED = (2, 3, 2)
_RESULTS = {1: "permanent", 2: "transient"}
_SOURCES = {1: "service-user", 2: "service-provider (ACSE)", 3: "service-provider (presentation)"}
_REASONS = {
    (1, 1): "no reason given",
    (1, 2): "application context name not supported",
    (1, 3): "calling AE title not recognised",
    (1, 7): "called AE title not recognised",
    (2, 1): "no reason given",
    (2, 2): "protocol version not supported",
    (3, 1): "temporary congestion",
    (3, 2): "local limit exceeded",
}


def rejection_text(triple: tuple[int, int, int]) -> str:
    """Say a rejection in words and numbers."""
    result, source, reason = triple
    return (
        f"{_REASONS.get((source, reason), 'unknown reason')} "
        f"(A-ASSOCIATE-RJ {result}/{source}/{reason}: {_RESULTS.get(result, '?')}, "
        f"{_SOURCES.get(source, '?')})"
    )


class Refusal(Exception):
    """Raised by an acceptor's door-keeper to reject an association."""

    def __init__(self, triple: tuple[int, int, int], why: str) -> None:
        """Reject with `triple`; `why` goes to the log, not to the peer."""
        super().__init__(why)
        self.triple = triple


@dataclass(frozen=True, kw_only=True)
class Identity:
    """Who a person or account says it is (PS3.7 D.3.3.7); 1 is a name, 2 a name and a passcode."""

    user: str
    passcode: str = field(default="", repr=False)
    kind: int = 2  # 3 Kerberos ticket, 4 SAML assertion, 5 JSON web token
    wants_answer: bool = False

    @property
    def kind_name(self) -> str:
        """The kind in words."""
        return _KINDS.get(self.kind, f"kind {self.kind}")


_KINDS = {
    1: "user name",
    2: "user name and passcode",
    3: "Kerberos",
    4: "SAML",
    5: "JSON web token",
}


@dataclass(frozen=True, kw_only=True)
class Proposal:
    """An association request as the door-keeper sees it."""

    calling: str
    called: str
    host: str
    port: int
    max_send: int
    implementation: str
    contexts: list[PresentationContext] = field(repr=False)
    roles: dict[str, SCP_SCU_RoleSelectionNegotiation] = field(repr=False)
    identity: Identity | None = None


def read_proposal(body: bytes, address: tuple[str, int]) -> Proposal:
    """Read an A-ASSOCIATE-RQ; raises an exception of some kind where it is malformed."""
    pdu = A_ASSOCIATE_RQ()
    pdu.decode(b"\x01\x00" + len(body).to_bytes(4, "big") + body)
    rq = pdu.to_primitive()
    items = list(rq.user_information)
    return Proposal(
        calling=rq.calling_ae_title.strip(),
        called=rq.called_ae_title.strip(),
        host=address[0],
        port=address[1],
        max_send=rq.maximum_length_received or 0,
        implementation=str(_first(items, ImplementationVersionNameNotification) or ""),
        contexts=list(rq.presentation_context_definition_list),
        roles={
            str(item.sop_class_uid): item
            for item in items
            if isinstance(item, SCP_SCU_RoleSelectionNegotiation)
        },
        identity=next(map(_identity, _of(items, UserIdentityNegotiation)), None),
    )


def _of(items: Sequence[Any], kind: type) -> list[Any]:
    return [item for item in items if isinstance(item, kind)]


def _identity(item: UserIdentityNegotiation) -> Identity:
    kind = int(item.user_identity_type or 0)
    named = kind in (1, 2)
    return Identity(
        user=(item.primary_field or b"").decode("utf-8", "replace") if named else "",
        passcode=(item.secondary_field or b"").decode("utf-8", "replace") if kind == 2 else "",
        kind=kind,
        wants_answer=bool(item.positive_response_requested),
    )


def _first(items: Sequence[object], kind: type) -> object:
    for item in items:
        if isinstance(item, kind):
            return getattr(item, "implementation_version_name", None)
    return None


def agree(
    proposal: Proposal,
    supported: Sequence[PresentationContext],
    *,
    max_pdu: int = OFFERED_PDU,
    recognised: bool = False,
) -> tuple[bytes, list[Context], list[PresentationContext]]:
    """Return the A-ASSOCIATE-AC, the accepted contexts, and every context with its result.

    `max_pdu` is the longest PDU we take; `recognised` says that the peer's user identity is right.
    """
    roles: dict[UID, tuple[bool | None, bool | None]] = {
        UID(uid): (bool(item.scu_role), bool(item.scp_role)) for uid, item in proposal.roles.items()
    }
    results, role_items = negotiate_as_acceptor(proposal.contexts, list(supported), roles)
    ac = A_ASSOCIATE()
    ac.application_context_name = _APPLICATION_CONTEXT
    ac.calling_ae_title, ac.called_ae_title = proposal.calling, proposal.called
    ac.result, ac.result_source = 0x00, 0x01
    ac.presentation_context_definition_results_list = results
    ac.user_information = [*_ourselves(max_pdu), *role_items]
    if recognised and proposal.identity and proposal.identity.wants_answer:
        ac.user_information.append(_confirmation())
    pdu = A_ASSOCIATE_AC()
    pdu.from_primitive(ac)
    accepted = [_context(cx, as_acceptor=True) for cx in results if cx.result == 0x00]
    return pdu.encode(), accepted, results


def _context(cx: PresentationContext, *, as_acceptor: bool) -> Context:
    """Freeze a negotiated context; roles are those of the requestor."""
    scu = cx.as_scp if as_acceptor else cx.as_scu
    scp = cx.as_scu if as_acceptor else cx.as_scp
    return Context(
        id=int(cx.context_id or 0),
        abstract_syntax=str(cx.abstract_syntax),
        transfer_syntax=str(cx.transfer_syntax[0]),
        as_scu=bool(scu),
        as_scp=bool(scp),
    )


def rejection(triple: tuple[int, int, int]) -> bytes:
    """Return an encoded A-ASSOCIATE-RJ."""
    rj = A_ASSOCIATE()
    rj.result, rj.result_source, rj.diagnostic = triple
    pdu = A_ASSOCIATE_RJ()
    pdu.from_primitive(rj)
    return bytes(pdu.encode())


def proposal_pdu(
    calling: str,
    called: str,
    contexts: Sequence[PresentationContext],
    get_roles: Sequence[str] = (),
    *,
    identity: Identity | None = None,
) -> bytes:
    """Return an encoded A-ASSOCIATE-RQ; `get_roles` names classes we offer to be SCP of."""
    rq = A_ASSOCIATE()
    rq.application_context_name = _APPLICATION_CONTEXT
    rq.calling_ae_title, rq.called_ae_title = calling, called
    rq.presentation_context_definition_list = numbered(contexts)
    rq.user_information = [*_ourselves(), *map(_scp_role, get_roles)]
    if identity is not None:
        rq.user_information.append(_claim(identity))
    pdu = A_ASSOCIATE_RQ()
    pdu.from_primitive(rq)
    return bytes(pdu.encode())


def numbered(contexts: Sequence[PresentationContext]) -> list[PresentationContext]:
    """Give contexts their odd numbers; at most 128 fit into one association."""
    copies = [build_context(str(cx.abstract_syntax), list(cx.transfer_syntax)) for cx in contexts]
    for number, cx in enumerate(copies):
        cx.context_id = 2 * number + 1
    return copies


def read_acceptance(
    body: bytes, proposed: Sequence[PresentationContext]
) -> tuple[list[Context], int]:
    """Return the contexts an A-ASSOCIATE-AC accepts and the PDU length the peer takes."""
    pdu = A_ASSOCIATE_AC()
    pdu.decode(b"\x02\x00" + len(body).to_bytes(4, "big") + body)
    ac = pdu.to_primitive()
    asked = {cx.context_id: cx for cx in numbered(proposed)}
    scp = {
        str(item.sop_class_uid)
        for item in ac.user_information
        if isinstance(item, SCP_SCU_RoleSelectionNegotiation) and item.scp_role
    }
    accepted = [
        Context(
            id=int(cx.context_id or 0),
            abstract_syntax=str(asked[cx.context_id].abstract_syntax),
            transfer_syntax=str(cx.transfer_syntax[0]),
            as_scp=str(asked[cx.context_id].abstract_syntax) in scp,
        )
        for cx in ac.presentation_context_definition_results_list
        if cx.result == 0x00 and cx.context_id in asked
    ]
    return accepted, ac.maximum_length_received or 0


def read_rejection(body: bytes) -> tuple[int, int, int]:
    """Return (result, source, reason) of an A-ASSOCIATE-RJ."""
    return (body[1], body[2], body[3]) if len(body) >= 4 else NO_REASON


def _claim(identity: Identity) -> UserIdentityNegotiation:
    item = UserIdentityNegotiation()
    item.user_identity_type = 2 if identity.passcode else 1
    item.positive_response_requested = identity.wants_answer
    item.primary_field = identity.user.encode()
    item.secondary_field = identity.passcode.encode()
    return item


def _confirmation() -> UserIdentityNegotiation:
    """Return the positive response; names and passcodes get an empty one (PS3.7 D.3.3.7.2)."""
    item = UserIdentityNegotiation()
    item.server_response = b""
    return item


def _ourselves(max_pdu: int = OFFERED_PDU) -> list[Any]:
    length = MaximumLengthNotification()
    length.maximum_length_received = max_pdu
    uid = ImplementationClassUIDNotification()
    uid.implementation_class_uid = IMPLEMENTATION_UID
    version = ImplementationVersionNameNotification()
    version.implementation_version_name = IMPLEMENTATION_VERSION
    return [length, uid, version]


def _scp_role(sop_class: str) -> SCP_SCU_RoleSelectionNegotiation:
    item = SCP_SCU_RoleSelectionNegotiation()
    item.sop_class_uid = sop_class
    item.scu_role, item.scp_role = False, True
    return item
