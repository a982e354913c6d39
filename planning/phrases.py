"""What the sweeps of planning say, why its notices are owed, and about which step."""

from django.utils.translation import gettext_noop as _

from citymap.phrases import register_phrases

# What sweeps did.
register_phrases(
    _("events written: %(count)s"),
    _("queue of %(yards)s yards as of %(day)s"),
    _("queue as of %(day)s, events up to %(event)s"),
    _("wishes to follow a yard that nobody confirmed: %(count)s"),
    _("notes of changes dropped: %(count)s"),
    _("searches for hotspots: %(found)s; segments with rates: %(rates)s"),
    _("overdue measures: %(count)s"),
    _("reports made: %(count)s"),
)
# Why a notice is owed.
register_phrases(
    _("a measure was not done by its day"),
    _("somebody gave this address to follow a yard"),
    _("follows the yard"),
    _("report of the day"),
    _("report of the week"),
    _("report of the quarter"),
)
# About which step.
register_phrases(
    _("due %(day)s"),
    _("asked %(day)s"),
    _("version %(number)s"),
    _("held %(number)s"),
    _("released %(number)s"),
    _("stage %(number)s"),
)
