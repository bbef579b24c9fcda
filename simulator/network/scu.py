"""The services a client asks for, one function each (PS3.4): echo, find, move, get, and N-*."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass

from pydicom.dataset import Dataset
from pydicom.uid import generate_uid
from pynetdicom.presentation import PresentationContext, build_context
from pynetdicom.sop_class import (  # type: ignore[attr-defined]
    InstanceAvailabilityNotification,
    ModalityPerformedProcedureStep,
    ModalityWorklistInformationFind,
    PatientRootQueryRetrieveInformationModelFind,
    PatientRootQueryRetrieveInformationModelGet,
    PatientRootQueryRetrieveInformationModelMove,
    StudyRootQueryRetrieveInformationModelFind,
    StudyRootQueryRetrieveInformationModelGet,
    StudyRootQueryRetrieveInformationModelMove,
    Verification,
)

from simulator.errors import StatusError
from simulator.network import charsets, commitment, dimse
from simulator.network import command as cmd
from simulator.network.associate import (
    PLAIN,
    Caller,
    Peer,
    associate,
    check_status,
    context_for,
    data_set,
    encoded,
    plain_context,
)
from simulator.network.association import Aborted, Association, Message
from simulator.network.commitment import PUSH, Reference, Result

MODELS = {
    ("study", "find"): StudyRootQueryRetrieveInformationModelFind,
    ("study", "move"): StudyRootQueryRetrieveInformationModelMove,
    ("study", "get"): StudyRootQueryRetrieveInformationModelGet,
    ("patient", "find"): PatientRootQueryRetrieveInformationModelFind,
    ("patient", "move"): PatientRootQueryRetrieveInformationModelMove,
    ("patient", "get"): PatientRootQueryRetrieveInformationModelGet,
}
LEVELS = ("PATIENT", "STUDY", "SERIES", "IMAGE")


@dataclass(frozen=True, kw_only=True)
class Retrieved:
    """The counters of the last C-MOVE or C-GET response (PS3.4 C.4.2.1)."""

    status: int
    completed: int = 0
    failed: int = 0
    warning: int = 0
    remaining: int = 0


def echo(peer: Peer, caller: Caller = Caller()) -> None:
    """Verify that `peer` is there and talks to us (C-ECHO)."""
    with associate(peer, [plain_context(Verification)], caller) as association:
        command = {"CommandField": cmd.C_ECHO, "AffectedSOPClassUID": Verification}
        (response,) = association.request(context_for(association, Verification), command)
        check_status(association, response.command, "C-ECHO")


def find(
    peer: Peer, query: Dataset, caller: Caller = Caller(), *, model: str = "study"
) -> Iterator[Dataset]:
    """Yield the matches of `query` (C-FIND); `model` is study, patient or worklist."""
    sop_class = ModalityWorklistInformationFind if model == "worklist" else MODELS[model, "find"]
    with associate(peer, [plain_context(sop_class)], caller) as association:
        yield from find_on(association, query, sop_class)


def find_on(association: Association, query: Dataset, sop_class: str) -> Iterator[Dataset]:
    """Yield the matches of `query` on an open association."""
    context = context_for(association, sop_class)
    command = {"CommandField": cmd.C_FIND, "AffectedSOPClassUID": sop_class, "Priority": 0}
    data = encoded(charsets.declared(query), context)
    with closing(association.request(context, command, data)) as responses:
        for response in responses:
            check_status(association, response.command, "C-FIND")
            if response.fragments:
                yield data_set(response.data, response.context)


def move(
    peer: Peer,
    query: Dataset,
    destination: str,
    caller: Caller = Caller(),
    *,
    model: str = "study",
    progress: Callable[[Retrieved], None] = lambda _: None,
) -> Retrieved:
    """Have `peer` send what `query` names to the AE title `destination` (C-MOVE)."""
    sop_class = MODELS[model, "move"]
    with associate(peer, [plain_context(sop_class)], caller) as association:
        context = context_for(association, sop_class)
        command = {
            "CommandField": cmd.C_MOVE,
            "AffectedSOPClassUID": sop_class,
            "Priority": 0,
            "MoveDestination": destination,
        }
        data = encoded(charsets.declared(query), context)
        counters = Retrieved(status=0)
        for response in association.request(context, command, data):
            counters = _counters(response)
            progress(counters)
        check_status(association, response.command, "C-MOVE")
        return counters


def get(
    peer: Peer,
    query: Dataset,
    receive: Callable[[Message], int],
    storage: Sequence[PresentationContext],
    caller: Caller = Caller(),
    *,
    model: str = "study",
) -> Retrieved:
    """Fetch what `query` names over the same association (C-GET).

    `receive` gets each C-STORE-RQ message and returns its status.
    """
    sop_class = MODELS[model, "get"]
    contexts = [plain_context(sop_class), *storage]
    roles = sorted({str(cx.abstract_syntax) for cx in storage})
    with associate(peer, contexts, caller, get_roles=roles) as association:
        context = context_for(association, sop_class)
        command = {
            "CommandField": cmd.C_GET,
            "AffectedSOPClassUID": sop_class,
            "Priority": 0,
            "MessageID": 1,
        }
        association.send(context, command, encoded(charsets.declared(query), context))
        return _take(association, receive)


def _take(association: Association, receive: Callable[[Message], int]) -> Retrieved:
    while (message := association.receive()) is not None:
        field = message.command["CommandField"]
        if field == cmd.C_STORE:
            association.send(message.context, store_response(message, receive(message)))
        elif field == cmd.C_GET | cmd.RESPONSE and message.command["Status"] != dimse.PENDING:
            check_status(association, message.command, "C-GET")
            return _counters(message)
    raise Aborted("the peer released in the middle of a C-GET")


def store_response(message: Message, status: int) -> cmd.Command:
    """Return the C-STORE-RSP to `message`."""
    return {
        "CommandField": cmd.C_STORE | cmd.RESPONSE,
        "MessageIDBeingRespondedTo": message.command["MessageID"],
        "AffectedSOPClassUID": message.command.get("AffectedSOPClassUID"),
        "AffectedSOPInstanceUID": message.command.get("AffectedSOPInstanceUID"),
        "Status": status,
    }


def _counters(message: Message) -> Retrieved:
    command = message.command
    return Retrieved(
        status=command["Status"],
        completed=command.get("NumberOfCompletedSuboperations") or 0,
        failed=command.get("NumberOfFailedSuboperations") or 0,
        warning=command.get("NumberOfWarningSuboperations") or 0,
        remaining=command.get("NumberOfRemainingSuboperations") or 0,
    )


def mpps_create(peer: Peer, instance: str, attributes: Dataset, caller: Caller = Caller()) -> None:
    """Tell `peer` that a procedure step has begun (N-CREATE, PS3.4 F.7.2.1)."""
    _normalised(peer, cmd.N_CREATE, "Affected", instance, attributes, caller)


def mpps_set(peer: Peer, instance: str, attributes: Dataset, caller: Caller = Caller()) -> None:
    """Tell `peer` how a procedure step goes on or ended (N-SET, PS3.4 F.7.2.2)."""
    _normalised(peer, cmd.N_SET, "Requested", instance, attributes, caller)


def commit(
    peer: Peer,
    references: Sequence[Reference],
    caller: Caller = Caller(),
    *,
    transaction: str = "",
    wait: float = 0.0,
) -> Result | None:
    """Ask `peer` to keep instances for good (N-ACTION, PS3.4 J.3.2).

    Returns the result if it comes on this association within `wait` seconds, else None: then it
    comes to our listener.
    """
    with associate(peer, [plain_context(PUSH)], caller) as association:
        context = context_for(association, PUSH)
        data = encoded(commitment.ask(references, transaction), context)
        (response,) = association.request(context, commitment.action_command(), data)
        check_status(association, response.command, "N-ACTION")
        return _result(association, wait)


def _result(association: Association, wait: float) -> Result | None:
    """Take the N-EVENT-REPORT if it comes in time, and say thank you."""
    while association.arrives(wait) and (message := association.receive()) is not None:
        if message.command["CommandField"] == cmd.N_EVENT_REPORT:
            result = commitment.read_report(data_set(message.data, message.context))
            association.send(message.context, event_response(message))
            return result
    return None


def report_commitment(association: Association, result: Result, retrieve_ae: str) -> None:
    """Tell the other end of an open association what became of its transaction."""
    context = association.context_of(PUSH)
    if context is None:
        raise StatusError(
            f"{association.called} accepted no presentation context for storage commitment.",
            "Compare what was proposed with what that node supports.",
            dimse.SOP_CLASS_NOT_SUPPORTED,
        )
    data = encoded(commitment.tell(result, retrieve_ae), context)
    (response,) = association.request(context, commitment.event_command(result), data)
    check_status(association, response.command, "N-EVENT-REPORT")


def event_response(message: Message) -> cmd.Command:
    """Return the N-EVENT-REPORT-RSP to `message`."""
    return {
        "CommandField": cmd.N_EVENT_REPORT | cmd.RESPONSE,
        "MessageIDBeingRespondedTo": message.command["MessageID"],
        "AffectedSOPClassUID": message.command.get("AffectedSOPClassUID"),
        "AffectedSOPInstanceUID": message.command.get("AffectedSOPInstanceUID"),
        "EventTypeID": message.command.get("EventTypeID"),
        "Status": dimse.SUCCESS,
    }


def notify_availability(peer: Peer, notice: Dataset, caller: Caller = Caller()) -> None:
    """Tell `peer` which instances are available where (N-CREATE, PS3.4 R.3.2)."""
    instance = generate_uid()
    sop_class = InstanceAvailabilityNotification
    _normalised(peer, cmd.N_CREATE, "Affected", instance, notice, caller, sop_class)


def _normalised(
    peer: Peer,
    field: int,
    who: str,
    instance: str,
    attributes: Dataset,
    caller: Caller,
    sop_class: str = ModalityPerformedProcedureStep,
) -> None:
    with associate(peer, [build_context(sop_class, PLAIN)], caller) as association:
        context = context_for(association, sop_class)
        command = {
            "CommandField": field,
            f"{who}SOPClassUID": sop_class,
            f"{who}SOPInstanceUID": instance,
        }
        data = encoded(attributes, context)
        (response,) = association.request(context, command, data)
        check_status(association, response.command, cmd.NAMES[field])
