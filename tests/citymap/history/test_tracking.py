"""What becomes an event, by whatever path it was written."""

import datetime as dt
import hashlib
import io

import numpy as np
import pytest
import shapely
from django.contrib.gis.geos import Point
from django.db import DatabaseError, connection, transaction

from citymap.geo import city_srid
from citymap.history.benchmarks.tables import order_model
from citymap.history.context import acting
from citymap.history.models import Salt
from citymap.history.tracking import tracking_of
from layers.models import Building, Yard
from layers.report import ImportReport
from layers.services import Batch, RetireScope, upsert

pytestmark = pytest.mark.django_db
DAY = dt.date(2026, 3, 1)


def labels(model) -> list[str]:
    return list(
        model.pgh_event_model.objects.order_by("pgh_id").values_list("pgh_label", flat=True)
    )


def test_insert_update_delete(ledger):
    row = ledger.objects.create(number="1", state="new", geom=Point(5, 6, srid=city_srid()))
    row.amount = 3
    row.save()
    key = row.pk
    row.delete()
    assert labels(ledger) == ["insert", "update", "delete"]
    created, changed, deleted = ledger.pgh_event_model.objects.order_by("pgh_id")
    assert (created.amount, changed.amount, deleted.amount) == (0, 3, 3)
    assert created.geom.coords == (5, 6)
    assert {created.pgh_obj_id, changed.pgh_obj_id, deleted.pgh_obj_id} == {key}


def test_an_update_that_changes_nothing_is_no_event(ledger):
    row = ledger.objects.create(number="1", state="new")
    row.save()
    ledger.objects.update(amount=0)
    assert labels(ledger) == ["insert"]


def test_bulk_changes_make_one_event_per_row_that_changed(ledger):
    ledger.objects.bulk_create(ledger(number=str(n), amount=n % 2) for n in range(50))
    ledger.objects.update(amount=1)
    assert labels(ledger) == ["insert"] * 50 + ["update"] * 25
    ledger.objects.all().delete()
    assert labels(ledger)[75:] == ["delete"] * 50


def test_raw_sql_and_upsert_and_copy_are_recorded(ledger):
    table = ledger._meta.db_table
    columns = "number, state, amount, text, due_at, paid"
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE TEMP TABLE staging (LIKE {table}) ON COMMIT DROP")
        with connection.connection.cursor() as raw:
            raw.execute(
                f"INSERT INTO staging (id, {columns}) SELECT n, n::text, 'new', 0, '', now(), false"
                " FROM generate_series(1, 3) n"
            )
        with acting(reason="staged"):
            cursor.execute(
                f"INSERT INTO {table} (id, {columns}) SELECT id, {columns} FROM staging"
                f" ON CONFLICT (id) DO UPDATE SET amount = {table}.amount + 1"
            )
            cursor.execute("UPDATE staging SET id = id + 1")
            cursor.execute(
                f"INSERT INTO {table} (id, {columns}) SELECT id, {columns} FROM staging"
                f" ON CONFLICT (id) DO UPDATE SET amount = {table}.amount + 1"
            )
    assert sorted(labels(ledger)) == ["insert"] * 4 + ["update"] * 2
    events = ledger.pgh_event_model.objects.all()
    assert {event.pgh_context.get("reason") for event in events} == {"staged"}


def test_who_and_why_of_a_real_copy_by_the_serving_role(ledger, django_user_model, runtime_role):
    """COPY fills a staging table, one upsert brings it in: each changed row tells who and why."""
    clerk = django_user_model.objects.create(username="clerk")
    table = ledger._meta.db_table
    ledger.objects.create(number="1", state="new")
    columns = "number, state, amount, text, due_at, paid"
    lines = "".join(f"{n}\tnew\t{n}\t\t2026-05-15\tf\n" for n in range(1, 201))
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE TEMP TABLE staging (LIKE {table}) ON COMMIT DROP")
        cursor.execute("ALTER TABLE staging ALTER id DROP NOT NULL")
        with acting(user=clerk, reason="import of 15 May"):
            cursor.copy_expert(f"COPY staging ({columns}) FROM STDIN", io.StringIO(lines))
            cursor.execute(
                f"UPDATE {table} t SET amount = s.amount FROM staging s WHERE t.number = s.number"
            )
            cursor.execute(
                f"INSERT INTO {table} ({columns}) SELECT {columns} FROM staging"
                f" WHERE number NOT IN (SELECT number FROM {table})"
            )
            changed = list(ledger.objects.filter(number__in=["5", "6"]))
            for row in changed:
                row.amount += 1
            ledger.objects.bulk_update(changed, ["amount"])
    events = ledger.pgh_event_model.objects.filter(pgh_context__has_key="user")
    assert [events.filter(pgh_label=label).count() for label in ("insert", "update")] == [199, 3]
    for event in events:
        assert event.pgh_context["user"] == clerk.pk
        assert event.pgh_context["reason"] == "import of 15 May"


