from django.db import migrations, models

from citymap.sqlfiles import load_sql
from planning import clustering

# Whatever public pages of yards read (tests/planning/test_kept_pages.py looks).
WATCHED = (
    "accounts_organization",
    "layers_address",
    "layers_building",
    "layers_quarter",
    "layers_territory",
    "layers_yard",
    "places_searchentry",
    "places_searchhouse",
    "places_searchword",
    "planning_event",
    "planning_programme",
    "planning_programmeversion",
    "planning_programmeyard",
    "planning_queuepolicy",
    "planning_queuerow",
    "planning_queuesnapshot",
    "planning_workprice",
    "planning_yardhold",
    "planning_yardphoto",
    "planning_yardstage",
    "planning_yardsurvey",
)
CREATE = "".join(
    f"CREATE TRIGGER planning_public AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON {table}"
    " FOR EACH STATEMENT EXECUTE FUNCTION planning_note_public_change();\n"
    for table in WATCHED
)
DROP = "".join(f"DROP TRIGGER planning_public ON {table};\n" for table in WATCHED) + (
    "DROP FUNCTION planning_note_public_change();"
)


class Migration(migrations.Migration):

    dependencies = [
        ('planning', '0007_springs_and_outlines'),
        ('accounts', '0007_api_tokens'),
        ('layers', '0006_history'),
        ('places', '0004_subkind_for_hints'),
    ]

    operations = [
        migrations.CreateModel(
            name='PublicChange',
            fields=[
                ('transaction', models.BigIntegerField(db_comment='xid8 of it', primary_key=True, serialize=False)),
                ('noted_at', models.DateTimeField(db_index=True)),
            ],
            options={
                'verbose_name': 'change of what is public',
                'verbose_name_plural': 'changes of what is public',
                'db_table_comment': 'Transactions that touched what public pages of yards read',
            },
        ),
        migrations.RunSQL(load_sql(clustering.__file__, 'public_changes.sql') + CREATE, DROP),
    ]
