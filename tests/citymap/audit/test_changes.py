"""Search over the events of all models."""

import datetime as dt
import itertools
import re

import pytest
from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import override

from citymap.accounts.models import Organization, OrganizationGroup, OrganizationInGroup
from citymap.audit.changes import (
    COMMANDS,
    NOBODY,
    PEOPLE,
    Place,
    Wanted,
    all_rows,
    kind_name,
    kinds,
    page_of,
)
from citymap.history.context import acting
from citymap.history.tracking import tracking_of, trackings
from citymap.personal.models import RetentionRule

pytestmark = pytest.mark.django_db
BODIES = "accounts.organization"


def of_bodies(**values) -> Wanted:
    return Wanted(models=[tracking_of(BODIES)], **values)


def keys(wanted, **options):
    return [(row.table, row.key) for row in page_of(wanted, **options).rows]


@pytest.fixture
def mixed(db, operator):
    """Thirty changes of two models in turn, from one transaction."""
    with acting(user=operator):
        for number in range(15):
            Organization.objects.create(kind="utility", name=f"Body {number}")
            RetentionRule.objects.create(
                code=f"code{number}", valid_from="2026-01-01", keep_months=1, citation="a test"
            )


def test_a_row_says_who_what_when_why(body, operator):
    with override("en"):
        newest, oldest = page_of(of_bodies()).rows
    assert (newest.kind, newest.key, newest.name) == ("Organisation", str(body.pk), "New name")
    assert (newest.who, newest.reason) == ("Айгерим Сейтова", "new contract")
    assert newest.action == "changed"
    assert oldest.action == "created"
    assert newest.when >= oldest.when
    assert not newest.irregular


def test_links_are_called_by_what_they_link(operator, django_assert_max_num_queries):
    groups = [OrganizationGroup.objects.create(name=f"Group {number}") for number in range(20)]
    body = Organization.objects.create(kind="utility", name="Heat")
    with acting(user=operator):
        body.groups.set(groups)
    wanted = Wanted(models=[tracking_of(OrganizationInGroup)])
    with override("en"), django_assert_max_num_queries(3):
        rows = page_of(wanted).rows
    assert {row.name for row in rows} == {f"Heat – Group {number}" for number in range(20)}
    assert {row.kind for row in rows} == {"Member of a group"}


@pytest.mark.parametrize("oldest_first", [False, True])
@pytest.mark.parametrize("size", [1, 4, 7, 100])
def test_pages_join_without_gap_or_double(mixed, oldest_first, size):
    wanted = Wanted(models=[tracking_of(BODIES), tracking_of("personal.retentionrule")],
                    oldest_first=oldest_first)  # fmt: skip
    found, after = [], None
    for _turn in range(200):
        page = page_of(wanted, after=after, size=size)
        found += [(row.when, row.table, row.id) for row in page.rows]
        after = page.next
        if after is None:
            break
    assert len(found) == len(set(found)) >= 30
    times = [when for when, _table, _id in found]
    assert times == sorted(times, reverse=not oldest_first)
    assert [row.id for row in all_rows(wanted, most=1000)] == [number for *_rest, number in found]


def test_an_export_ends_at_its_limit(mixed):
    assert len(list(all_rows(Wanted(), most=7))) == 7


def test_all_models_are_searched(mixed):
    assert {row.table for row in page_of(Wanted(), size=40).rows} >= {
        BODIES, "personal.retentionrule",
    }  # fmt: skip
    assert len(kinds()) > 20


def test_by_object(body, operator):
    Organization.objects.create(kind="utility", name="Another")
    assert keys(of_bodies(key=str(body.pk))) == [(BODIES, str(body.pk))] * 2
    for key in ("0", "x", "99999999999999999999999", "-1", "1; DROP"):
        assert keys(of_bodies(key=key)) == []


def test_by_person_and_origin(body, operator, auditor):
    with acting(user=auditor, command="import_osm"):
        Organization.objects.filter(pk=body.pk).update(phone="1")
    Organization.objects.filter(pk=body.pk).update(phone="2")
    assert len(keys(of_bodies(users=[operator.pk]))) == 2
    assert len(keys(of_bodies(users=[auditor.pk]))) == 1
    assert len(keys(of_bodies(users=[auditor.pk, operator.pk]))) == 3
    assert keys(of_bodies(users=[])) == []
    assert len(keys(of_bodies(origin=PEOPLE))) == 3
    assert [row.command for row in page_of(of_bodies(origin=COMMANDS)).rows] == ["import_osm"]
    assert [row.irregular for row in page_of(of_bodies(origin=NOBODY)).rows] == [True]


def test_by_action(body):
    Organization.objects.filter(pk=body.pk).delete()
    (row,) = page_of(of_bodies(action="delete")).rows
    assert (row.action, row.name) == ("удалено", "")


def test_by_period(body):
    (newest, oldest) = page_of(of_bodies()).rows
    tick = dt.timedelta(microseconds=1)
    assert len(keys(of_bodies(start=oldest.when, end=newest.when + tick))) == 2
    assert len(keys(of_bodies(start=oldest.when + tick))) == 1
    assert len(keys(of_bodies(end=newest.when))) == 1
    hour = dt.timedelta(hours=1)
    assert keys(of_bodies(end=oldest.when - hour)) == []
    assert keys(of_bodies(start=newest.when + hour)) == []
    assert keys(Wanted(start=dt.datetime.max.replace(tzinfo=dt.UTC))) == []


