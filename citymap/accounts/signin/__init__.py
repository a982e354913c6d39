"""Signing in: lock-out, sessions, second factor, passwords, and their pages."""
