"""Accounts: logging in, being locked out, rights that end when they should."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select, text

from simulator.archive import tables as t
from simulator.archive.users import ROLES, Users
from simulator.errors import RefusedError, UsageError
from simulator.web import NOBODY
from tests.archive.support import ADMIN, Lab

PASSWORD = "long enough 1"


@pytest.fixture
def users(lab: Lab) -> Users:
    lab.archive.users.add({"name": "eva", "role": "qc"}, PASSWORD, "test")
    return lab.archive.users


def refused(call: Any, *arguments: Any) -> RefusedError:
    with pytest.raises(RefusedError) as error:
        call(*arguments)
    return error.value


def test_a_token_carries_the_rights_of_the_role(users: Users) -> None:
    who = users.principal(users.login("eva", PASSWORD))
    assert (who.name, who.rights) == ("eva", frozenset(ROLES["qc"][1]))
    users.change("eva", {"role": "viewer"}, "test")
    assert users.principal(who.token).rights == {"study.read"}  # at once, on the open session too
    users.logout(who.token)
    assert users.principal(who.token) is NOBODY
    assert users.principal("made up") is NOBODY


def test_wrong_name_and_wrong_password_look_alike(users: Users) -> None:
    errors = [refused(users.login, *pair) for pair in [("eva", "wrong"), ("nobody", "wrong")]]
    assert {(e.sentence, e.remedy, e.http_status) for e in errors} == {
        ("User name or password is wrong.", "Check both and try again.", 401)
    }


def test_an_unknown_user_is_hashed_like_a_known_one(
    users: Users, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else the answer's speed would tell who has an account."""
    checked: list[str] = []
    verify = Users._verified

    def counted(self: Users, hashed: str, password: str) -> bool:
        checked.append(hashed)
        return verify(self, hashed, password)

    monkeypatch.setattr(Users, "_verified", counted)
    for name in ("eva", "nobody"):
        refused(users.login, name, "wrong password")
    assert len(checked) == 2 and all(hashed.startswith("$argon2") for hashed in checked)


def test_the_log_says_why(users: Users, lab: Lab) -> None:
    refused(users.login, "eva", "wrong", "127.0.0.9")
    refused(users.login, "nobody", "wrong", "127.0.0.9")
    refused(users.login, "x\ny", "wrong", "127.0.0.9")
    entries = lab.told("login.failed")
    assert [entry.text for entry in entries] == [
        "log-in as eva failed: wrong password",
        "log-in as nobody failed: unknown user",
        "log-in as ? failed: unknown user",
    ]
    assert entries[0].facts == {"user": "eva", "by": "eva", "host": "127.0.0.9"}


def test_locked_after_so_many_wrong_passwords(users: Users, lab: Lab) -> None:
    token = users.login("eva", PASSWORD)
    users.settings.set("login.max_failures", 3)
    refused(users.login, "eva", "wrong")
    users.login("eva", PASSWORD)  # a right one starts the count again
    for _ in range(3):
        refused(users.login, "eva", "wrong")
    assert users.get("eva")["status"] == "locked"
    assert lab.told("user.locked")[0].text == "eva was locked after 3 wrong passwords"
    locked = refused(users.login, "eva", PASSWORD)
    assert (locked.sentence, locked.http_status) == ("The account eva is locked.", 403)
    assert users.principal(token) is NOBODY
    users.change("eva", {"status": "active"}, "test")
    assert users.get("eva")["failures"] == 0
    users.login("eva", PASSWORD)


def test_no_lockout_where_it_is_off(users: Users) -> None:
    users.settings.set("login.lockout", False)
    users.settings.set("login.max_failures", 1)
    refused(users.login, "eva", "wrong")
    users.login("eva", PASSWORD)


