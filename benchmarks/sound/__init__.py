"""Test speech, noise and rooms that the speech benchmarks share."""
