"""Benchmarks of notices: nothing lost when the worker is killed; letters a second."""
