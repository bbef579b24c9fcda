"""The reference repair: the trigger, then the two exams that it missed."""


def solve(seat):
    """Let the steps complete their orders again, and complete what ended meanwhile."""
    seat.ris.set("mpps.complete_by", "mpps")
    for step in seat.ris.mpps():
        for accession in step["accessions"]:
            running = seat.ris.order(accession)["status"] == "in progress"
            if running and step["status"] == "COMPLETED":
                seat.ris.change(accession, event="complete")
