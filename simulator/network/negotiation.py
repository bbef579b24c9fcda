"""What is agreed when an association begins (PS3.8 9.3.2-9.3.4, PS3.7 Annex D).

pynetdicom's PDU classes read and write the items; rejections stand in `rejections.py`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from pydicom.uid import UID
from pynetdicom.pdu import A_ASSOCIATE_AC, A_ASSOCIATE_RQ
from pynetdicom.pdu_primitives import (
    A_ASSOCIATE,
    ImplementationClassUIDNotification,
    ImplementationVersionNameNotification,
    MaximumLengthNotification,
    SCP_SCU_RoleSelectionNegotiation,
    UserIdentityNegotiation,
)
from pynetdicom.presentation import PresentationContext, build_context, negotiate_as_acceptor

from simulator.network import extended
from simulator.network.association import Context
from simulator.network.rejections import (
    CALLED_UNKNOWN,
    CALLING_UNKNOWN,
    CONGESTION,
    IDENTITY_REFUSED,
    LIMIT_EXCEEDED,
    NO_REASON,
    Refusal,
    read_rejection,
    rejection,
    rejection_text,
)
from simulator.network.wire import OFFERED_PDU

__all__ = [
    "CALLED_UNKNOWN",
    "CALLING_UNKNOWN",
    "CONGESTION",
    "IDENTITY_REFUSED",
    "LIMIT_EXCEEDED",
    "NO_REASON",
    "Identity",
    "Proposal",
    "Refusal",
    "agree",
    "numbered",
    "proposal_pdu",
    "read_acceptance",
    "read_proposal",
    "read_rejection",
    "rejection",
    "rejection_text",
]

IMPLEMENTATION_UID = "2.25.263402571896318437052810673519462701187"
IMPLEMENTATION_VERSION = "PACSLAB_01"
_APPLICATION_CONTEXT = "1.2.840.10008.3.1.1.1"


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
    extended: dict[str, bytes] = field(default_factory=dict, repr=False)


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
        extended=extended.read(items),
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
    extensions: dict[str, bytes] | None = None,
) -> tuple[bytes, list[Context], list[PresentationContext]]:
    """Return the A-ASSOCIATE-AC, the accepted contexts, and every context with its result.

    `max_pdu` is the longest PDU we take; `recognised` says that the peer's user identity is right;
    `extensions` is what we agree to beyond the baseline, for each SOP class.
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
    ac.user_information = [*_ourselves(max_pdu), *role_items, *extended.items(extensions or {})]
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


def proposal_pdu(
    calling: str,
    called: str,
    contexts: Sequence[PresentationContext],
    get_roles: Sequence[str] = (),
    *,
    identity: Identity | None = None,
    extensions: dict[str, bytes] | None = None,
) -> bytes:
    """Return an encoded A-ASSOCIATE-RQ; `get_roles` names classes we offer to be SCP of.

    `extensions` is what we ask for beyond the baseline, for each SOP class.
    """
    rq = A_ASSOCIATE()
    rq.application_context_name = _APPLICATION_CONTEXT
    rq.calling_ae_title, rq.called_ae_title = calling, called
    rq.presentation_context_definition_list = numbered(contexts)
    rq.user_information = [*_ourselves(), *map(_scp_role, get_roles)]
    rq.user_information += extended.items(extensions or {})
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
