"""Benchmarks of earthworks: conflicts of a dig, claims under kills and races."""
