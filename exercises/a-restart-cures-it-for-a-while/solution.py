"""The reference repair: two limits that defend the archive, the places freed, then the queue."""


def solve(seat):
    """Set the idle timeout back, limit the one caller, end what it kept, send what waits."""
    guilty = seat.given.guilty
    usual = seat.archive.settings().one(key="dicom.idle_timeout")["default"]
    seat.archive.set("dicom.idle_timeout", usual)
    seat.archive.change_node(guilty, max_associations=2)
    for row in seat.archive.call("GET", "/associations"):
        if row["calling"] == guilty:
            seat.archive.call("DELETE", f"/associations/{row['number']}")
    seat.modality(seat.given.device).send()
