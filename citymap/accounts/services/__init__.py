"""Writes over people and bodies: keyword-only, atomic, each rule in one place."""
