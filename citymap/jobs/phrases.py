"""What the worker writes about runs."""

from django.utils.translation import gettext_noop as _

from citymap.phrases import register_phrases

register_phrases(
    _("the worker ended during the run"),
    _("cut off: took longer than %(seconds)s s"),
    _("cut off: took longer than %(seconds)s s (%(text)s)"),
    _("%(runs)s runs, %(requests)s requests removed"),
)
