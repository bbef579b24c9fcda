"""The reference repair: make the table true, then let the archive go by it."""


def solve(seat):
    """Correct what the table has wrong, register who is missing, close the door."""
    known = {node["ae"]: node for node in seat.archive.nodes()}
    for device in seat.fleet.devices():
        title = device["settings"]["ae_title"]
        place = seat.fleet.device(device["name"]).facts
        if title not in known:
            facts = {"description": device["name"], "rights": ["echo", "store"]}
            seat.archive.add_node(title, place["host"], place["port"], **facts)
        elif known[title]["host"] != place["host"]:
            seat.archive.change_node(title, host=place["host"])
    seat.archive.set("dicom.check_calling_ae", True)
    seat.archive.set("dicom.check_host", True)
