"""One request on the acceptor's side: its handler's replies, as responses ready to be sent."""

from __future__ import annotations

from collections.abc import Iterator

from simulator.network import command as cmd
from simulator.network import dimse
from simulator.network import wire as w
from simulator.network.association import Aborted
from simulator.network.dimse import Handlers, Reply, Request
from simulator.network.telling import Tell

PENDINGS = (dimse.PENDING, dimse.PENDING_OPTIONAL_KEYS)
Response = tuple[Reply, cmd.Command, list[bytes]]


def responses(request: Request, handlers: Handlers, server: str, tell: Tell) -> Iterator[Response]:
    """Yield each reply with its encoded response; a bug in the handler becomes 0x0110.

    A handler that is a generator goes on after its last reply was sent: that is where a storage
    commitment reports its result.
    """
    handler = handlers.get(request.command["CommandField"], _unrecognised)
    last = dimse.PENDING
    try:
        for reply in dimse.replies(request, handler):
            yield (reply, *_response(request, reply))
            last = reply.status
        if last in PENDINGS:
            raise RuntimeError("the handler gave no final status")
    except (Aborted, w.Closed, TimeoutError):
        raise
    except Exception as error:
        tell(
            "bug",
            f"{server}: {request.name} failed: {type(error).__name__}: {error}",
            server=server,
            association=request.association.number,
        )
        if last in PENDINGS:
            comment = "internal error; see the log of this node"
            failed = Reply(status=dimse.PROCESSING_FAILURE, command={"ErrorComment": comment})
            yield (failed, *_response(request, failed))


def _unrecognised(request: Request) -> int:
    return dimse.UNRECOGNISED_OPERATION


def _response(request: Request, reply: Reply) -> tuple[cmd.Command, list[bytes]]:
    command = request.command
    response: cmd.Command = {
        "CommandField": command["CommandField"] | cmd.RESPONSE,
        "MessageIDBeingRespondedTo": command.get("MessageID", 0),
        "AffectedSOPClassUID": request.sop_class or None,
        "AffectedSOPInstanceUID": request.sop_instance or None,
        "EventTypeID": command.get("EventTypeID"),
        "ActionTypeID": command.get("ActionTypeID"),
        "Status": reply.status,
        **reply.command,
    }
    if reply.dataset is None:
        return response, []
    if isinstance(reply.dataset, bytes):
        return response, [reply.dataset]
    return response, [dimse.encode_dataset(reply.dataset, request.context.transfer_syntax)]
