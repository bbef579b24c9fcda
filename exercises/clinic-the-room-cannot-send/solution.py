"""The reference repair: the one part of the way that is broken, then the queue."""


def solve(seat):
    """Repair what this variant broke, verify, send what waits."""
    repairs = {
        "called-title": _type_the_title,
        "node-title": _correct_the_entry,
        "caller-unknown": _enter_it_again,
        "no-right": _give_the_right_back,
        "wrong-port": _type_the_port,
        "vlan": _plug_it_in,
        "firewall": _exempt_the_images,
        "association-limit": _raise_the_limit,
        "archive-full": _clear_the_logs,
    }
    repairs[seat.given.cause](seat, seat.given.device)
    seat.modality(seat.given.device).echo()
    seat.modality(seat.given.device).send()


def _type_the_title(seat, device):
    seat.modality(device).set("archive.ae", seat.archive.peer.ae)


def _correct_the_entry(seat, device):
    seat.archive.change_node(seat.given.entered, ae=device)


def _enter_it_again(seat, device):
    place = seat.modality(device).facts
    seat.archive.add_node(device, place["host"], place["port"], rights=_usual(seat))


def _give_the_right_back(seat, device):
    seat.archive.change_node(device, rights=_usual(seat))


def _usual(seat):
    return list(seat.archive.nodes().one(ae=seat.given.neighbour)["rights"])


def _type_the_port(seat, device):
    seat.modality(device).set("archive.port", seat.archive.peer.port)


def _plug_it_in(seat, device):
    seat.network.set(device, vlan=10)


def _exempt_the_images(seat, device):
    inspection = seat.network.rules().one(name=seat.given.rule)
    seat.network.remove_rule(seat.given.rule)
    seat.network.set_rule(f"{device}-archive", source=device, target="archive", action="allow")
    seat.network.set_rule(**inspection)


def _raise_the_limit(seat, device):
    usual = seat.archive.settings().one(key="dicom.max_associations")["default"]
    seat.archive.set("dicom.max_associations", usual)


def _clear_the_logs(seat, device):
    seat.storage.clear("ONLINE1", "logs")
