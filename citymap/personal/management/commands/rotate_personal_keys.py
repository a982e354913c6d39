"""`manage.py rotate_personal_keys`: seals all personal data with the newest key."""

from django.core.management.base import BaseCommand, CommandError

from citymap.personal.errors import KeysError
from citymap.personal.services import KeyReport, rotate_keys


class Command(BaseCommand):
    help = (
        "Seals all personal data with the newest key of CITYMAP_PERSONAL_KEYS."
        " May be stopped and repeated; the old key may go when it says that none is left."
    )

    def handle(self, *args, **options) -> None:
        try:
            report = rotate_keys(say=self._say)
        except KeysError as error:
            raise CommandError(str(error)) from None
        for place in report.unreadable:
            self.stderr.write(f"cannot be opened, left as it is: {place}")
        if report.left:
            raise CommandError(f"{report.rotated} sealed anew, {report.left} left: keep old keys")
        self.stdout.write(f"{report.rotated} sealed anew, none left under another key")

    def _say(self, report: KeyReport) -> None:
        self.stdout.write(f"{report.rotated} sealed anew")
