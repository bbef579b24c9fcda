"""Routing and prefetch: which studies go to which nodes by themselves, and what became of it."""
