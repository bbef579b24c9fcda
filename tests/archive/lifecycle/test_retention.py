"""Retention and holds: what is kept for how long, previewed, run, and never against a hold."""

from __future__ import annotations

from datetime import date
from typing import Any

import httpx
import pytest

from simulator.archive.lifecycle.rules import Rule, term_of
from simulator.errors import RefusedError, UsageError
from tests.archive.support import Lab, study

OLD, NEW = "20100115", "20251201"  # the hospital's day is 2026-03-02


@pytest.fixture
def life(lab: Lab) -> Any:
    """Four studies: old CT, old CT of a minor, new CT, old DX."""
    lab.store(*study(1, 2, StudyDate=OLD))
    lab.store(*study(2, StudyDate=OLD, PatientBirthDate="20080115"))
    lab.store(*study(3, StudyDate=NEW))
    lab.store(*study(4, StudyDate=OLD, Modality="DX"))
    return lab.archive.lifecycle


def uid(number: int) -> str:
    return f"1.2.3.{number}"


def expiring(report: dict[str, Any]) -> list[str]:
    return sorted(row["study_uid"] for row in report["studies"] if row["expires"])


def left(lab: Lab) -> list[str]:
    return sorted(row["study_uid"] for row in lab.archive.index.studies())


def test_without_a_rule_everything_is_kept(lab: Lab, life: Any) -> None:
    report = life.retention.preview("test")
    assert expiring(report) == []
    assert {row["why"] for row in report["studies"]} == {"no rule speaks of it: kept for ever"}


def test_a_preview_says_why_and_changes_nothing(lab: Lab, life: Any) -> None:
    life.retention.rules.put("CT", {"keep": "10y", "modality": "CT", "after_majority": "10y"})
    life.holds.put("an inquiry", "test", patient_id="T1")
    report = life.retention.preview("test")
    why = {
        row["study_uid"]: (row["expires"], row["until"], row["why"]) for row in report["studies"]
    }
    assert why == {
        uid(1): (False, "2020-01-15", "on hold: an inquiry"),
        uid(2): (False, "2036-01-15", "CT: a minor: 10 years after the 18th birthday"),
        uid(3): (False, "2035-12-01", "CT: 10 years after the study"),
        uid(4): (False, "", "no rule speaks of it: kept for ever"),
    }
    assert report["held"] == 1 and len(left(lab)) == 4


def test_a_run_does_what_its_preview_said(lab: Lab, life: Any) -> None:
    life.retention.rules.put("CT", {"keep": "10y", "modality": "CT", "after_majority": "10y"})
    life.retention.rules.put("DX", {"keep": "5y", "modality": "DX"})
    preview = life.retention.preview("test")
    size = sum(
        row["bytes"] for row in lab.archive.index.studies() if row["study_uid"] in (uid(1), uid(4))
    )
    report = life.retention.run(preview["number"], "eva")
    assert expiring(preview) == [uid(1), uid(4)] and left(lab) == [uid(2), uid(3)]
    assert (report["expiring"], report["bytes"]) == (2, size)
    told = [entry.text for entry in lab.told("study.deleted")]
    assert len(told) == 2 and "(CT, 2020-01-15)" in told[0] + told[1]
    assert [r["kind"] for r in life.retention.reports()] == ["run", "preview"]
    assert life.retention.report(report["number"])["preview"] == preview["number"]


def test_expiry_makes_room(lab: Lab, life: Any) -> None:
    from tests.archive.lifecycle.test_volumes import refused

    volume = life.volumes.get("ONLINE1")
    life.volumes.change("ONLINE1", {"capacity": life.volumes.used(volume)})
    assert refused(lab, study(9)[0]) == 0xA700
    life.retention.rules.put("DX", {"keep": "5y", "modality": "DX"})
    life.retention.run(life.retention.preview("test")["number"], "test")
    assert lab.store(*study(9)) == [0]


def test_a_run_needs_a_true_preview(lab: Lab, life: Any) -> None:
    life.retention.rules.put("DX", {"keep": "5y", "modality": "DX"})
    preview = life.retention.preview("test")
    life.holds.put("court", "test", study_uid=uid(4))
    with pytest.raises(RefusedError, match="not what the preview said"):
        life.retention.run(preview["number"], "test")
    for bad in (None, True, -1, "1", 2**40, [1]):
        with pytest.raises(UsageError, match="needs the number"):
            life.retention.run(bad, "test")
    with pytest.raises(RefusedError, match="no report 99"):
        life.retention.run(99, "test")
    run = life.retention.run(life.retention.preview("test")["number"], "test")
    assert run["expiring"] == 0 and len(left(lab)) == 4
    with pytest.raises(UsageError, match="is no preview"):
        life.retention.run(run["number"], "test")


