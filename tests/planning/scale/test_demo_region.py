"""The demo city as a region: its districts on a real cluster, a worker killed, the city's queue."""

import datetime as dt

import numpy as np
import pandas as pd
import pytest
import shapely
from django.utils import timezone

from layers.choices import TerritoryKind
from layers.models import Territory, Yard
from planning.choices import Theme
from planning.models import Event
from planning.queueinputs import COMPLAINT_DAYS, day_number, read_yards
from planning.queuemessages import messages_between
from planning.scale.parts import Task, Territories
from planning.scale.queue import Ground, queue_on_dask
from planning.scale.region import region_on_dask
from planning.scale.whole import whole_region
from planning.services.queue import FIRST_POLICY, compute_queue
from tests.planning.scale.pieces import one_worker_killed, table_of

pytestmark = pytest.mark.django_db
TASK = Task(edge_m=300.0, step_m=250.0, radius_m=400.0, years=3.0)
THEMES = (Theme.WATER, Theme.ROADS)


@pytest.fixture
def districts(demo_city) -> Territories:
    rows = Territory.objects.filter(kind=TerritoryKind.DISTRICT, valid_to=None).order_by("pk")
    shapes = [shapely.from_wkb(bytes(row.geom.wkb)) for row in rows]
    assert len(shapes) > 1
    return Territories(shapes)


@pytest.fixture
def events(demo_city) -> pd.DataFrame:
    rows = Event.objects.filter(theme__in=THEMES).order_by("pk")
    table = pd.DataFrame(
        [(e.pk, e.theme, e.geom.x, e.geom.y, e.weight) for e in rows],
        columns=["event", "theme", "x", "y", "weight"],
    )
    assert len(table) > 1000
    return table


def test_the_demo_city_in_parts_while_a_worker_is_killed(events, districts, client, cluster):
    single = whole_region(events, territories=districts, task=TASK)
    assert single.cells["hot"].any()
    assert single.clusters["cluster"].nunique() > 2
    with one_worker_killed(client, cluster):
        found = region_on_dask(table_of(events, 6), territories=districts, client=client, task=TASK)
    assert found.same_as(single)
    again = region_on_dask(table_of(events, 3), territories=districts, client=client, task=TASK)
    assert again.same_as(single)


def test_the_demo_city_s_queue_in_parts_is_that_of_the_application(districts, client):
    today = timezone.localdate()
    ours = compute_queue(policy=FIRST_POLICY, as_of=today)
    assert len(set(ours.yards.values["complaints"])) > 10
    theirs = read_yards(as_of=today)
    outlines = dict(Yard.objects.current().values_list("pk", "geom"))
    ground = Ground(
        ids=theirs.ids, apartments=theirs.values["apartments"], area_m2=theirs.values["area_m2"],
        shapes=np.array([shapely.from_wkb(bytes(outlines[pk].wkb)) for pk in theirs.ids.tolist()]),
    )  # fmt: skip
    said = messages_between(today - dt.timedelta(COMPLAINT_DAYS), today + dt.timedelta(1))
    messages = pd.DataFrame(
        {
            "event": said.event, "person": said.person, "day": said.day,
            "x": said.xy[:, 0], "y": said.xy[:, 1],
        }
    )  # fmt: skip
    found = queue_on_dask(
        table_of(messages, 4), ground=ground, policy=FIRST_POLICY, today=day_number(today),
        territories=districts, client=client,
    )  # fmt: skip
    assert np.array_equal(found.order, ours.order)
    assert np.array_equal(found.score, ours.score)
    assert np.array_equal(found.yards.first_complaint, ours.yards.first_complaint)
