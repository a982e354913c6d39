"""The functions that history triggers call: later migrations may already write tracked rows."""

from django.db import migrations

from citymap.history import hardening
from citymap.sqlfiles import load_sql


class Migration(migrations.Migration):
    dependencies = [("history", "0001_initial")]

    operations = [
        migrations.RunSQL(
            load_sql(hardening.__file__, "functions.sql"), reverse_sql=migrations.RunSQL.noop
        )
    ]
