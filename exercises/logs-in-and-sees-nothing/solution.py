"""The reference repair: one line in the map, under the directory's own name."""


def solve(seat):
    """Map the group, forget the misspelt one, let the accounts follow."""
    given = seat.given
    seat.directory.map_group(given.group, "viewer")
    if any(row["name"] == given.typo for row in seat.directory.show()["map"]):
        seat.directory.unmap_group(given.typo)
    seat.directory.sync()
