"""Inspectors' pages, for telephones and bad connections."""
