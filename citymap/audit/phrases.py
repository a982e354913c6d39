"""What the verification says."""

from django.utils.translation import gettext_noop as _

from citymap.phrases import register_phrases

register_phrases(
    _("no verification is due"),
    _("%(count)s records verified: all hold"),
    _("%(count)s records verified: NOT WHOLE"),
)
