"""What documents that go along with images refer to."""

from dataclasses import dataclass

from simulator.imaging.frame import Take


@dataclass(frozen=True, kw_only=True)
class Made:
    """An instance that was made earlier in the study; `take` is the series it belongs to."""

    sop_class_uid: str
    sop_instance_uid: str
    series_uid: str
    take: Take
