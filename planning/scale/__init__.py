"""Hotspots and queue of a whole country: the same figures from parts, on Dask or without it.

`parts` cuts a region into parts and computes each, pure; `whole` puts parts together; `region`
runs them on Dask. One part that holds everything is the single-machine path: the same functions
in the same order. See docs/scale.md.
"""
