"""The demo's surveys: 148 yards need attention, the same ones each time."""

import pytest

from citymap.demo import DemoOptions
from planning.demo import load
from planning.models import QueueRow, WorkPrice, YardSurvey
from tests.planning.town import make_yard

pytestmark = pytest.mark.django_db


def test_148_yards_need_attention(django_assert_max_num_queries):
    for number in range(160):
        make_yard(number)
    with django_assert_max_num_queries(60):
        load(DemoOptions(), lambda text: None)
    needing = YardSurvey.objects.filter(needs_work=True)
    assert needing.count() == 148
    assert all(survey.amounts for survey in needing)
    assert QueueRow.objects.in_force().count() == 160


def test_a_second_run_changes_nothing_and_the_same_seed_gives_the_same():
    for number in range(30):
        make_yard(number)
    fields = ("yard__source_id", "condition", "amounts", "project_ready")
    load(DemoOptions(), lambda text: None)
    first = list(YardSurvey.objects.order_by("id").values_list(*fields))
    load(DemoOptions(), lambda text: None)
    assert YardSurvey.objects.count() == 30
    assert WorkPrice.objects.count() == 8
    YardSurvey.objects.all().delete()
    load(DemoOptions(), lambda text: None)
    assert list(YardSurvey.objects.order_by("id").values_list(*fields)) == first
