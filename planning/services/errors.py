"""What planning refuses, in words for the person who asked."""


class PlanningRefusedError(ValueError):
    """What was asked cannot be done; the message says why."""


class NotPossibleNowError(RuntimeError):
    """It could be done at another time or in another state."""
