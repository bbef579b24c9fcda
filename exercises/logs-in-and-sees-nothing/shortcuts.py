"""Plausible wrong repairs; each of them must fail."""


def give_everybody_a_default_role(seat):
    """Let everybody in the directory look: the house technology, too."""
    seat.archive.set("directory.default_role", "viewer")
    seat.directory.sync()


def map_the_group_of_all_staff(seat):
    """Map the group that nearly everybody is in."""
    seat.directory.map_group("GRP-STAFF", "viewer")
    seat.directory.sync()


def change_the_three_accounts(seat):
    """Give each account a role by hand: gone with the next log-in."""
    for name in seat.given.users:
        seat.users.change(name, role="viewer")


def map_it_to_radiologist(seat):
    """Map the group to a role that may more than look."""
    seat.directory.map_group(seat.given.group, "radiologist")
    seat.directory.sync()


def move_them_to_surgery(seat):
    """Put the three into a group that works, in the directory."""
    for name in seat.given.users:
        seat.directory.change(name, groups=["GRP-SURGERY"])
    seat.directory.sync()
