"""Sets Citymap up on a bare machine and runs it: what make(1) calls.

Standard library only: most of it runs before `.venv` exists.
"""
