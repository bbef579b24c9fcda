"""The reference repair: the first station that does not know the exam, then what it missed."""


def solve(seat):
    """Mend the cause of this variant and catch up."""
    {
        "mistyped-number": _link,
        "new-case": _link,
        "wrong-row": _move,
        "completed-by-hand": _complete,
        "not-sent": _send,
        "not-allowed": _allow,
        "no-reference": _refer,
    }[seat.given.cause](seat)


def _link(seat):
    given = seat.given
    (study,) = [
        row for row in seat.archive.unmatched() if row["patient_id"] == given.patient["mrn"]
    ]
    seat.archive.link(study["study_uid"], given.accession)
    _link_step(seat, given.patient["mrn"])


def _move(seat):
    given = seat.given
    (study,) = seat.archive.studies(accession=given.waiting)
    seat.fixup.link(study["study_uid"], given.accession, other_patient=True)
    (step,) = [row for row in seat.ris.mpps() if given.waiting in row["accessions"]]
    seat.ris.link_step(step["uid"], given.accession)
    seat.ris.change(given.waiting, event="append")


def _complete(seat):
    seat.ris.set("mpps.complete_by", "mpps")
    seat.ris.change(seat.given.accession, event="complete")


def _send(seat):
    device = seat.modality(seat.given.device)
    device.set("archive.port", seat.archive.peer.port)
    device.send()


def _allow(seat):
    seat.ris.device(seat.given.device, mpps=True)
    seat.modality(seat.given.device).send()


def _refer(seat):
    seat.modality(seat.given.device).set("mpps.reference", "worklist")
    _link_step(seat, seat.given.patient["mrn"])


def _link_step(seat, patient_id):
    (step,) = [
        row for row in seat.ris.mpps() if row["patient_id"] == patient_id and not row["accessions"]
    ]
    seat.ris.link_step(step["uid"], seat.given.accession)
