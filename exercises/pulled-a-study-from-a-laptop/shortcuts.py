"""Plausible wrong repairs; each of them must fail."""

from exercises.engine import only_when


def _correct(seat):
    host = seat.fleet.device(seat.given.moved).facts["host"]
    seat.archive.change_node(seat.given.moved, host=host)


def check_names_only(seat):
    """Demand a known name: the next tester calls the laptop WS1."""
    seat.archive.set("dicom.check_calling_ae", True)


def close_the_door_and_go(seat):
    """Switch both checks on; one device after the other drops out."""
    seat.archive.set("dicom.check_calling_ae", True)
    seat.archive.set("dicom.check_host", True)


@only_when("caller-unchecked")
def give_the_newcomer_every_right(seat):
    """Register the new device with every right there is."""
    _correct(seat)
    place = seat.modality(seat.given.room).facts
    seat.archive.add_node(seat.given.newcomer, place["host"], place["port"])
    seat.archive.set("dicom.check_calling_ae", True)
    seat.archive.set("dicom.check_host", True)


def demand_a_password_of_everybody(seat):
    """Demand a user of every association, which no device has."""
    seat.archive.set("dicom.user_identity", "required")


def take_rights_from_the_workstation(seat):
    """Take from WS1 what the laptop used: the reader sits in front of an empty screen."""
    _correct(seat)
    seat.archive.change_node("WS1", rights=["echo"])
    seat.archive.set("dicom.check_calling_ae", True)
    seat.archive.set("dicom.check_host", True)
