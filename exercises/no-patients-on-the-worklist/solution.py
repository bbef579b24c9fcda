"""The reference repair: whichever side names another station."""


def solve(seat):
    """Correct the device's key, or the RIS's mapping and the orders that wait."""
    given = seat.given
    device = seat.modality(given.device)
    if device.settings["worklist.station_ae"] != given.device:
        device.set("worklist.station_ae", given.device)
    if seat.ris.mapping().one(code=given.code)["station_ae"] != given.device:
        seat.ris.map(given.code, station_ae=given.device)
        for accession in given.accessions:
            seat.ris.change(accession, station_ae=given.device)
    device.worklist()
