"""Benchmarks of planning: clusters against scikit-learn, the queue of many yards, its public pages."""
