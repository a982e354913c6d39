"""Rules for passwords beyond Django's own."""

from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from citymap.demo import DEMO_PASSWORD


class NotTheDemoPasswordValidator:
    """Outside the demo its known password is nobody's."""

    def validate(self, password: str, user=None) -> None:
        if password == DEMO_PASSWORD and not settings.CITYMAP_DEMO:
            raise ValidationError(_("This password is known to everybody."), code="demo")

    def get_help_text(self) -> str:
        return ""