def test_a_hold_that_comes_during_the_run_counts(
    lab: Lab, life: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    life.retention.rules.put("all", {"keep": "5y"})
    number = life.retention.preview("test")["number"]
    take_out = life.retention._take_out

    def late(row: dict[str, Any], by: str) -> Any:
        if row["study_uid"] == uid(4):
            life.holds.put("in the last moment", "test", study_uid=uid(4))
        return take_out(row, by)

    monkeypatch.setattr(life.retention, "_take_out", late)
    report = life.retention.run(number, "test")
    assert {r["study_uid"]: r["done"] for r in report["studies"]} == {
        uid(1): True, uid(2): True, uid(4): False,
    }  # fmt: skip
    assert left(lab) == [uid(3), uid(4)]


def test_expired_studies_can_be_rejected_instead(lab: Lab, life: Any) -> None:
    life.retention.rules.put("DX", {"keep": "5y", "modality": "DX", "action": "reject"})
    report = life.retention.run(life.retention.preview("test")["number"], "eva")
    assert report["expiring"] == 1 and left(lab) == [uid(1), uid(2), uid(3)]
    (told,) = lab.told("study.rejected")
    assert "113039" in told.text and told.text.startswith("eva")
    codes = {row["code"] for row in lab.archive.fixup.rejecting.all(uid(4))}
    assert codes == {"113039"} and lab.told("study.deleted") == []
    lab.archive.fixup.undo(int(told.facts["change"]), "eva")
    assert uid(4) in left(lab)


def test_what_is_not_online_cannot_be_rejected_and_the_others_are(lab: Lab, life: Any) -> None:
    life.retention.rules.put("all", {"keep": "5y", "action": "reject"})
    life.tiers.copy(uid(1), "NEAR1")
    life.tiers.free(uid(1))
    report = life.retention.run(life.retention.preview("test")["number"], "eva")
    assert report["expiring"] == 2 and left(lab) == [uid(1), uid(3)]


# --- deleting by hand -----------------------------------------------------------------------------


def test_what_is_held_or_must_be_kept_is_not_deleted_by_hand(lab: Lab, life: Any) -> None:
    index = lab.archive.index
    life.retention.rules.put("CT", {"keep": "10y", "modality": "CT"})
    hold = life.holds.put("court", "test", study_uid=uid(4))
    for number, why in ((4, "on hold"), (3, "kept until 2035-12-01")):
        with pytest.raises(RefusedError, match=why):
            index.delete_study(uid(number))
    index.delete_study(uid(1))  # its time is over
    lab.set("retention.protect", False)
    index.delete_study(uid(3))
    with pytest.raises(RefusedError, match="on hold"):
        index.delete_study(uid(4))
    life.holds.release(hold["number"], "the court is done", "test")
    index.delete_study(uid(4))
    assert left(lab) == [uid(2)]


def test_a_patient_s_hold_covers_what_comes_later(lab: Lab, life: Any) -> None:
    life.holds.put("court", "test", patient_id="T1")
    lab.store(*study(11, PatientID="T1"))
    assert set(life.holds.held()) == {uid(1), uid(11)}
    with pytest.raises(RefusedError, match="on hold"):
        lab.archive.index.delete_study(uid(11))


@pytest.mark.parametrize(
    ("given", "error", "why"),
    [
        ({"study_uid": "1.9"}, RefusedError, "no study 1.9"),
        ({"patient_id": "X"}, RefusedError, "no patient X"),
        ({"patient_id": "T1", "issuer": "X"}, RefusedError, "no patient T1"),
        ({}, UsageError, "What is to be held"),
        ({"study_uid": "1.2.3.1", "patient_id": "T1"}, UsageError, "What is to be held"),
        ({"study_uid": "1.2.3.1", "issuer": "X"}, UsageError, "no issuer"),
        ({"study_uid": 5}, UsageError, "no identifier"),
        ({"study_uid": "1" * 99}, UsageError, "no identifier"),
        ({"study_uid": "1.2.3.1", "reason": " "}, UsageError, "reason"),
        ({"study_uid": "1.2.3.1", "reason": None}, UsageError, "reason"),
    ],
)
def test_what_cannot_be_held(life: Any, given: Any, error: Any, why: str) -> None:
    facts = {"reason": "court", **given}
    with pytest.raises(error, match=why):
        life.holds.put(facts.pop("reason"), "test", **facts)
    assert life.holds.all() == []


def test_a_hold_is_put_and_released_once(life: Any) -> None:
    number = life.holds.put("court", "eva", study_uid=uid(1))["number"]
    with pytest.raises(RefusedError, match="on hold already"):
        life.holds.put("again", "eva", study_uid=uid(1))
    with pytest.raises(UsageError, match="reason"):
        life.holds.release(number, "", "eva")
    with pytest.raises(RefusedError, match="no hold 9"):
        life.holds.release(9, "x", "eva")
    life.holds.release(number, "done", "max")
    with pytest.raises(RefusedError, match="released already"):
        life.holds.release(number, "done", "max")
    assert life.holds.all(released=False) == []
    (row,) = life.holds.all()
    assert (row["by"], row["released_by"], row["release_reason"]) == ("eva", "max", "done")


# --- rules ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "given",
    [
        {}, {"keep": "-5y"}, {"keep": "0y"}, {"keep": 5}, {"keep": "200y"}, {"keep": None},
        {"keep": "5y", "modality": "CTT"}, {"keep": "5y", "modality": ["CT"]},
        {"keep": "5y", "patients": "elderly"}, {"keep": "5y", "action": "burn"},
        {"keep": "5y", "enabled": "yes"}, {"keep": "5y", "colour": 1},
        {"keep": "5y", "description": "x" * 99}, {"keep": "5y", "after_majority": "-1y"},
        {"keep": "5y", "patients": "adults", "after_majority": "10y"},
    ],
)  # fmt: skip
def test_what_no_rule_can_be(life: Any, given: dict[str, Any]) -> None:
    with pytest.raises(UsageError) as error:
        life.retention.rules.put("bad", given)
    assert error.value.sentence and error.value.remedy
    assert life.retention.rules.all() == []


