"""What the sweeps of appeals say, why notices about appeals are owed, and about which step."""

from django.utils.translation import gettext_noop as _

from citymap.phrases import register_phrases

# What sweeps did.
register_phrases(
    _("warning: %(count)s"),
    _("breach: %(count)s"),
    _("escalation: %(count)s"),
    _("broken: %(count)s"),
    _("reopened: %(count)s"),
    _("reminded: %(count)s"),
    _("to call: %(count)s"),
    _("forgotten: %(count)s"),
)
# Why a notice is owed.
register_phrases(
    _("an appeal was assigned"),
    _("brought in as co-executor"),
    _("a reply was sent back"),
    _("a body returned an appeal"),
    _("an appeal was reopened"),
    _("who reports is told the number"),
    _("extensions are told to applicants"),
    _("a body asks the applicant"),
    _("a body calls its promise kept"),
    _("an appeal is worked on by link"),
    _("an instruction was given"),
    _("a deadline is near"),
    _("a deadline was missed"),
    _("a deadline was missed by far"),
    _("a promise falls due"),
    _("applicants are told results"),
)
# About which step.
register_phrases(
    _("assigned v%(version)s"),
    _("helper v%(version)s"),
    _("sent_back v%(version)s"),
    _("returned v%(version)s"),
    _("reopened v%(version)s"),
    _("asked v%(version)s"),
    _("registered"),
    _("extended %(number)s"),
    _("claimed %(number)s"),
    _("instruction %(number)s"),
    _("promise %(number)s"),
    _("call back %(number)s v%(version)s"),
    _("warning %(moment)s"),
    _("breach %(moment)s"),
    _("escalation %(moment)s"),
)
