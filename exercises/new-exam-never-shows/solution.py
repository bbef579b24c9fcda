"""The reference repair: the row, then the messages that came before it."""


def solve(seat):
    """Add the procedure and process the orders that wait once more."""
    given = seat.given
    row = {"modality": given.modality, "station_ae": given.device, "protocol": given.protocol}
    seat.ris.map(given.code, **row)
    for accession in given.accessions:
        came = seat.ris.messages(accession=accession, state="accepted", kind="ORM^O01")
        seat.ris.replay(next(row for row in came if row["direction"] == "in")["number"])
