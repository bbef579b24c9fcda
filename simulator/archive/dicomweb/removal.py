"""Deleting a study over DICOMweb: not in PS3.18, but offered by most archives and clients."""

from __future__ import annotations

from starlette.responses import Response

from simulator.archive import tables as t
from simulator.archive.dicomweb.call import WebCall
from simulator.errors import RefusedError


def study(call: WebCall) -> Response:
    """Delete a study, as the admin API does."""
    uid = call.uids()["study"]
    seen = [t.studies.c.study_uid == uid, *call.archive.sight.of(call.who)]
    facts = next(iter(call.archive.index.studies(seen)), None)
    if facts is None:
        raise RefusedError("There is no such study in the archive.", "Search for it first.", 404)
    count = call.archive.index.delete_study(uid)
    call.facts["instances"] = count
    call.archive.journal.write(
        "study.deleted",
        f"{call.who.name} deleted a study of {facts['patient_name']} ({facts['patient_id']}), "
        f"{count} instances",
        by=call.who.name,
        what=uid,
        host=call.host,
    )
    return Response(status_code=204)


def part(call: WebCall) -> Response:
    """Refuse to delete less than a study."""
    raise RefusedError(
        "Only whole studies can be deleted over DICOMweb.", "DELETE /studies/{study}.", 405
    )
