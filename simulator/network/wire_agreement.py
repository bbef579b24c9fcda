"""What two ends of a recorded association proposed and agreed to, in words (PS3.8 9.3.2-9.3.3)."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from pydicom.uid import UID
from pynetdicom.pdu import A_ASSOCIATE_AC, A_ASSOCIATE_RQ
from pynetdicom.pdu_primitives import (
    ImplementationClassUIDNotification,
    ImplementationVersionNameNotification,
    MaximumLengthNotification,
    SCP_SCU_RoleSelectionNegotiation,
    UserIdentityNegotiation,
)

from simulator.network.negotiation import Identity
from simulator.network.recording import Frame

Row = tuple[str, str, str]
_RESULTS = {
    0: "accepted",
    1: "refused by the user",
    2: "refused, no reason given",
    3: "refused: abstract syntax not supported",
    4: "refused: transfer syntaxes not supported",
}


@dataclass(frozen=True, kw_only=True)
class Agreement:
    """The presentation contexts: what was proposed, and the transfer syntax that was chosen."""

    proposed: dict[int, tuple[str, list[str]]] = field(default_factory=dict)
    results: dict[int, tuple[int, str]] = field(default_factory=dict)

    def syntax(self, context: int) -> str:
        """Return the transfer syntax of a context; empty if it is not known."""
        return self.results.get(context, (1, ""))[1]


def agreement(opening: Sequence[Frame]) -> Agreement:
    """Read the first PDUs of an association; what cannot be read is left out."""
    made = Agreement()
    for frame in opening:
        with suppress(Exception):  # pynetdicom raises many kinds on malformed items
            if frame.data[:1] == b"\x01":
                for cx in _request(frame.data).presentation_context_definition_list:
                    syntaxes = [str(syntax) for syntax in cx.transfer_syntax]
                    made.proposed[int(cx.context_id)] = (str(cx.abstract_syntax), syntaxes)
            elif frame.data[:1] == b"\x02":
                for cx in _acceptance(frame.data).presentation_context_definition_results_list:
                    syntax = str(cx.transfer_syntax[0]) if cx.result == 0 else ""
                    made.results[int(cx.context_id)] = (int(cx.result), syntax)
    return made


def negotiated(frame: Frame, agreed: Agreement) -> list[tuple[str, list[Row]]]:
    """Return what an A-ASSOCIATE-RQ or -AC says, as headings with rows."""
    is_request = frame.data[0] == 1
    try:
        said = _request(frame.data) if is_request else _acceptance(frame.data)
    except Exception as error:  # pynetdicom raises many kinds on malformed items
        return [("Association", [("", "cannot be taken apart", str(error))])]
    ends = [
        ("", "calling AE title", str(said.calling_ae_title).strip()),
        ("", "called AE title", str(said.called_ae_title).strip()),
    ]
    contexts = _proposals(agreed) if is_request else _results(agreed)
    return [
        ("Association", ends),
        (f"Presentation contexts ({len(contexts)})", contexts),
        ("User information", [row for item in said.user_information for row in _item(item)]),
    ]


def _request(pdu: bytes) -> Any:
    made = A_ASSOCIATE_RQ()
    made.decode(pdu)
    return made.to_primitive()


def _acceptance(pdu: bytes) -> Any:
    made = A_ASSOCIATE_AC()
    made.decode(pdu)
    return made.to_primitive()


def _proposals(agreed: Agreement) -> list[Row]:
    return [
        (str(number), UID(abstract).name, ", ".join(UID(syntax).name for syntax in syntaxes))
        for number, (abstract, syntaxes) in sorted(agreed.proposed.items())
    ]


def _results(agreed: Agreement) -> list[Row]:
    rows = []
    for number, (result, syntax) in sorted(agreed.results.items()):
        abstract = agreed.proposed.get(number, ("", []))[0]
        said = _RESULTS.get(result, f"result {result}")
        name = UID(abstract).name if abstract else "?"
        rows.append((str(number), name, f"{said}: {UID(syntax).name}" if syntax else said))
    return rows


def _item(item: Any) -> list[Row]:
    if isinstance(item, MaximumLengthNotification):
        return [("", "longest PDU taken", f"{item.maximum_length_received} bytes")]
    if isinstance(item, ImplementationClassUIDNotification):
        return [("", "implementation", str(item.implementation_class_uid))]
    if isinstance(item, ImplementationVersionNameNotification):
        return [("", "implementation version", str(item.implementation_version_name))]
    if isinstance(item, SCP_SCU_RoleSelectionNegotiation):
        name = UID(str(item.sop_class_uid)).name
        return [("", f"roles for {name}", f"SCU {item.scu_role}, SCP {item.scp_role}")]
    if isinstance(item, UserIdentityNegotiation):
        return _identity(item)
    return [("", type(item).__name__, "")]


def _identity(item: UserIdentityNegotiation) -> list[Row]:
    if item.user_identity_type is None:
        return [("", "user identity", "confirmed")]
    claim = Identity(user="", kind=int(item.user_identity_type))
    name = (item.primary_field or b"").decode("utf-8", "replace")
    return [("", f"user identity: {claim.kind_name}", f"{name} (secrets are not recorded)")]
