"""Plausible wrong repairs; each of them must fail."""


def send_the_exams_again(seat):
    """Believe that it was the network, and send everything once more."""
    for accession in _lost(seat):
        seat.modality(seat.given.room).send(accession)


def set_the_console_alone(seat):
    """See to it that the next exam is complete, and forget the ones before."""
    _count_alone(seat)


def send_them_beside_what_is_left(seat):
    """Send the exams with new UIDs, and leave what had arrived of them."""
    _count_alone(seat)
    send_the_exams_again(seat)


def repair_the_exam_of_the_ticket_alone(seat):
    """Do everything right, for one of the two patients."""
    _count_alone(seat)
    _replace(seat, seat.given.first)


def let_the_newer_copy_win(seat):
    """Have the archive take what is sent last."""
    seat.archive.set("store.duplicates", "replace")
    send_the_exams_again(seat)


def set_the_other_console(seat):
    """Change the console that had the number first."""
    seat.modality(seat.given.twin).set("uids.counted_from", "automatic")
    for accession in _lost(seat):
        _replace(seat, accession)


def _lost(seat):
    return seat.given.first, seat.given.second


def _count_alone(seat):
    seat.modality(seat.given.room).set("uids.counted_from", "automatic")


def _replace(seat, accession):
    for study in seat.archive.studies(accession=accession):
        seat.fixup.reject(study["study_uid"], "113037")
    seat.modality(seat.given.room).send(accession)
