"""Writes of planning: keyword-only, one transaction each."""
