"""What the sweep of stale tiles says."""

from django.utils.translation import gettext_noop as _

from citymap.phrases import register_phrases

register_phrases(_("%(marks)s marks, %(sources)s sources, %(old)s old marks"))
