"""Which statuses each service answers with, and when: the table of the conformance statement.

A test compares it with the statuses the archive's code names, so that none is forgotten.
"""

from __future__ import annotations

from dataclasses import dataclass

from simulator.network import dimse as d


@dataclass(frozen=True, kw_only=True)
class Answer:
    """One status of a service and what it means there."""

    status: int
    when: str


def _rows(*pairs: tuple[int, str]) -> tuple[Answer, ...]:
    return tuple(Answer(status=status, when=when) for status, when in pairs)


_ALL = (
    (d.PROCESSING_FAILURE, "an error of ours; the journal has it, the association lives on"),
    (d.NOT_AUTHORISED, "the node, or the user of the association, has no right to this"),
    (d.SOP_CLASS_NOT_SUPPORTED, "the message names another SOP class than its context"),
)
_RETRIEVE = (
    (d.SUCCESS, "everything that was asked for has been sent, or nothing matched"),
    (d.PENDING, "after each sub-operation, with the counters"),
    (d.CANCELLED, "the requestor cancelled; what remains was not sent"),
    (d.SUBOPERATIONS_FAILED, "some sub-operations failed or had warnings; the counters say"),
    (
        d.CANNOT_PERFORM_SUBOPERATIONS,
        "not a single one could be performed; or the images are nearline and their recall goes on, "
        "or offline and a volume must be mounted: the Error Comment says which",
    ),
    (d.DATASET_DOES_NOT_MATCH_CLASS, "the identifier breaks the rules of the information model"),
    (d.CANNOT_UNDERSTAND, "the identifier cannot be read"),
)
STATUSES: dict[str, tuple[Answer, ...]] = {
    "C-ECHO": _rows((d.SUCCESS, "always, for a node with the right"), *_ALL),
    "C-STORE": _rows(
        (d.SUCCESS, "the file is durable and the index committed"),
        (d.COERCED, "stored, and attributes were changed; the old values are kept in the object"),
        (d.CLASS_MISMATCH_WARNING, "not stored: put aside, or rejected before; a warning is set"),
        (d.OUT_OF_RESOURCES, "no online volume has room, or the disk of files or index has none"),
        (d.DATASET_DOES_NOT_MATCH_CLASS, "the data set is another instance than the command says"),
        (d.CANNOT_UNDERSTAND, "it cannot be read, or has values that the settings refuse"),
        (d.DUPLICATE_INSTANCE, "it is stored already, and 'store.duplicates' refuses that"),
        (d.INVALID_INSTANCE, "its SOP Instance UID is none"),
        (d.PATIENT_ID_MISSING, "it names no patient, and the settings refuse that"),
        (d.PATIENT_CONFLICT, "its study belongs to another patient, and the settings refuse that"),
        (d.REJECTED_INSTANCE, "a Rejection Note has rejected it, and reject.again is refuse"),
        *_ALL,
    ),
    "C-FIND": _rows(
        (d.SUCCESS, "every match has been sent"),
        (d.PENDING, "a match; every key was supported"),
        (d.PENDING_OPTIONAL_KEYS, "a match; some optional keys are not supported"),
        (d.CANCELLED, "the requestor cancelled"),
        (d.LIMIT_REACHED, "'query.limit' was reached, there are more matches"),
        (d.OUT_OF_RESOURCES, "the same, where 'query.limit_status' says so"),
        (
            d.DATASET_DOES_NOT_MATCH_CLASS,
            "the identifier breaks the rules of the information model",
        ),
        (d.CANNOT_UNDERSTAND, "a value makes no sense; Error Comment and Offending Element say it"),
        *_ALL,
    ),
    "C-MOVE": _rows(
        *_RETRIEVE,
        (d.MOVE_DESTINATION_UNKNOWN, "the destination is not in the node table, or has no port"),
        *_ALL,
    ),
    "C-GET": _rows(*_RETRIEVE, *_ALL),
    "N-ACTION (storage commitment)": _rows(
        (d.SUCCESS, "the request is durable; the result follows as N-EVENT-REPORT"),
        (d.NO_SUCH_ACTION, "the action is not 1"),
        (d.NO_SUCH_INSTANCE, "the requested instance is not the well-known one"),
        (d.MISSING_ATTRIBUTE, "the transaction or the references are missing"),
        (d.MISSING_ATTRIBUTE_VALUE, "a reference lacks a UID"),
        (d.RESOURCE_LIMITATION, "it has too many references"),
        *_ALL,
    ),
    "N-EVENT-REPORT, Failure Reason (0008,1197)": _rows(
        (d.PROCESSING_FAILURE, "it could not be verified"),
        (d.NO_SUCH_INSTANCE, "the instance is not here (any more)"),
        (d.CLASS_INSTANCE_CONFLICT, "it is here, of another SOP class"),
    ),
    "N-CREATE, N-SET (MPPS)": _rows(
        (d.SUCCESS, "the step is written down"),
        (d.DUPLICATE_INSTANCE, "a step with this UID has begun already"),
        (d.NO_SUCH_INSTANCE, "no step with this UID has begun"),
        (d.INVALID_INSTANCE, "it has no SOP Instance UID"),
        (d.INVALID_ATTRIBUTE_VALUE, "a value is not allowed, or not in this state"),
        (d.MISSING_ATTRIBUTE, "a required attribute is missing"),
        (d.MISSING_ATTRIBUTE_VALUE, "a required attribute has no value"),
        *_ALL,
    ),
}
