"""The fleet: simulated modalities and workstations."""
