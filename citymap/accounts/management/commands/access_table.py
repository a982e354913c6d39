from django.core.management.base import BaseCommand

from citymap.accounts.table import permission_table


class Command(BaseCommand):
    help = "Prints the table of roles and permissions for docs/access.md."
    requires_system_checks = ()

    def handle(self, *args, **options) -> None:
        self.stdout.write(permission_table())
