"""Writes to the city's tables: keyword-only, set-based, inside one transaction."""

from layers.services.upsert import Batch, RetireRefusedError, RetireScope, upsert

__all__ = ["Batch", "RetireRefusedError", "RetireScope", "upsert"]