def test_a_rule_is_changed_in_part_and_removed(life: Any) -> None:
    life.retention.rules.put("DX", {"keep": "5y", "modality": "DX"})
    assert life.retention.rules.put("DX", {"keep": "6y"})["modality"] == "DX"
    with pytest.raises(UsageError, match="no name"):
        life.retention.rules.put("../x", {"keep": "5y"})
    life.retention.rules.remove("DX")
    with pytest.raises(RefusedError, match="no rule 'DX'"):
        life.retention.rules.remove("DX")


def _term(rules: list[Rule], **facts: Any) -> tuple[str, str]:
    row = {"birth_date": "19700101", "date": "20200229", "received": "2026-03-02T07:00:00",
           "modalities": ["CT", "SR"], "description": "CT Chest", **facts}  # fmt: skip
    term = term_of(row, rules)
    return (term.until.isoformat() if term.until != date.max else "", term.why)


def test_of_several_rules_the_longest_counts() -> None:
    rules = [
        Rule(name="all", keep="10y"),
        Rule(name="chest", keep="30y", description="*chest*"),
        Rule(name="off", keep="99y", enabled=False),
    ]
    assert _term(rules) == ("2050-02-28", "chest: 30 years after the study")
    assert _term(rules, description="Knee")[0] == "2030-02-28"


def test_the_young_and_those_of_unknown_age() -> None:
    rules = [Rule(name="r", keep="10y", after_majority="10y")]
    assert _term(rules, birth_date="20150601")[0] == "2043-06-01"
    assert _term(rules, birth_date="20020301")[0] == "2030-03-01"  # 17 then: 28 is later than 10y
    assert _term(rules, birth_date="20020228")[0] == "2030-02-28"  # 18 the day before
    assert _term(rules, birth_date="") == (
        "", "r: the birth date is unknown: it may be a minor's",
    )  # fmt: skip
    minors = [Rule(name="m", keep="30y", patients="minors"), Rule(name="a", keep="5y")]
    assert _term(minors, birth_date="20150601")[0] == "2050-02-28"
    assert _term(minors)[0] == "2025-02-28"
    assert _term(minors, birth_date="")[0] == "2050-02-28"
    adults = [Rule(name="a", keep="5y", patients="adults")]
    assert _term(adults, birth_date="20150601")[0] == ""


def test_a_study_without_a_date_counts_from_its_arrival() -> None:
    assert _term([Rule(name="r", keep="1y")], date="")[0] == "2027-03-02"


def test_a_held_study_is_not_deleted_over_http(lab: Lab, life: Any) -> None:
    from simulator.archive.admin import Admin
    from simulator.web import WebServer, build_app

    life.holds.put("court", "test", study_uid=uid(1))
    admin = Admin(lab.archive, lab.reader, "token")
    web = WebServer(build_app("x", admin.routes(), admin.authenticate), "127.0.0.1", 0, "t").start()
    url = f"http://127.0.0.1:{web.port}/api/studies/{uid(1)}"
    answer = httpx.delete(url, headers={"Authorization": "Bearer token"}, trust_env=False)
    web.stop()
    assert answer.status_code == 409 and "on hold (number 1): court" in answer.json()["error"]
    assert uid(1) in left(lab) and lab.told("study.deleted") == []
