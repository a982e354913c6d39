"""What the sweep of claims says, why letters about claims are owed, and about which step."""

from django.utils.translation import gettext_noop as _

from citymap.phrases import register_phrases

register_phrases(
    _("made: %(count)s"),
    _("written: %(count)s"),
    _("followed: %(count)s"),
    _("order %(number)s, deadline %(day)s"),
    _("asked to approve order %(number)s"),
    _("lines of approval that wait at their term: %(count)s"),
    _("asked"),
    _("soon"),
    _("late"),
    _("letter"),
    _("copy"),
    _("withdrawal"),
    _("deadline %(day)s missed"),
    _("demo"),
)
