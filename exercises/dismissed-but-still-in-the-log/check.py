"""What must be so before nothing of the account works any more, and everything else does."""

from exercises.engine import points, web_status


@points(3)
def check_nothing_of_the_account_works(seat):
    """Nothing that was handed out in the name of the account is of any use."""
    given = seat.given
    name = given.leaver["name"]
    open_still = [f"{row['kind']} {row['purpose']}".strip() for row in seat.users.sessions(name)]
    assert not open_still, (
        f"Of {name} there are open: {', '.join(open_still)}. They outlive the account."
    )
    status = web_status(seat, name, given.password, "/studies?limit=1")
    assert status in (401, 403), (
        f"A viewer asked as {name} for studies. The answer was {status}, expected 401 or 403."
    )


@points(2)
def check_the_next_one_is_out_at_once(seat):
    """Whoever is disabled from now on loses sessions and tokens in the same moment."""
    found = seat.archive.setting("login.revoke_on_disable")
    assert found is True, f"login.revoke_on_disable is {found}. Expected: True."


@points(1)
def check_only_this_account_was_touched(seat):
    """The account's sessions are gone, and the nightly copy's token is not."""
    given = seat.given
    mine = list(seat.users.sessions(given.leaver["name"]))
    kept = [row for row in seat.users.sessions(given.robot) if row["purpose"] == "nightly copy"]
    assert kept and not mine, (
        f"{given.leaver['name']} has {len(mine)} open, {given.robot} has {len(kept)} for its "
        "nightly copy. Expected: none, and one."
    )
