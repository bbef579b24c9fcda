"""Roles: a matrix that can be edited, exported and held against a written policy."""

from __future__ import annotations

from typing import Any

import pytest

from simulator.archive import role_matrix
from simulator.archive.roles import ADMIN, RIGHTS, ROLES, Roles
from simulator.errors import RefusedError, UsageError
from tests.archive.support import Lab


@pytest.fixture
def roles(lab: Lab) -> Roles:
    return lab.archive.users.role_table


def test_every_right_of_every_role_is_one_there_is() -> None:
    for _, rights in ROLES.values():
        assert set(rights) <= set(RIGHTS)


def test_a_role_is_made_changed_and_removed(roles: Roles, lab: Lab) -> None:
    roles.put("nurse", {"rights": ["study.read"], "description": "Ward."}, "test")
    roles.put("nurse", {"rights": ["study.read", "node.read"]}, "test")
    assert roles.all()[-1]["rights"] == ["study.read", "node.read"]
    assert lab.told("role.changed")[-1].text == "test changed the role nurse: +node.read"
    lab.archive.users.add({"name": "nina", "role": "nurse"}, "", "test")
    with pytest.raises(RefusedError, match="in use"):
        roles.remove("nurse", "test")
    lab.archive.users.change("nina", {"role": "viewer"}, "test")
    roles.remove("nurse", "test")
    assert "nurse" not in roles.names()


@pytest.mark.parametrize(
    "changes",
    [
        {"rights": ["study.read", "study.fly"]},
        {"rights": "study.read"},
        {"rights": [1]},
        {"rights": None},
        {"description": 5},
        {"colour": "red"},
    ],
)
def test_what_no_role_can_be(roles: Roles, changes: dict[str, Any]) -> None:
    before = roles.all()
    with pytest.raises(UsageError):
        roles.put("viewer", changes, "test")
    assert roles.all() == before


@pytest.mark.parametrize("name", ["", "Two Words", "../x", "x" * 40, "9"])
def test_names_that_are_none(roles: Roles, name: str) -> None:
    with pytest.raises(UsageError, match="not a role's name"):
        roles.put(name, {"rights": []}, "test")


def test_the_administrator_keeps_every_right(roles: Roles, lab: Lab) -> None:
    with pytest.raises(RefusedError, match="always has every right"):
        roles.put(ADMIN, {"rights": ["study.read"]}, "test")
    with pytest.raises(RefusedError):
        roles.remove(ADMIN, "test")
    with lab.archive.database.write() as db:  # as in an archive of an older version
        db.exec_driver_sql("update roles set rights = '[]'")
    assert set(dict((r["name"], r["rights"]) for r in roles.all())[ADMIN]) == set(RIGHTS)


def test_the_matrix_comes_back_as_it_was_exported(roles: Roles) -> None:
    matrix = role_matrix.matrix_of(roles.all())
    for text in (role_matrix.as_csv(matrix), role_matrix.as_toml(matrix)):
        assert role_matrix.read_policy(text) == matrix
        assert role_matrix.differences(matrix, role_matrix.read_policy(text)) == []


def test_differences_are_found_both_ways(roles: Roles) -> None:
    roles.put("technologist", {"rights": ["study.read", "study.delete"]}, "test")
    policy = '[roles]\ntechnologist = ["study.read", "study.store"]\nnight = []\n'
    found = role_matrix.differences(
        role_matrix.matrix_of(roles.all()), role_matrix.read_policy(policy)
    )
    said = {(row["role"], row["right"], row["difference"].partition(":")[0]) for row in found}
    assert ("technologist", "study.delete", "too much") in said
    assert ("technologist", "study.store", "missing") in said
    assert ("night", "", "the policy has a role that is missing here") in said
    assert ("viewer", "", "the policy does not know this role") in said


@pytest.mark.parametrize(
    "policy",
    [
        "",
        "role,study.fly\nviewer,x\n",
        "role,study.read\nviewer,maybe\n",
        "name,study.read\nviewer,x\n",
        "[roles]\nviewer = 5",
        '[roles]\nviewer = ["study.fly"]',
        "[roles",
        "roles = 5",
    ],
)
def test_policies_that_are_none(policy: str) -> None:
    with pytest.raises(UsageError):
        role_matrix.read_policy(policy)
