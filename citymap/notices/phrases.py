"""What the deliverer says, and why the floor itself owes notices."""

from django.utils.translation import gettext_noop as _

from citymap.notices.registry import kind_title
from citymap.phrases import register_phrases

register_phrases(
    _("taken back: %(count)s"),
    _("sent: %(count)s"),
    _("delivered: %(count)s"),
    _("deferred: %(count)s"),
    _("refused: %(count)s"),
    _("trouble: %(count)s"),
    _("no_address: %(count)s"),
    _("failed: %(count)s"),
    _("interrupted: %(count)s"),
    _("bounced: %(count)s"),
    _("delayed: %(count)s"),
    _("cancelled: %(count)s"),
    _("retried: %(count)s"),
    _("readdressed: %(count)s"),
    _("the worker ended while it was sent"),
    _("writing it took too long"),
    _("written to a file"),
    _("a protocol is brought to head and auditor"),
    _("roots are kept outside the database"),
    _("EMAIL_URL is not set"),
    _("CITYMAP_SMS_URL is not set"),
    _("CITYMAP_SMS_URL is not https"),
    _("notice sent: %(notice)s"),
    values={"notice": kind_title},
)
