"""Plausible wrong repairs; each of them must fail."""


def ask_for_every_station(seat):
    """Remove the station from the device's query: the emergency unit's patients show too."""
    seat.modality(seat.given.device).set("worklist.station_ae", "")


def follow_the_wrong_name(seat):
    """Make both sides use the wrong station, so that they agree again."""
    given = seat.given
    seat.modality(given.device).set("worklist.station_ae", given.stray)
    seat.ris.map(given.code, station_ae=given.stray)
    for accession in given.accessions:
        seat.ris.change(accession, station_ae=given.stray)


def move_only_one_patient(seat):
    """Help the first patient and leave the rest as it is."""
    given = seat.given
    asked = seat.modality(given.device).settings["worklist.station_ae"]
    seat.ris.change(given.first, station_ae=asked)


def take_the_emergency_patient_too(seat):
    """Repair everything, and pull the emergency unit's order over as well."""
    given = seat.given
    seat.modality(given.device).set("worklist.station_ae", given.device)
    seat.ris.map(given.code, station_ae=given.device)
    for accession in (*given.accessions, given.strange):
        seat.ris.change(accession, station_ae=given.device)
