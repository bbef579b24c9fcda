"""What must be so again, whichever door was shut."""

from exercises.engine import logged_in, points, rights_of
from simulator.errors import RefusedError


@points(4)
def check_the_person_gets_at_the_study_by_both_ways(seat):
    """The person sees the study at the desk and may do no more; the workstation finds it, too."""
    given = seat.given
    with logged_in(seat, given.user, given.password) as person:
        rights = rights_of(person)
        assert rights == {"study.read"}, (
            f"{given.user} may {', '.join(sorted(rights)) or 'nothing'}. Expected: study.read."
        )
        uids = {row["study_uid"] for row in person.archive.studies()}
    assert given.study["study_uid"] in uids, (
        f"{given.user} sees {len(uids)} studies, and not that of {given.study['patient_id']}."
    )
    _workstation_finds_it(seat)


@points(1, after=check_the_person_gets_at_the_study_by_both_ways)
def check_it_is_by_the_usual_way(seat):
    """The right comes from the group, and the machine's account still has an end."""
    given = seat.given
    meant = {row["name"]: row["value"] for row in seat.directory.show()["map"]}
    assert meant.get(given.group) == "viewer", f"{given.group} means nothing. Expected: viewer."
    groups = {row["user"]: row["groups"] for row in seat.directory.people()}[given.user]
    assert sorted(groups) == sorted(["GRP-STAFF", given.group]), (
        f"{given.user} is in {', '.join(groups)}. Expected: GRP-STAFF and {given.group}."
    )
    robot = seat.users.show(given.robot)
    now = seat.clock.now()
    last = now.replace(year=now.year + 1).isoformat()
    assert now.isoformat() < robot["expires"] <= last, (
        f"{given.robot} may be used until '{robot['expires']}'. Expected: an end within a year."
    )


def _workstation_finds_it(seat):
    given, station = seat.given, seat.workstation(seat.given.station)
    user = station.settings["archive.user"]
    assert user == given.robot, f"{given.station} calls as '{user}'. Expected: {given.robot}."
    try:
        found = station.find(PatientID=given.study["patient_id"])
    except RefusedError as error:
        raise AssertionError(f"{given.station} searched: {error} Expected: an answer.") from error
    assert len(found), (
        f"{given.station} searched for {given.study['patient_id']} and found nothing."
    )
