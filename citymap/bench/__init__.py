"""Benchmarks: ours beside a baseline, measured in the same run (docs/dev/benchmarks.md)."""
