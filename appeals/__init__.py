"""Residents' appeals: from the ringing phone to a confirmed result."""
