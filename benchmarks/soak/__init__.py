"""Hours of conversation through the whole program; see `python -m benchmarks.soak --help`."""
