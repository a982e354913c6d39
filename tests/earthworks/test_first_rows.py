"""What an installation starts with: the unverified defaults of the domain, dated and cited."""

import pytest
from django.apps import apps

from earthworks.first_rows import ROWS, fill_empty_tables
from earthworks.models import SeasonRule

FIRST = {
    "SeasonRule": [
        {"closed_from": 1015, "open_from": 415, "permanent_by": 515, "planned_blocked": True}
    ],
    "OrderTerm": [{"emergency_days": 3, "guarantee_years": 5, "permit_moves": False}],
    "ApprovalTerm": [
        {"kind": "network", "working_days": 3}, {"kind": "office", "working_days": 3}
    ],
    "ClaimPolicy": [{"police_after_hours": 0, "copy_to_contractor": True, "answer_days": 10}],
}  # fmt: skip


def test_the_first_rules_are_those_of_the_domain():
    assert set(ROWS) == set(FIRST)
    for name, rows in FIRST.items():
        for row, wanted in zip(ROWS[name], rows, strict=True):
            assert {key: row[key] for key in wanted} == wanted


@pytest.mark.django_db
def test_empty_tables_are_filled_and_others_left_alone():
    SeasonRule.objects.all().delete()
    fill_empty_tables(sender=None)
    assert SeasonRule.objects.get().permanent_by == 515
    SeasonRule.objects.update(permanent_by=520)
    fill_empty_tables(sender=None)
    assert SeasonRule.objects.get().permanent_by == 520
    for name in ROWS:
        for row in apps.get_model("earthworks", name).objects.all():
            assert row.citation
            assert not row.verified
