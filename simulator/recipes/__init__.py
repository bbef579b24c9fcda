"""Data sets: recipes (datasets/*.toml), what is made of them, and the proof that it is the same."""
