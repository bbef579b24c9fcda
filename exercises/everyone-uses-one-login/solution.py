"""The reference repair: an account for each person and the device, then close the shared one."""


def solve(seat):
    """Open what is needed first, so that nobody stands in front of a closed door."""
    given = seat.given
    for name, person, role in zip(
        given.users,
        (given.one, given.two, given.three),
        ("viewer", "technologist", "viewer"),
        strict=True,
    ):
        facts = {"full_name": person["plain"], "department": "Emergency", "must_change": True}
        seat.users.add(name, role=role, password=f"letter {person['mrn']} x", **facts)
    passcode = f"only for {given.device} {given.number}"
    seat.users.add(given.robot, role="service", kind="service", password=passcode)
    device = seat.modality(given.device)
    device.set("archive.user", given.robot)
    device.set("archive.passcode", passcode)
    seat.users.disable(given.shared, note="shared by the unit; everybody has an account now")
    device.echo()
