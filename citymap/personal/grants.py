"""The runtime role may add to the record of looks and read it, and nothing more."""

from citymap.append_only import take_changes_from_runtime_role
from citymap.personal.models import PersonalEvent


def protect_events(sender, using: str = "default", **kwargs) -> None:
    """After each migrate; a trigger refuses the same to everybody (migration 0001)."""
    take_changes_from_runtime_role(PersonalEvent, using)
