"""The queue of a region: parts, one machine and the application's own path agree."""

import datetime as dt

import numpy as np
import pandas as pd
import pytest
import shapely

from planning.choices import Theme
from planning.models import Event
from planning.queueinputs import day_number, read_yards
from planning.scale.parts import Territories
from planning.scale.queue import Ground, queue_on_dask, whole_queue
from planning.services.queue import FIRST_POLICY
from tests.planning.scale.pieces import table_of
from tests.planning.town import APART, TODAY, X, Y, make_event, make_yard

YARDS = 6


@pytest.fixture(scope="module")
def territories() -> Territories:
    """The border between two of them runs through the third yard."""
    cut = X + 2 * APART + 50
    return Territories(
        [shapely.box(X - 100, Y - 100, cut, Y + 400), shapely.box(cut, Y - 100, X + 2000, Y + 400)]
    )


@pytest.fixture(scope="module")
def messages() -> pd.DataFrame:
    """Chains of complaints over yards and the border; people who repeat themselves elsewhere."""
    rng = np.random.default_rng(11)
    count = 600
    return pd.DataFrame(
        {
            "event": np.arange(1, count + 1),
            "person": rng.integers(1, 150, count),
            "day": day_number(TODAY) - rng.integers(0, 700, count),
            "x": X + rng.uniform(-20, YARDS * APART, count).round(1),
            "y": Y + rng.uniform(-20, 120, count).round(1),
        }
    )


@pytest.fixture(scope="module")
def ground() -> Ground:
    west = X + APART * np.arange(YARDS)
    return Ground(
        ids=np.arange(101, 101 + YARDS),
        apartments=np.array([100.0, 300, 100, 50, 100, 80]),
        area_m2=np.full(YARDS, 10_000.0),
        shapes=shapely.box(west, Y, west + 100, Y + 100),
    )


def same(one, other) -> bool:
    return all(
        np.array_equal(a, b)
        for a, b in (
            (one.order, other.order), (one.score, other.score),
            (one.yards.first_complaint, other.yards.first_complaint),
            (one.yards.values["complaints"], other.yards.values["complaints"]),
        )
    )  # fmt: skip


@pytest.mark.parametrize("chunks", [1, 5])
def test_parts_give_the_whole(messages, ground, territories, client, chunks):
    asked = {
        "ground": ground, "policy": FIRST_POLICY, "today": day_number(TODAY),
        "territories": territories,
    }  # fmt: skip
    single = whole_queue(messages, **asked)
    assert len(set(single.yards.values["complaints"])) > 3
    found = queue_on_dask(table_of(messages, chunks), **asked, client=client)
    assert same(found, single)


@pytest.mark.django_db
def test_it_is_the_queue_of_the_application(messages, territories):
    yards = [make_yard(number) for number in range(YARDS)]
    rows = messages.head(200).copy()
    for row in rows.itertuples():
        make_event(
            row.event, dx=row.x - X, dy=row.y - Y, person=row.person, theme=Theme.YARDS,
            day=TODAY - dt.timedelta(day_number(TODAY) - row.day),
        )  # fmt: skip
    keys = dict(Event.objects.values_list("source_id", "pk"))
    rows["event"] = [keys[str(event)] for event in rows["event"]]
    theirs = read_yards(as_of=TODAY)
    ground = Ground(
        ids=theirs.ids, apartments=theirs.values["apartments"], area_m2=theirs.values["area_m2"],
        shapes=np.array([shapely.from_wkb(bytes(yard.geom.wkb)) for yard in yards]),
    )  # fmt: skip
    ours = whole_queue(
        rows, ground=ground, policy=FIRST_POLICY, today=day_number(TODAY), territories=territories
    ).yards
    assert np.array_equal(ours.values["complaints"], theirs.values["complaints"])
    assert np.array_equal(ours.first_complaint, theirs.first_complaint)
    assert ours.values["complaints"].any()