def test_tokens_die_with_the_account(users: Users) -> None:
    for end in (
        lambda: users.change("eva", {"status": "disabled"}, "test"),
        lambda: users.set_password("eva", "another long one", "test"),
        lambda: users.remove("eva", "test"),
    ):
        users.change("eva", {"status": "active"}, "test")
        users.set_password("eva", PASSWORD, "test")
        token = users.login("eva", PASSWORD)
        assert users.principal(token).name == "eva"
        end()
        assert users.principal(token) is NOBODY
    users.add({"name": "eva"}, PASSWORD, "test")  # a namesake does not inherit the session
    assert users.principal(token) is NOBODY


def test_a_disabled_account_cannot_log_in_but_keeps_its_token_dead_when_back(users: Users) -> None:
    token = users.login("eva", PASSWORD)
    users.change("eva", {"status": "disabled"}, "test")
    assert refused(users.login, "eva", PASSWORD).http_status == 403
    users.change("eva", {"status": "active"}, "test")
    assert users.principal(token) is NOBODY


def test_a_session_ends_by_time(users: Users, lab: Lab) -> None:
    token = users.login("eva", PASSWORD)
    with lab.archive.database.write() as db:
        db.execute(text("update sessions set expires = 1"))
    assert users.principal(token) is NOBODY


def test_the_table_holds_hashes_only(users: Users, lab: Lab) -> None:
    token = users.login("eva", PASSWORD)
    with lab.archive.database.read() as db:
        hashed = db.execute(select(t.users.c.password).where(t.users.c.name == "eva")).scalar_one()
        session = db.execute(select(t.sessions.c.digest)).scalar_one()
    assert hashed.startswith("$argon2id$") and PASSWORD not in hashed
    assert token not in session and len(session) == 64
    assert "password" not in users.get("eva") and users.get("eva")["has_password"]


def test_the_last_administrator_is_protected(users: Users) -> None:
    name = ADMIN[0]
    users.add({"name": "second", "role": "pacs_admin"}, "", "test")  # cannot log in: no help
    for attempt in (
        lambda: users.change(name, {"role": "viewer"}, "test"),
        lambda: users.change(name, {"status": "disabled"}, "test"),
        lambda: users.change(name, {"status": "locked"}, "test"),
        lambda: users.remove(name, "test"),
    ):
        assert refused(attempt).http_status == 409
    users.set_password("second", PASSWORD, "test")
    users.remove(name, "test")
    assert refused(users.remove, "second", "test").http_status == 409


def test_an_account_without_a_password_lets_nobody_in(users: Users) -> None:
    users.add({"name": "paper"}, "", "test")
    for password in ("", "anything at all"):
        assert refused(users.login, "paper", password).http_status == 401


@pytest.mark.parametrize("name", ["", " ", "a b", "x" * 65, "../x", "ä", "<b>", "a;b"])
def test_names_that_are_none(users: Users, name: str) -> None:
    with pytest.raises(UsageError, match="is not a user name"):
        users.add({"name": name}, PASSWORD, "test")


@pytest.mark.parametrize(
    "facts",
    [
        {"role": "king"},
        {"role": ["pacs_admin"]},
        {"status": "gone"},
        {"status": None},
        {"full_name": 5},
        {"note": {"a": 1}},
        {"must_change": "yes"},
        {"password": "$argon2id$..."},
        {"failures": 0},
        {"name": "other"},
    ],
)
def test_what_cannot_be_changed(users: Users, facts: dict[str, Any]) -> None:
    before = users.get("eva")
    with pytest.raises(UsageError):
        users.change("eva", facts, "test")
    assert users.get("eva") == before


def test_short_passwords_and_taken_names(users: Users) -> None:
    with pytest.raises(UsageError, match="too short"):
        users.set_password("eva", "short", "test")
    assert refused(users.add, {"name": "eva"}, PASSWORD, "test").http_status == 409
    assert refused(users.get, "nobody").http_status == 404
    assert refused(users.set_password, "nobody", PASSWORD, "test").http_status == 404
    assert refused(users.remove, "nobody", "test").http_status == 404
