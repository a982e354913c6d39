"""Writes to the city's tables: keyword-only, set-based, inside one transaction."""

from layers.services.retire import RetireRefusedError, RetireScope
from layers.services.upsert import Batch, upsert

__all__ = ["Batch", "RetireRefusedError", "RetireScope", "upsert"]
