"""Tables made together are the tables made one by one."""

from django.db import connection, migrations, models
from django.db.migrations.state import ProjectState

from citymap.migrating import Together


def _tables() -> list[migrations.CreateModel]:
    """Two tables that refer to each other: no order of theirs is right by itself."""

    def table(name: str, other: str) -> migrations.CreateModel:
        return migrations.CreateModel(
            name=name,
            fields=[
                ("id", models.BigAutoField(primary_key=True)),
                ("other", models.ForeignKey(f"places.{other}", models.CASCADE, null=True)),
            ],
            options={"indexes": [models.Index(fields=["other", "id"], name=f"{name}_other")]},
        )

    return [table("left", "right"), table("right", "left")]


def test_tables_that_refer_to_each_other(db):
    together = Together(operations=_tables())
    before, after = ProjectState(), ProjectState()
    together.state_forwards("places", after)
    with connection.schema_editor(atomic=False) as editor:
        together.database_forwards("places", editor, before, after)
    left = after.apps.get_model("places", "left")
    right = after.apps.get_model("places", "right")
    right.objects.create(other=left.objects.create())
    assert left.objects.filter(right__isnull=False).count() == 1
    with connection.cursor() as cursor:
        names = connection.introspection.get_constraints(cursor, left._meta.db_table)
    assert "left_other" in names
    assert any(one["foreign_key"] == ("places_right", "id") for one in names.values())


def test_the_state_is_that_of_one_by_one():
    one_by_one, together = ProjectState(), ProjectState()
    for operation in _tables():
        operation.state_forwards("places", one_by_one)
    Together(operations=_tables()).state_forwards("places", together)
    assert one_by_one == together


def test_it_goes_back_where_each_part_does():
    assert Together(operations=_tables()).reversible
    assert not Together(operations=[migrations.RunSQL("SELECT 1")]).reversible
    assert Together(operations=_tables()).describe() == "2 operations together"
