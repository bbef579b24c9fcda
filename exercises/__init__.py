"""Exercises: broken departments to repair, marked on the repaired state."""
