"""The navigation of planning: groups, the rooms of one of them, and who sees which."""

import re

import pytest

from citymap.accounts.choices import Role
from planning.rooms import groups_of
from tests.planning.town import make_user

pytestmark = pytest.mark.django_db
EN = {"accept-language": "en"}


def names(user):
    return {str(group.title): [room.name for room in rooms] for group, rooms in groups_of(user)}


def test_planners_see_more_than_analysts():
    everything, less = (names(make_user(role, name=role)) for role in (Role.PLANNER, Role.ANALYST))
    assert everything["Yards"] == ["policy", "surveys", "holds", "queue"]
    assert less["Yards"] == ["policy", "queue"]
    assert list(everything) == list(less) == ["Hotspots", "Yards", "Programmes", "Reports"]


@pytest.mark.parametrize(
    ("path", "group", "room"),
    [
        ("/plan/", "Hotspots", "Heatmap"),
        ("/plan/holds/", "Yards", "Holds"),
        ("/plan/proposal/", "Programmes", "Budget proposal"),
        ("/plan/reports/", "Reports", None),
    ],
)
def test_a_page_says_where_it_stands(client, path, group, room):
    client.force_login(make_user(Role.PLANNER))
    page = client.get(path, headers=EN).content.decode()
    nav = page[page.index('class="plan-nav"') :]
    nav = nav[: nav.index("</nav>")]
    marked = re.findall(r'aria-current="(\w+)">([^<]+)</a>', nav)
    assert marked == ([("true", group), ("page", room)] if room else [("page", group)])
