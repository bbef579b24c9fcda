"""The reference repair: the one place where question and answer do not fit."""


def solve(seat):
    """Repair what this variant broke, then query as the device."""
    given, device = seat.given, seat.modality(seat.given.device)
    if given.cause == "device-key":
        device.set("worklist.station_ae", given.device)
    elif given.cause == "modality-key":
        device.set("worklist.modality", given.modality)
    elif given.cause == "called-title":
        device.set("ris.ae", seat.ris.peer.ae)
    elif given.cause == "wrong-port":
        device.set("ris.port", seat.ris.peer.port)
    elif given.cause == "not-authorised":
        seat.ris.device(given.device, worklist=True)
    elif given.cause == "ris-mapping":
        _map(seat)
    else:
        seat.ris.set("worklist.times", "local")
        seat.ris.set("worklist.timezone", "+0000")
    device.worklist()


def _map(seat):
    """Correct the table for the next orders, and move those that wait."""
    given = seat.given
    seat.ris.map(given.code, station_ae=given.device)
    for accession in given.accessions:
        seat.ris.change(accession, station_ae=given.device)