@pytest.mark.parametrize(
    "text",
    ["", "x", "~~", "2026-01-01~a~1", "2026-13-01T00:00:00Z~a~1", "2026-01-01T00:00:00Z~a~x",
     "2026-01-01T00:00:00Z~a~" + "9" * 30, "2026-01-01T00:00:00Z~a~٣"],
)  # fmt: skip
def test_a_wrong_place_is_none(text):
    assert Place.parse(text) is None


def test_a_place_survives_its_text():
    place = Place(when=timezone.now(), table=BODIES, id=7)
    assert Place.parse(str(place)) == place


# --- bounds -----------------------------------------------------------------------------
def event_at(moment) -> int:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT audit_event_at('accounts_organizationevent'::regclass, %s)", [moment]
        )
        return cursor.fetchone()[0]


MANY = """
INSERT INTO accounts_organizationevent ({columns}, pgh_id, pgh_created_at, pgh_label, pgh_obj_id,
                                        pgh_context)
SELECT {values}, 1000000 + 3 * i, timestamptz '2025-01-01' + i * interval '1 minute', 'update',
       e.pgh_obj_id, jsonb_build_object('user', 900000 + i %% 50)
FROM generate_series(1, %s) AS i CROSS JOIN
     (SELECT * FROM accounts_organizationevent ORDER BY pgh_id LIMIT 1) AS e
"""


def fill(count: int) -> None:
    """So many events, one a minute, by fifty people in turn."""
    event = tracking_of(BODIES).event_model
    own = ("pgh_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "pgh_context")
    columns = [f.column for f in event._meta.concrete_fields if f.column not in own]
    listed = ", ".join(f'"{name}"' for name in columns)
    values = ", ".join(f'e."{name}"' for name in columns)
    with connection.cursor() as cursor:
        cursor.execute(MANY.format(columns=listed, values=values), [count])
        cursor.execute("DELETE FROM accounts_organizationevent WHERE pgh_id < 1000000")
        cursor.execute("ANALYZE accounts_organizationevent")


def test_a_moment_becomes_a_bound(body):
    fill(500)
    start = dt.datetime(2025, 1, 1, tzinfo=dt.UTC)
    for minutes in (-100, 0, 1, 2, 250, 499, 500, 501, 9000):
        first = min(max(minutes, 1), 501)
        bound = event_at(start + dt.timedelta(minutes=minutes))
        assert 1_000_000 + 3 * (first - 1) < bound <= 1_000_000 + 3 * first
    assert event_at(None) is None


def test_an_empty_table_has_a_bound(db):
    assert event_at(timezone.now()) == 0


def plan_nodes(plan: dict):
    yield plan
    for inner in plan.get("Plans", ()):
        yield from plan_nodes(inner)


def scanned(wanted, after=None) -> int:
    """Rows that the database went through for one page, and that no table was read whole."""
    with connection.execute_wrapper(explained := Explained()):
        page_of(wanted, after=after)
    return max(explained.rows)


class Explained:
    """Explains each page's statement before it is run."""

    def __init__(self) -> None:
        self.rows: list[int] = []

    def __call__(self, execute, sql, params, many, context):
        is_page = sql.startswith(("SELECT", "(SELECT")) and "organizationevent" in sql
        if is_page and "audit_event_at" not in sql:
            execute(f"EXPLAIN (ANALYZE, FORMAT JSON) {sql}", params, many, context)
            plan = context["cursor"].fetchone()[0][0]["Plan"]
            self.rows.append(sum(rows_read(node) for node in plan_nodes(plan)))
        return execute(sql, params, many, context)


def rows_read(node: dict) -> int:
    """Rows that a node took from the table of events or an index of it."""
    source = str(node.get("Relation Name", node.get("Index Name", "")))
    if "organizationevent" not in source:
        return 0
    return node["Actual Rows"] + node.get("Rows Removed by Filter", 0)


def test_a_page_costs_the_same_anywhere(body):
    """Neither depth nor a period long ago makes the database read more than a few pages."""
    fill(50_000)
    start = dt.datetime(2025, 1, 1, tzinfo=dt.UTC)
    day = dt.timedelta(days=1)
    deep = Place(when=start + 3 * day, table=BODIES, id=1_000_000 + 3 * 3 * 1440)
    last_week = of_bodies(start=start + 5 * day, end=start + 12 * day)
    for wanted, after in itertools.product(
        (of_bodies(), of_bodies(oldest_first=True), last_week), (None, deep)
    ):
        assert scanned(wanted, after) < 1000, (wanted, after)


def test_a_person_is_found_by_the_index(body, make_user):
    fill(50_000)
    assert scanned(of_bodies(users=[900_007])) < 5000


def test_pages_are_of_one_moment(body):
    """The serving role may search, within a transaction of its own."""
    with transaction.atomic():
        assert page_of(Wanted(start=timezone.now() - dt.timedelta(days=1)))


@pytest.mark.parametrize("language", ["ru", "kk"])
def test_every_kind_has_a_name_in_the_readers_language(language):
    with override(language):
        names = {item.model.__name__: str(kind_name(item)) for item in trackings()}
    assert len(names) > 40
    english = {model: name for model, name in names.items() if not re.search("[а-яә]", name)}
    assert english == {}
