"""Lists people bring: bulk import line by line, and the personnel office's joiners and leavers."""

from __future__ import annotations

import pytest

from simulator.archive import personnel
from simulator.archive.account_import import import_accounts
from simulator.archive.users import Users
from simulator.errors import RefusedError, UsageError
from tests.archive.support import Lab

HEAD = "name,full_name,role,department,number,labels\n"


@pytest.fixture
def users(lab: Lab) -> Users:
    return lab.archive.users


def lines(count: int) -> list[str]:
    return [f"u{n},Person {n},viewer,Ward {n % 7},P{n}," for n in range(count)]


def test_one_bad_line_in_500_is_named_and_nothing_is_done(users: Users) -> None:
    rows = lines(500)
    rows[320] = "u320,Person 320,king,Ward 5,P320,"
    before = users.all()
    done = import_accounts(users, HEAD + "\n".join(rows), "test", dry_run=False)
    assert (done["applied"], done["good"], done["bad"]) == (False, 499, 1)
    (bad,) = [row for row in done["lines"] if not row["ok"]]
    assert bad["line"] == 322 and "There is no role 'king'" in bad["what"]
    assert users.all() == before


def test_a_dry_run_does_nothing_a_real_one_everything(users: Users, lab: Lab) -> None:
    text = HEAD + "\n".join(lines(40))
    assert import_accounts(users, text, "test", dry_run=True)["good"] == 40
    assert len(users.all()) == 1
    assert import_accounts(users, text, "test", dry_run=False)["applied"]
    assert len(users.all()) == 41
    assert len(lab.told("user.added")) == 41  # the administrator's too
    again = import_accounts(users, text, "test", dry_run=False)
    assert (again["applied"], again["bad"]) == (False, 40)


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("a b,X,viewer,,,", "not a user name"),
        (",X,viewer,,,", "'name' is empty"),
        ("x,X,viewer,,", "has 5 cells, the heading 6"),
        ("pacsadmin,X,viewer,,,", "there is a user"),
        ("x,X,viewer,,,Cardiology", "no label 'Cardiology'"),
        ('x,"X', "cells"),
    ],
)
def test_lines_that_are_bad(users: Users, line: str, why: str) -> None:
    done = import_accounts(users, HEAD + line, "test", dry_run=False)
    assert not done["applied"] and why in done["lines"][0]["what"]


@pytest.mark.parametrize("head", ["", "name\n", "name,full_name,role,shoe\n", "name,name,role\n"])
def test_headings_that_are_wrong(users: Users, head: str) -> None:
    with pytest.raises(UsageError, match="heading"):
        import_accounts(users, head + "x,y,viewer", "test", dry_run=True)


def test_semicolons_and_a_byte_order_mark_are_read(users: Users) -> None:
    text = "\ufeffname;full_name;role\nx;Müller, Jörg;viewer\n"
    assert import_accounts(users, text, "test", dry_run=False)["applied"]
    assert users.get("x")["full_name"] == "Müller, Jörg"


# --- the personnel office -------------------------------------------------------------------------

LIST = """number,name,full_name,department,role,start,end
P1,anna,Anna Stay,Radiology,radiologist,,
P2,ben,Ben Gone,Radiology,technologist,,2026-02-28
P3,cleo,Cleo Moved,Billing,viewer,,
P4,dora,Dora New,Radiology,technologist,2026-03-01,
P5,emil,Emil Later,Radiology,technologist,2026-04-01,
P6,ben.card,Ben Gone,Cardiology,viewer,,
P7,fred,Fred Back,Radiology,viewer,,
"""


@pytest.fixture
def staffed(users: Users) -> Users:
    for name, full_name, number, role in (
        ("anna", "Anna Stay", "P1", "radiologist"),
        ("ben", "Ben Gone", "P2", "technologist"),
        ("cleo", "Cleo Moved", "P3", "qc"),
        ("ben.card", "Ben Gone", "P6", "viewer"),
        ("fred", "Fred Back", "", "viewer"),
        ("ghost", "Not Known", "P9", "viewer"),
    ):
        department = "Cardiology" if name == "ben.card" else "Radiology"
        facts = {"name": name, "full_name": full_name, "number": number, "role": role}
        users.add({**facts, "department": department}, "", "test")
    users.change("fred", {"status": "disabled"}, "test")
    users.add({"name": "gateway", "role": "service", "kind": "service"}, "", "test")
    return users


def found(done: dict[str, object]) -> set[tuple[str, str]]:
    return {(row["what"], row["user"]) for row in done["findings"]}  # type: ignore[attr-defined]


def test_joiners_movers_leavers_and_traps(staffed: Users) -> None:
    done = personnel.compare(staffed, LIST)
    assert done["bad"] == []
    assert found(done) == {
        ("leaver", "ben"), ("mover", "cleo"), ("joiner", "dora"), ("returner", "fred"),
        ("unknown", "ghost"), ("namesake", "ben, ben.card"),
    }  # fmt: skip
    before = staffed.all()
    assert personnel.compare(staffed, LIST) == done and staffed.all() == before


def test_applying_does_what_is_certain_and_leaves_the_rest(staffed: Users, lab: Lab) -> None:
    assert personnel.apply(staffed, LIST, "test")["applied"]
    assert staffed.get("ben")["status"] == "disabled" and "left" in staffed.get("ben")["note"]
    assert staffed.get("ben.card")["status"] == "active"  # a namesake
    moved = staffed.get("cleo")
    assert (moved["role"], moved["department"]) == ("viewer", "Billing")  # the old role is gone
    assert staffed.get("dora")["role"] == "technologist"
    assert (
        staffed.get("ghost")["status"] == "active" and staffed.get("gateway")["state"] == "active"
    )
    assert found(personnel.compare(staffed, LIST)) == {
        ("returner", "fred"), ("unknown", "ghost"), ("namesake", "ben, ben.card")
    }  # fmt: skip
    assert any("role of cleo" in entry.text for entry in lab.told("user.changed"))


def test_a_bad_line_keeps_everything_as_it_was(staffed: Users) -> None:
    text = LIST + "P1,else,Some Body,Radiology,viewer,,\nP8,gus,Gus,Radiology,viewer,,soon\n"
    before = staffed.all()
    done = personnel.apply(staffed, text, "test")
    assert not done["applied"] and [row["line"] for row in done["bad"]] == [9, 10]
    assert staffed.all() == before


def test_a_list_cannot_close_the_last_administrator(users: Users) -> None:
    text = "number,name,full_name,department,end\nP1,pacsadmin,Adm,Radiology,2026-01-01\n"
    with pytest.raises(RefusedError, match="last active PACS administrator"):
        personnel.apply(users, text, "test")
    assert users.get("pacsadmin")["status"] == "active"
