"""Categories that are there already get the place on public cards that new ones start with."""

from django.db import migrations

from appeals.first_rows import SHOWN_BY_DISTRICT, SHOWN_EXACTLY


def fill(apps, schema_editor):
    """Set by group; only what nobody has changed (everything is `street` just now)."""
    categories = apps.get_model("appeals", "Category").objects.using(schema_editor.connection.alias)
    for groups, precision in ((SHOWN_EXACTLY, "exact"), (SHOWN_BY_DISTRICT, "district")):
        categories.filter(parent__code__in=groups).update(precision=precision)


class Migration(migrations.Migration):
    dependencies = [("appeals", "0002_public_portal")]
    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]
