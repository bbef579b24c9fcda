"""The fleet's profiles, and one finished exam of every device."""

import pytest

from simulator.fleet.profile import load_profiles
from simulator.imaging.contact_sheet import sample_exam
from simulator.imaging.study import acquire


@pytest.fixture(scope="session")
def profiles():
    return load_profiles()


@pytest.fixture(scope="session")
def study(profiles):
    """Return a function that acquires (once) a device's exam as a list of instances."""
    done = {}

    def make(device, protocol, seed=1):
        key = device, protocol, seed
        if key not in done:
            profile = profiles[device]
            done[key] = list(acquire(profile, sample_exam(profile, protocol), seed=seed))
        return done[key]

    return make
