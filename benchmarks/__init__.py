"""Measurements of the assistant: one command each, results in docs/benchmarks.md."""
