"""The record of looks refuses changes by anybody; the first retention rule."""

import datetime as dt

from django.db import migrations

APPEND_ONLY = """
CREATE FUNCTION personal_event_is_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the record of looks at personal data is append-only'
        USING ERRCODE = 'insufficient_privilege';
END $$;
CREATE TRIGGER personal_event_is_append_only BEFORE UPDATE OR DELETE ON personal_personalevent
    FOR EACH ROW EXECUTE FUNCTION personal_event_is_append_only();
"""
UNDO_APPEND_ONLY = """
DROP TRIGGER personal_event_is_append_only ON personal_personalevent;
DROP FUNCTION personal_event_is_append_only();
"""
FIRST_RULE = {
    "code": "idle",
    "valid_from": dt.date(2020, 1, 1),
    "keep_months": 60,
    "citation": (
        "Закон РК «О персональных данных и их защите» от 21.05.2013 № 94-V, ст. 12:"
        " не дольше, чем нужно для цели сбора; пять лет — как у обращений граждан"
    ),
    "verified": False,
}


def add_first_rule(apps, schema_editor) -> None:
    apps.get_model("personal", "RetentionRule").objects.create(**FIRST_RULE)


class Migration(migrations.Migration):
    dependencies = [("personal", "0001_initial")]

    operations = [
        migrations.RunSQL(APPEND_ONLY, UNDO_APPEND_ONLY),
        migrations.RunPython(add_first_rule, migrations.RunPython.noop),
    ]
