"""Benchmarks of appeals (docs/dev/benchmarks.md)."""
