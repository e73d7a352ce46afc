"""How soon the program listens and what it needs meanwhile; see `python -m benchmarks.start --help`."""
