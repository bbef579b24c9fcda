"""Plausible wrong repairs; each of them must fail."""


def switch_the_check_off(seat):
    """Let the archive accept whatever it is called."""
    seat.archive.set("dicom.check_called_ae", False)
    seat.modality(seat.given.device).send()


def rename_the_archive(seat):
    """Give the archive the name this one device calls: the others are cut off then."""
    seat.archive.set("dicom.ae_title", seat.given.wrong)
    seat.modality(seat.given.device).send()


def register_the_wrong_name(seat):
    """Enter the misspelt title in the node table, where it does not help."""
    seat.archive.add_node(seat.given.wrong, "127.0.0.1", 0)
    seat.modality(seat.given.device).send()


def repair_but_forget_the_exam(seat):
    """Correct the name and leave the exam in the queue."""
    seat.modality(seat.given.device).set("archive.ae", "PACSLAB")
