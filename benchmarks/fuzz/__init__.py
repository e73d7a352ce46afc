"""Hostile input for everything that reads what somebody else wrote; see `python -m benchmarks.fuzz --help`."""
