"""One appeal of the demo on its way."""


class Life:
    """One appeal's values, worked out in order: later ones rest on earlier ones."""

    __slots__ = (
        "body", "due", "ended", "key", "kk", "late", "outcome", "pk", "promised", "received",
        "reported", "route", "state", "text", "term", "verified",
    )  # fmt: skip
