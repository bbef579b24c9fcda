"""Plausible wrong repairs; each of them must fail, whatever the cause is."""


def ask_for_every_station(seat):
    """Remove the station from the device's query: other rooms' patients show, if anything does."""
    seat.modality(seat.given.device).set("worklist.station_ae", "")


def borrow_the_neighbours_title(seat):
    """Call the device what another one is called, which gets its list."""
    seat.modality(seat.given.device).set("ae_title", seat.given.neighbour)


def order_them_again(seat):
    """Place the three orders once more: the first ones stay open, and invisible."""
    given = seat.given
    for person in (given.one, given.two, given.three):
        patient = {"patient_id": person["mrn"], "patient_name": person["name"]}
        patient |= {"birth_date": person["birth_date"], "sex": person["sex"]}
        seat.ris.place(code=given.code, patient=patient, station_ae=given.device)


def let_the_device_call_the_archive(seat):
    """Ask the archive for the worklist instead."""
    device, archive = seat.modality(seat.given.device), seat.archive.peer
    device.set("ris.ae", archive.ae)
    device.set("ris.port", archive.port)
