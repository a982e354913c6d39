"""A draft is chosen once at a time: who asks again meanwhile is told so, and nothing is doubled."""

import psycopg2
import pytest
from django.db import connection

from planning.choices import ChosenBy
from planning.services.errors import NotPossibleNowError
from planning.services.programmes import fill_draft, start_programme
from planning.services.queue import take_snapshot
from tests.planning.town import TODAY, make_prices, make_yard, survey

pytestmark = pytest.mark.django_db(transaction=True)


def test_who_asks_again_is_told_at_once(planner, client):
    make_prices()
    survey(make_yard(0))
    take_snapshot(as_of=TODAY)
    version = start_programme(
        name="Yards", first_year=2027, budgets=[10**9], reason="Budget", user=planner
    )
    client.force_login(planner)
    with psycopg2.connect(**connection.get_connection_params()) as other:
        # Somebody chooses just now.
        with other.cursor() as cursor:
            cursor.execute(
                "SELECT FROM planning_programmeversion WHERE id = %s FOR UPDATE", [version.pk]
            )
        with pytest.raises(NotPossibleNowError, match="just now"):
            fill_draft(version=version, method=ChosenBy.EXACT, user=planner)
        answer = client.post(
            f"/plan/programmes/{version.pk}/choose/", {"method": "exact"}, follow=True
        )
        assert "Look again in some seconds" in answer.content.decode()
        assert not version.rows.exists()
    other.close()
    # One after the other: the second finds what the first did, and does it again to the same end.
    for _time in range(2):
        fill_draft(version=version, method=ChosenBy.EXACT, user=planner)
    assert version.rows.count() == 1
