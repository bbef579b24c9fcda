"""Settings of routing, prefetch and the queue to other nodes."""

from __future__ import annotations

from simulator.archive.setting import Setting

ROUTING = (
    Setting(
        key="route.quiet_seconds",
        default=5.0,
        low=0.1,
        high=3600,
        what="Seconds (real time) without a new instance after which the rules look at a study.",
        rule="No standard: DICOM does not say when a study is complete.",
        breaks="Too short: a study goes out in pieces. Too long: readers wait.",
    ),
    Setting(
        key="route.loop_guard",
        default=True,
        what="Whether nothing is sent back to the node it came from, nor twice to a node by the "
        "same rule unless it has changed.",
        rule="No standard; routers without it need rules that exclude the source.",
        breaks="Off: two archives that route to each other send the same study for ever.",
    ),
    Setting(
        key="queue.enabled",
        default=True,
        what="Whether the queue is worked off; what comes meanwhile waits in it.",
        rule="No standard.",
        breaks="Off: nothing goes out, nothing fails, and the queue grows in silence.",
    ),
    Setting(
        key="queue.workers",
        default="destination",
        choices=("destination", "one"),
        what="Whether each destination has a worker of its own, or one worker serves them all.",
        rule="No standard.",
        breaks="one: a dead destination holds everybody else's images up.",
    ),
    Setting(
        key="queue.max_attempts",
        default=10,
        low=0,
        high=1000,
        what="Attempts after which a job of a rule goes to the dead letters; 0: never.",
        rule="No standard.",
        breaks="0: jobs for a node that has gone are tried for ever. Too few: a short outage "
        "leaves dead letters that somebody must send.",
    ),
    Setting(
        key="queue.recover",
        default=True,
        what="Whether a start puts jobs that a crash left in work back into the queue.",
        rule="No standard.",
        breaks="Off: after a crash jobs say 'working' for days, and nobody works on them.",
    ),
)
