"""What an import refuses, in words that the person at the keyboard can act on."""


class ImportRefusedError(ValueError):
    """The file or the arguments cannot be used: nothing was changed."""
