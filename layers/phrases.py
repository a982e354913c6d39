"""What the sweep of the base map says."""

from django.utils.translation import gettext_noop as _

from citymap.phrases import register_phrases

register_phrases(_("built"), _("nothing owed"))
