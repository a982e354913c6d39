"""What retention says, and why it erases."""

from django.utils.translation import gettext_noop as _

from citymap.personal.services.erasure import REQUEST_REASON, RETENTION_REASON
from citymap.phrases import register_phrases

register_phrases(
    _("%(erased)s people erased, %(kept)s still needed"),
    RETENTION_REASON,
    REQUEST_REASON,
)
