"""The reference repair: the code at the side that is wrong."""


def solve(seat):
    """Correct the device's key, or the table and the orders that wait."""
    given = seat.given
    device = seat.modality(given.device)
    if device.settings["worklist.modality"] != given.right:
        device.set("worklist.modality", given.right)
    if seat.ris.mapping().one(code=given.code)["modality"] != given.right:
        seat.ris.map(given.code, modality=given.right)
        for accession in given.accessions:
            seat.ris.change(accession, modality=given.right)
    device.worklist()
