"""Plausible wrong repairs; each of them must fail."""


def allow_keys_of_any_level(seat):
    """Let keys be combined as one likes: another option of queries."""
    seat.archive.set("query.relational", "always")


def let_everybody_in(seat):
    """Offer the model, and do not look any more who calls."""
    seat.archive.set("query.patient_root", True)
    seat.archive.set("dicom.check_calling_ae", False)


def pass_over_bad_values(seat):
    """Be lenient about what stands in a query."""
    seat.archive.set("query.invalid_values", "ignore")


def ask_by_the_other_model(seat):
    """Show that the study is found by Study Root, and close the ticket."""
    seat.archive.find("STUDY", PatientID=seat.given.study["patient_id"])
