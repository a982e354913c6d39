"""Every change of a term renews the token under which processes keep the terms."""

from pathlib import Path

from django.db import migrations

SQL = Path(__file__).resolve().parent.parent / "sql" / "terms_version.sql"
UNDO = """
DROP TRIGGER appeals_policyterm_changed ON appeals_policyterm;
DROP TRIGGER appeals_deadlinepolicy_changed ON appeals_deadlinepolicy;
"""


class Migration(migrations.Migration):

    dependencies = [
        ('appeals', '0006_dispatcher_calls'),
        ('calendars', '0001_initial'),
    ]

    operations = [
        migrations.RunSQL(SQL.read_text(encoding="utf-8"), UNDO),
    ]
