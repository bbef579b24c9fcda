"""The loop guard, and corrections that follow the copies."""

from __future__ import annotations

from simulator.network.associate import Caller
from simulator.network.hl7_orders import Identity
from tests.archive.routing.support import count, line, rule, through
from tests.archive.support import Lab, store_on, study, until

Both = tuple[Lab, Lab]
FREE = {"exclude_source": False, "when": ["Modality=CT"]}


def loop(ours: Lab, other: Lab, *, guarded: bool) -> None:
    """Let both route to each other what is CT, without excluding the source."""
    for made, ae in ((ours, "OTHER"), (other, "PACSLAB")):
        made.set("route.loop_guard", guarded)
        rule(made, to=[ae], **FREE)
    ours.store(*study(1, 1))


def sends(made: Lab) -> int:
    return len(made.told("route.sent"))


def test_two_archives_that_route_to_each_other_stop_by_the_guard(both: Both) -> None:
    ours, other = both
    loop(ours, other, guarded=True)
    until(lambda: count(other) == 1)
    through(ours)
    through(other)
    assert (sends(ours), sends(other)) == (1, 0)


def test_without_the_guard_they_go_on_until_one_excludes_the_source(both: Both) -> None:
    ours, other = both
    loop(ours, other, guarded=False)
    until(lambda: sends(ours) >= 3 and sends(other) >= 2, 15)
    other.archive.routing.rules.change("all", {"exclude_source": True})
    until(lambda: not ours.archive.owed.all() and not other.archive.owed.all(), 10)
    before = sends(ours), sends(other)
    ours.store(*study(2, 1))  # what comes now goes out once
    until(lambda: count(other) == 2)
    until(lambda: not ours.archive.owed.all() and not other.archive.owed.all(), 10)
    assert (sends(ours), sends(other)) == (before[0] + 1, before[1])


def test_what_a_node_sent_does_not_go_back_to_it(both: Both) -> None:
    ours, other = both
    rule(ours, to=["OTHER", "GONE"])
    with ours.open(caller=Caller(ae="OTHER")) as association:
        store_on(association, study(1, 1)[0])
    until(lambda: [r.ae for r in ours.archive.owed.all()] == ["GONE"])
    assert line(ours)["matched"] == 0 and count(other) == 0


def test_what_comes_later_goes_out_alone(both: Both) -> None:
    ours, other = both
    rule(ours)
    first, second = study(1, 2)
    ours.store(first)
    until(lambda: count(other) == 1)
    through(ours)
    ours.store(second)
    until(lambda: count(other) == 2)
    through(ours)
    assert [entry.facts["sent"] for entry in ours.told("route.sent")] == [1, 1]


def test_a_correction_goes_to_those_who_have_the_study(both: Both) -> None:
    ours, other = both
    other.set("store.duplicates", "replace")
    rule(ours)
    ours.store(*study(1, 2))
    until(lambda: count(other) == 2)
    through(ours)
    routing = ours.archive.routing
    assert [(r["ae"], r["instances"]) for r in routing.destinations_of("1.2.3.1")] == [("OTHER", 2)]
    assert routing.resend_corrected("1.2.3.1") == {}  # nothing has changed
    who = Identity(patient_id="T1", name="Test^Berta")
    assert ours.archive.interfaces.identities.update(who, "A08") == 1
    routing.resend_corrected("1.2.3.1")  # whether or not the correction has asked for it already
    until(lambda: ours.told("route.sent")[-1].facts["rule"] == "correction")
    through(ours)
    _, got = other.get(StudyInstanceUID="1.2.3.1")
    assert {str(ds.PatientName) for ds in got} == {"Test^Berta"}
    assert ours.told("route.sent")[-1].facts["sent"] == 2
    assert routing.resend_corrected("1.2.3.1") == {}
    assert routing.apply(routing.rules.get("all"), "1.2.3.1") == 0  # the rule knows, too
    assert all(row["reconciled"] for row in routing.counts.reconcile(ask=True))
