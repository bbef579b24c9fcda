"""The reference repair: a count of its own for the console, then every exam that lost images."""


def solve(seat):
    """Set the console up; take out what is left of each exam, and have it sent with new UIDs."""
    room = seat.modality(seat.given.room)
    room.set("uids.counted_from", "automatic")
    for accession in (seat.given.first, seat.given.second):
        (study,) = seat.archive.studies(accession=accession)
        seat.fixup.reject(study["study_uid"], "113037")
        room.send(accession)
