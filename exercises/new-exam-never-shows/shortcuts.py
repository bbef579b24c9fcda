"""Plausible wrong repairs; each of them must fail."""


def schedule_only_these(seat):
    """Schedule the two orders by hand; the next one will be lost as well."""
    given = seat.given
    for accession in given.accessions:
        facts = {"modality": given.modality, "station_ae": given.device}
        seat.ris.change(accession, protocol=given.protocol, event="schedule", **facts)


def add_the_row_only(seat):
    """Add the row and let the two patients wait."""
    given = seat.given
    row = {"modality": given.modality, "station_ae": given.device, "protocol": given.protocol}
    seat.ris.map(given.code, **row)


def order_something_known(seat):
    """Place new orders under a code that the table has."""
    for person in (seat.given.one, seat.given.two):
        who = {"patient_id": person["mrn"], "patient_name": person["name"]}
        seat.ris.place(code=seat.given.old_code, patient=who)
