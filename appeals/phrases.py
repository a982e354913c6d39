"""What the sweeps of appeals say, why notices about appeals are owed, and about which step."""

from django.utils.translation import gettext_lazy
from django.utils.translation import gettext_noop as _

from citymap.phrases import register_phrases, register_titles

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
    _("told: %(count)s"),
)
# Why a body answers, where no rule says it.
register_phrases(_("chosen by hand"), _("returned by %(text_body)s"))
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
    _("the outage that was asked about is over"),
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
    _("outage over"),
    _("extended %(number)s"),
    _("claimed %(number)s"),
    _("instruction %(number)s"),
    _("promise %(number)s"),
    _("call back %(number)s v%(version)s"),
    _("warning %(moment)s"),
    _("breach %(moment)s"),
    _("escalation %(moment)s"),
)
# Which operation made a change: what the history keeps as its reason.
register_titles(
    {
        "appeals.accept": gettext_lazy("Accepted by the body"),
        "appeals.add_applicant": gettext_lazy("An applicant was added"),
        "appeals.add_co_executor": gettext_lazy("A co-executor was brought in"),
        "appeals.add_link_photos": gettext_lazy("Photos were added by link"),
        "appeals.add_photos": gettext_lazy("Photos were added"),
        "appeals.assign": gettext_lazy("Assigned to a body"),
        "appeals.call_back": gettext_lazy("The applicant was called back"),
        "appeals.check": gettext_lazy("Checked at the place"),
        "appeals.claim_kept": gettext_lazy("The promise is said to be kept"),
        "appeals.close": gettext_lazy("Closed"),
        "appeals.consult": gettext_lazy("A question was answered at once"),
        "appeals.decide_promise": gettext_lazy("It was decided whether the promise was kept"),
        "appeals.dispatched": gettext_lazy("The dispatcher of the body was called"),
        "appeals.dispute": gettext_lazy("The applicant disputed the result"),
        "appeals.drop": gettext_lazy("The contact was dropped"),
        "appeals.end_incident": gettext_lazy("The outage was ended"),
        "appeals.extend": gettext_lazy("The deadline was extended"),
        "appeals.finish_instruction": gettext_lazy("The instruction was finished"),
        "appeals.follow_up": gettext_lazy("Somebody asked about the appeal again"),
        "appeals.from_mediation": gettext_lazy("Back from mediation"),
        "appeals.hide_card": gettext_lazy("The public card was hidden"),
        "appeals.instruct": gettext_lazy("An instruction was given"),
        "appeals.join": gettext_lazy("Joined to another appeal"),
        "appeals.name_caller": gettext_lazy("The caller was named"),
        "appeals.open_incident": gettext_lazy("An outage was opened"),
        "appeals.open_link": gettext_lazy("A link was opened"),
        "appeals.pause": gettext_lazy("The clock stands"),
        "appeals.publish": gettext_lazy("The public card was shown"),
        "appeals.register": gettext_lazy("Registered"),
        "appeals.register_contact": gettext_lazy("A contact was registered"),
        "appeals.reject": gettext_lazy("The reply was sent back"),
        "appeals.reopen": gettext_lazy("Reopened"),
        "appeals.report": gettext_lazy("The result was reported"),
        "appeals.report_problem": gettext_lazy("Reported by a resident on the portal"),
        "appeals.resume": gettext_lazy("The clock runs again"),
        "appeals.return": gettext_lazy("Returned by the body"),
        "appeals.revoke_link": gettext_lazy("A link was revoked"),
        "appeals.ring": gettext_lazy("A call came in"),
        "appeals.route": gettext_lazy("Assigned by the routing rules"),
        "appeals.say_thanks": gettext_lazy("The applicant is content"),
        "appeals.send_link": gettext_lazy("A link was sent"),
        "appeals.show_card": gettext_lazy("The public card was shown"),
        "appeals.split": gettext_lazy("Split off again"),
        "appeals.start": gettext_lazy("Work has begun"),
        "appeals.take_call": gettext_lazy("The call was taken"),
        "appeals.to_mediation": gettext_lazy("To mediation"),
        "appeals.transfer": gettext_lazy("The call was passed on"),
        "appeals.verify": gettext_lazy("The result was verified"),
        "appeals.withdraw": gettext_lazy("Withdrawn"),
    }
)
