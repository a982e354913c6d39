"""`docs/access.md` shows the permissions as the registry has them."""

import re

from django.conf import settings
from django.core.management import call_command

from citymap.accounts.access import permissions
from citymap.accounts.choices import Role
from citymap.accounts.table import permission_table

DOCUMENT = settings.BASE_DIR / "docs" / "access.md"


def test_the_document_has_the_table_of_the_registry():
    text = DOCUMENT.read_text(encoding="utf-8")
    shown = re.search(r"<!-- table -->\n(.*?)\n<!-- end -->", text, re.DOTALL)[1]
    assert shown == permission_table(), (
        "put what `manage.py access_table` prints between the marks of docs/access.md"
    )


def test_every_permission_and_role_is_in_it(capsys):
    call_command("access_table")
    printed = capsys.readouterr().out
    assert all(f"`{permission.name}`" in printed for permission in permissions)
    assert all(f"| {role} |" in printed for role in Role)
