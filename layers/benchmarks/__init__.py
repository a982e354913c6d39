"""Benchmarks of the city's layers (docs/dev/benchmarks.md)."""
