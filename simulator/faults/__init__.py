"""Faults: small changes from outside that break something, each of which can be lifted again."""

from simulator.faults.registry import Fault, check, kinds, make

__all__ = ["Fault", "check", "kinds", "make"]
