"""Amounts of time in words, as the reader's language counts them."""

from django.utils.translation import ngettext

from appeals.choices import TermUnit


def term_words(amount: int, unit: str) -> str:
    """`24 hours`, `3 working days`."""
    words = {
        TermUnit.HOURS: ngettext("%(count)d hour", "%(count)d hours", amount),
        TermUnit.WORKING_DAYS: ngettext("%(count)d working day", "%(count)d working days", amount),
        TermUnit.DAYS: ngettext("%(count)d calendar day", "%(count)d calendar days", amount),
        TermUnit.MONTHS: ngettext("%(count)d month", "%(count)d months", amount),
    }[TermUnit(unit)]
    return words % {"count": amount}
