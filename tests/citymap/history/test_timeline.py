"""The timeline: every change field by field, in words, in the reader's language."""

import datetime as dt

import pytest
from django.contrib.auth import get_user_model
from django.contrib.gis.geos import Point, Polygon
from django.db import connection
from django.template import Context, Template
from django.test import RequestFactory
from django.utils.translation import override

from citymap.accounts.choices import OrganizationKind, Role
from citymap.accounts.models import Organization
from citymap.geo import city_srid
from citymap.history.context import acting
from citymap.history.timeline import NotTrackedError, recent_entries, shape_change, timeline_of
from citymap.history.tracking import tracking_of
from citymap.jobs.models import JobRun
from layers.models import Camera, Yard
from layers.services.objects import correct_object

pytestmark = pytest.mark.django_db


@pytest.fixture
def clerk(db):
    return get_user_model().objects.create(username="clerk", first_name="Айгүл", last_name="Сер")


def changes(entry) -> dict:
    return {change.field: change.note or (change.before, change.after) for change in entry.changes}


def box(x: float, size: float) -> Polygon:
    return Polygon.from_bbox((x, 0, x + size, size))


def test_reads_as_a_story(ledger, clerk):
    with override("en"):
        with acting(user=clerk, reason="taken by phone"):
            row = ledger.objects.create(number="7", state="new", text="secret")
        row.state, row.paid = "ok", True
        row.due_at = dt.datetime(2026, 5, 15, 7, tzinfo=dt.UTC)
        with acting(user=clerk):
            row.save()
        row.text = "other"
        row.save()
        row.delete()
        deleted, texted, changed, created = timeline_of(row_like(ledger))
    assert (created.who, created.reason, created.label) == (
        "Айгүл Сер", "taken by phone", "created",
    )  # fmt: skip
    assert changes(created)["State"] == ("", "New")
    assert changes(created)["Text"] == "changed; history keeps its digest only"
    assert changes(changed)["State"] == ("New", "Done")
    assert changes(changed)["Paid"] == ("no", "yes")
    assert changes(changed)["Due"][1] == "15 May 2026, 12:00"
    assert "Text" not in changes(changed)
    assert set(changes(texted)) == {"Text"}
    assert texted.irregular
    assert texted.who == "nobody named"
    assert changes(deleted)["State"] == ("Done", "")
    assert "Text" not in changes(deleted)


def row_like(ledger):
    """The object, as its page still knows it after it was deleted."""
    return ledger(pk=ledger.pgh_event_model.objects.first().pgh_obj_id)


def test_imported_layers_show_before_and_after(clerk):
    camera = Camera.objects.create(
        source="test", source_id="1", valid_from=dt.date(2026, 1, 1),
        geom=Point(0, 0, srid=city_srid()),
    )  # fmt: skip
    first, second = (
        Organization.objects.create(kind=OrganizationKind.UTILITY, name=name)
        for name in ("Свет", "Тепло")
    )
    owner = next(
        (f.name for f in Camera._meta.get_fields() if f.related_model is Organization), None
    )
    for owning, x in ((first, 3), (second, 3)):
        camera.geom = Point(x, 4, srid=city_srid())
        fields = ["geom"]
        if owner:
            setattr(camera, owner, owning)
            fields.append(owner)
        with acting(user=clerk, reason=str(owning)):
            correct_object(instance=camera, fields=fields)
    with override("en"):
        entries = timeline_of(camera)
    assert entries[-1].reason == "Свет"
    assert "shape changed, moved by 5 m" in changes(entries[-1]).values()
    if owner:
        assert ("Свет", "Тепло") in changes(entries[0]).values()


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        (box(0, 10), box(30, 10), "shape changed, moved by 30 m"),
        (box(0, 10), box(0, 20), "shape changed, moved by 7 m, area 100 m² → area 400 m²"),
        (None, box(0, 10), "shape drawn: area 100 m²"),
        (Point(1, 1), None, "shape removed"),
        (box(0, 1000), box(1, 1000), "shape changed, moved by 1 m"),
    ],
)
def test_shapes_in_words(before, after, said):
    with override("en"):
        assert shape_change(before, after) == said


def test_roles_by_their_names_and_in_the_readers_language(clerk):
    clerk.roles = [Role.PLANNER, Role.HEAD]
    clerk.save()
    with override("ru"):
        (entry, *_rest) = timeline_of(clerk)
    before, after = changes(entry)[next(iter(changes(entry)))]
    assert before == "—"
    assert after == ", ".join(str(Role(role).label) for role in (Role.PLANNER, Role.HEAD))


def test_few_queries_whatever_the_number_of_changes(ledger, clerk, django_assert_num_queries):
    row = ledger.objects.create(number="1")
    for amount in range(1, 30):
        row.amount = amount
        with acting(user=clerk):
            row.save()
    with django_assert_num_queries(2):
        assert len(timeline_of(row, limit=20)) == 20
    assert changes(timeline_of(row, limit=20)[-1])["Amount"] == ("9", "10")


def test_lists_of_changes_of_many_objects(ledger):
    for number in "12":
        row = ledger.objects.create(number=number)
        row.amount = 4
        row.save()
    tracking = tracking_of(ledger)
    found = recent_entries(tracking, tracking.event_model.objects.newest_first()[:2])
    assert [changes(entry)["Amount"] for entry in found] == [("0", "4"), ("", "0")]


def test_a_model_without_history():
    with pytest.raises(NotTrackedError):
        timeline_of(JobRun(name="x"))


def test_the_tag_escapes_what_people_typed(ledger, clerk):
    with acting(user=clerk, reason="<script>alert(1)</script>"):
        row = ledger.objects.create(number="<b>1</b>")
    page = Template("{% load history %}{% timeline row %}").render(
        Context({"row": row, "request": RequestFactory().get("/")})
    )
    assert "&lt;script&gt;" in page
    assert "<b>1" not in page


def test_the_administrations_history_page_shows_it(admin_client, clerk):
    clerk.post = "техник"
    clerk.save()
    answer = admin_client.get(f"/admin/accounts/user/{clerk.pk}/history/")
    assert answer.status_code == 200
    assert 'class="timeline"' in answer.text
    assert "техник" in answer.text
    assert "Айгүл" not in answer.text.split('class="timeline"')[1].split("</ol>")[0]


def test_objects_without_changes(admin_client):
    yard = Yard.objects.create(
        source="t", source_id="1", valid_from=dt.date(2026, 1, 1), label="Двор",
        geom=Polygon.from_bbox((500000, 6080000, 500010, 6080010)),
    )  # fmt: skip
    answer = admin_client.get(f"/admin/layers/yard/{yard.pk}/history/")
    assert "timeline-empty" in answer.text
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM layers_yardevent")
        assert cursor.fetchone() == (0,)
