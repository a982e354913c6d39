"""Benchmarks of planning: clusters against scikit-learn, the queue of yards, its public pages."""
