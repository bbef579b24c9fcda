"""De-identification for research and teaching (PS3.15 Annex E)."""
