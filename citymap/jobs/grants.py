"""The runtime role adds to the log of runs and reads it; what is old goes by a function."""

from citymap.append_only import take_changes_from_runtime_role
from citymap.jobs.models import JobOutcome


def protect_log(sender, using: str = "default", **kwargs) -> None:
    """After each migrate, when the floor's grants have been made."""
    take_changes_from_runtime_role(JobOutcome, using)