def test_the_key_of_a_tracked_row_never_changes(ledger):
    row = ledger.objects.create(number="1", state="new")
    with pytest.raises(DatabaseError, match="never changes"), transaction.atomic():
        ledger.objects.filter(pk=row.pk).update(id=row.pk + 1000)
    assert labels(ledger) == ["insert"]


def test_salted_text_stays_out_of_events(ledger):
    row = ledger.objects.create(number="1", state="new", text="тайна")
    row.amount = 1
    row.save()
    row.text = "другая"
    row.save()
    created, untouched, changed = ledger.pgh_event_model.objects.order_by("pgh_id")
    assert not hasattr(created, "text")
    assert untouched.text_digest is None
    for event, text in ((created, "тайна"), (changed, "другая")):
        salt = Salt.objects.get(digest=event.text_digest).salt
        assert hashlib.sha256(salt.bytes + text.encode()).hexdigest() == event.text_digest
    with connection.cursor() as cursor:
        cursor.execute("SELECT string_agg(payload, '') FROM history_chainrecord")
        payloads = cursor.fetchone()[0]
    assert "тайна" not in payloads
    assert created.text_digest in payloads


def test_same_text_has_another_digest_each_time(ledger):
    ledger.objects.bulk_create([ledger(number="1", text="да"), ledger(number="2", text="да")])
    digests = ledger.pgh_event_model.objects.values_list("text_digest", flat=True)
    assert len(set(digests)) == 2


def test_records_of_legal_weight_need_their_inserts():
    with pytest.raises(ValueError, match="inserts"):
        order_model("Never", chain="x", statement=True)


def test_search_by_object_person_and_period(ledger, django_user_model):
    clerk = django_user_model.objects.create(username="clerk")
    with acting(user=clerk):
        mine = ledger.objects.create(number="1")
    ledger.objects.create(number="2")
    events = ledger.pgh_event_model.objects
    assert [event.number for event in events.by_user(clerk.pk)] == ["1"]
    assert [event.number for event in events.of_object(mine)] == ["1"]
    assert [event.number for event in events.irregular()] == ["2"]
    made = events.first().pgh_created_at
    assert events.between(made, None).count() == 2
    assert events.between(None, made).count() == 0


# --- imported layers ----------------------------------------------------------------------
def load(names: dict[str, str], **kwargs):
    west = 500_000 + 20 * np.arange(len(names))
    batch = Batch(
        source_ids=list(names),
        columns={"name": list(names.values())},
        geometries=shapely.box(west, 6_080_000, west + 10, 6_080_010),
    )
    return upsert(
        model=Building, source="test", batches=[batch], when=DAY, report=ImportReport(),
        layer="building", **kwargs,
    )  # fmt: skip


def test_imported_layers_record_changes_with_who_and_why():
    with acting(reason="import of March"):
        load({"w1": "A", "w2": "B", "w3": "C"})
        assert labels(Building) == []
        load({"w1": "A", "w2": "B2", "w3": "C"})
        load({"w1": "A", "w2": "B2"}, retire=RetireScope(max_count=10))
    changed, retired = Building.pgh_event_model.objects.order_by("pgh_id")
    assert (changed.source_id, changed.name) == ("w2", "B")
    assert (retired.source_id, retired.valid_to) == ("w3", None)
    assert {changed.pgh_context["reason"], retired.pgh_context["reason"]} == {"import of March"}


def test_a_plan_made_for_one_row_does_not_loop_over_many(django_assert_max_num_queries):
    """Plans of triggers are kept: joining old and new rows must not be a nested loop."""
    names = {f"w{n}": "A" for n in range(4000)}
    load(names)
    Building.objects.filter(source_id="w1").update(name="B")
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL statement_timeout = '5s'")
    Building.objects.update(name="C")
    assert len(labels(Building)) == 4001


def test_derived_columns_are_left_out():
    fields = {field.name for field in Yard.pgh_event_model._meta.get_fields()}
    assert "geom" in fields
    assert not {"geom_3857", "area_m2"} & fields
    assert tracking_of(Yard).inserts is False
