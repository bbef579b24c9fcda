"""Plausible wrong repairs; each of them must fail."""


def add_a_second_entry(seat):
    """Enter the right address under another title: the device does not answer to that."""
    name, place = seat.given.device, seat.modality(seat.given.device).facts
    seat.archive.add_node(f"{name}_NEW", place["host"], place["port"], rights=["echo"])
    seat.archive.move(seat.given.study["study_uid"], f"{name}_NEW")


def give_the_device_its_old_address(seat):
    """Type the table's address at the network: now two lists are wrong."""
    node = seat.archive.nodes().one(ae=seat.given.device)
    seat.network.set(seat.given.device, address=node["host"])
    seat.archive.move(seat.given.study["study_uid"], seat.given.device)


def send_it_somewhere_else(seat):
    """Push the study to a workstation, where nobody needs it."""
    seat.archive.move(seat.given.study["study_uid"], "WS1")


def repair_but_forget_the_study(seat):
    """Correct the entry and push nothing."""
    place = seat.modality(seat.given.device).facts
    seat.archive.change_node(seat.given.device, host=place["host"], port=place["port"])
