"""The parts of `Client`: one file for each of the two HTTP APIs."""
