"""Passwords: policy, history, age, forced change; tokens and sessions; weak and shared accounts."""

from __future__ import annotations

from datetime import timedelta

import pytest

from simulator.archive import access_review
from simulator.archive.users import Users
from simulator.clock import ClockKeeper
from simulator.errors import RefusedError, UsageError
from simulator.web import NOBODY
from tests.archive.support import Lab

PASSWORD = "long enough 1"


@pytest.fixture
def users(lab: Lab) -> Users:
    lab.archive.users.add({"name": "eva", "role": "qc"}, PASSWORD, "test")
    return lab.archive.users


def later(users: Users, days: int) -> None:
    assert isinstance(users.clock, ClockKeeper)
    users.clock.jump(users.clock.now() + timedelta(days=days))


def test_the_policy_says_what_a_password_lacks(users: Users) -> None:
    users.settings.set("password.classes", 3)
    with pytest.raises(UsageError, match="fewer than 3 kinds"):
        users.set_password("eva", "only small letters", "test")
    with pytest.raises(UsageError, match="common one"):
        users.set_password("eva", "Changeme123", "test")
    users.settings.set("login.min_password", 4)
    users.settings.set("password.classes", 1)
    with pytest.raises(UsageError, match="user's name"):
        users.set_password("eva", "eva123", "test")


def test_ones_own_old_passwords_are_refused(users: Users) -> None:
    users.settings.set("password.history", 2)
    for password in ("second one 2", "third one 3"):
        users.set_password("eva", password, "eva")
    for password in ("second one 2", "third one 3"):
        with pytest.raises(UsageError, match="one of the last 2"):
            users.set_password("eva", password, "eva")
    users.set_password("eva", PASSWORD, "eva")  # the third last: fine again
    users.set_password("eva", PASSWORD, "help desk")  # who does not know what it was
    users.login("eva", PASSWORD)


def test_a_forced_change_lets_one_do_nothing_else(users: Users) -> None:
    users.set_password("eva", "from the desk 1", "desk", must_change=True)
    who = users.principal(users.login("eva", "from the desk 1"))
    assert (who.name, who.rights) == ("eva", frozenset())
    users.set_password("eva", "my own choice 2", "eva")
    assert "study.edit" in users.principal(users.login("eva", "my own choice 2")).rights


def test_a_person_changes_an_old_password_a_service_is_locked_out(users: Users) -> None:
    users.add({"name": "device", "role": "service", "kind": "service"}, PASSWORD, "test")
    users.settings.set("password.max_age_days", 30)
    later(users, 31)
    assert users.principal(users.login("eva", PASSWORD)).rights == frozenset()
    users.login("device", PASSWORD)  # the rule for persons is not its own
    users.settings.set("password.service_max_age_days", 30)
    with pytest.raises(RefusedError, match="its password has expired"):
        users.login("device", PASSWORD)
    users.set_password("device", "rotated in both 1", "test")
    users.login("device", "rotated in both 1")


def test_an_account_ends_in_hospital_time(users: Users) -> None:
    token = users.login("eva", PASSWORD)
    users.change("eva", {"expires": "2026-03-09"}, "test")
    assert users.principal(token).name == "eva"
    later(users, 8)
    assert users.get("eva")["state"] == "expired"
    assert users.principal(token) is NOBODY and users.rights("eva") == frozenset()
    with pytest.raises(RefusedError, match="eva is expired"):
        users.login("eva", PASSWORD)
    for bad in ("tomorrow", "2026-13-01", "2026-03-09T00:00:00+01:00"):
        with pytest.raises(UsageError, match="not a date"):
            users.change("eva", {"expires": bad}, "test")


def test_api_tokens_die_with_the_account(users: Users) -> None:
    token = users.issue_token("eva", "nightly report", "test")
    assert "study.edit" in users.principal(token).rights
    (row,) = users.sessions.all("eva")
    assert (row["kind"], row["purpose"]) == ("token", "nightly report")
    assert token not in str(row)
    users.change("eva", {"status": "disabled"}, "test")
    assert users.principal(token) is NOBODY and users.sessions.all("eva") == []
    with pytest.raises(RefusedError, match="not active"):
        users.issue_token("eva", "again", "test")


def test_where_disabling_does_not_revoke_tokens_they_live_on_until_ended(users: Users) -> None:
    """Catalogue H3: some products are like that, ours when told to be."""
    users.settings.set("login.revoke_on_disable", False)
    token = users.issue_token("eva", "script", "test")
    users.change("eva", {"status": "disabled"}, "test")
    assert users.principal(token).name == "eva"
    (row,) = users.sessions.all("eva")
    users.sessions.end(row["number"])
    assert users.principal(token) is NOBODY
    with pytest.raises(RefusedError):
        users.sessions.end(row["number"])


def test_weak_passwords_are_found_and_said_without_naming_them(users: Users) -> None:
    users.settings.set("login.min_password", 4)
    users.settings.set("password.refuse_common", False)
    users.add({"name": "scanner", "kind": "service", "role": "service"}, "scanner", "test")
    users.add({"name": "erview", "kind": "shared"}, "changeme", "test")
    found = {row["name"]: row["why"] for row in access_review.weak_passwords(users)}
    assert found == {
        "scanner": "its own user name", "erview": "a default or common password"
    }  # fmt: skip


def test_shared_accounts_show_by_two_places_at_once(users: Users, lab: Lab) -> None:
    users.add({"name": "erview", "kind": "shared"}, "", "test")
    users.login("eva", PASSWORD, "127.0.1.9")
    users.login("eva", PASSWORD, "127.0.1.12")
    found = {row["name"]: row["why"] for row in access_review.shared(users, lab.told("login"))}
    assert found["erview"] == ["is kept as a shared account"]
    assert found["eva"] == ["logged in at 127.0.1.9 and 127.0.1.12 within minutes"]


def test_the_review_says_who_what_when_and_why(users: Users) -> None:
    users.add({"name": "old", "kind": "service", "role": "service"}, "", "test")
    users.login("eva", PASSWORD)
    users.change("eva", {"reason": "=HYPERLINK(1)"}, "test")
    later(users, 100)
    rows = {row["name"]: row for row in access_review.review(users)}
    assert rows["eva"]["days_unused"] == 100 and "not used for 90 days" in rows["eva"]["questions"]
    assert "a service account that never expires" in rows["old"]["questions"]
    assert "study.edit" in rows["eva"]["rights"]
    text = access_review.as_csv(list(rows.values()))
    assert text.startswith("name,full_name,") and "'=HYPERLINK" in text
