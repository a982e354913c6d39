"""Repair plan, outlook, budget proposal, prices; the list as PDF and data; why versions differ."""

import csv
import datetime as dt
import io
import itertools
import json
import re
from decimal import Decimal

import pytest
from django.contrib.gis.geos import LineString
from hypothesis import given
from hypothesis import strategies as st

from layers.models import NetworkSegment
from planning.choices import ChosenBy
from planning.models import Event, WorkPrice
from planning.programme.outlook import outlook
from planning.programme.problem import Candidate
from planning.programmelists import explained
from planning.programmepdf import programme_pdf
from planning.services.candidates import outlook_of, problem_of
from planning.services.errors import NotPossibleNowError, PlanningRefusedError
from planning.services.prices import set_price
from planning.services.programmes import (
    fill_draft,
    publish_version,
    put_yard,
    revise_programme,
    start_programme,
    take_out_yard,
)
from planning.services.queue import hold_yard, take_snapshot
from planning.services.repairs import repair_plan, stretches
from tests.planning.town import (
    APART,
    TODAY,
    X,
    Y,
    make_district,
    make_event,
    make_prices,
    make_yard,
    survey,
)

pytestmark = pytest.mark.django_db
SPAN = {"since": dt.date(2025, 6, 1), "until": dt.date(2026, 6, 2)}


@pytest.fixture
def yards():
    make_prices()
    found = [make_yard(n, apartments=300 - 40 * n) for n in range(5)]
    for yard in found:
        survey(yard)
    take_snapshot(as_of=TODAY)
    return found


def start(planner, *, budgets=(2_000_000,), name="Yards of 2027"):
    return start_programme(
        name=name, first_year=2027, budgets=list(budgets), reason="Budget", user=planner
    )


# --- outlook ------------------------------------------------------------------------------

CANDIDATES = st.lists(
    st.tuples(st.integers(1, 60), st.integers(0, 100), st.booleans()), max_size=12
).map(
    lambda rows: [
        Candidate(key=str(n), cost=cost, benefit=benefit, held=held, yards=(n,))
        for n, (cost, benefit, held) in enumerate(rows)
    ]
)


@given(candidates=CANDIDATES, budget=st.integers(1, 100))
def test_outlook_counts_every_yard_once(candidates, budget):
    found = outlook(candidates, budget=budget)
    done = sum(year.yards for year in found.years)
    assert done + found.unmet_yards + found.held_yards == len(candidates)
    assert all(year.cost <= budget for year in found.years)


def test_outlook_of_a_version(yards, planner):
    version = start(planner)
    fill_draft(version=version, method=ChosenBy.EXACT, user=planner)
    found = outlook_of(version)
    assert [year.yards for year in found.years] == [2, 1]
    assert found.unmet_yards == 0


def test_a_yard_is_in_one_programme(yards, planner):
    first = start(planner)
    fill_draft(version=first, method=ChosenBy.EXACT, user=planner)
    publish_version(version=first, user=planner)
    taken = set(first.rows.values_list("yard", flat=True))
    second = start(planner, name="Yards of 2028", budgets=(10**9,))
    keys = {yard for one in problem_of(second).candidates for yard in one.yards}
    assert keys == {yard.pk for yard in yards} - taken


# --- repair plan --------------------------------------------------------------------------


def test_a_segment_of_the_plan_leads_to_the_map_and_is_written_in_words(client, planner):
    """Of steel that was laid here; where it lies is one press away."""
    segment = make_segment(0)
    segment.material = "cast_iron"
    segment.save()
    breaks(0, 3, 0)
    client.force_login(planner)
    query = "kind=heat&since=2021-06-02&until=2026-06-02&price_m=1000&budget=1000000"
    page = client.get(f"/plan/repairs/?{query}", headers={"accept-language": "en"}).content.decode()
    assert ">cast iron</td>" in page
    assert "cast_iron" not in page
    assert re.search(r'<th scope="row"><a href="/#at=17/5\d\.\d+/6\d\.\d+">', page)


def make_segment(number: int, *, length_m: float = 100.0, kind="heat") -> NetworkSegment:
    west = X + number * APART
    return NetworkSegment.objects.create(
        source="manual", source_id=f"s{number}", valid_from=dt.date(2020, 1, 1), kind=kind,
        material="steel", laid_year=1975,
        geom=LineString((west, Y - 80), (west + length_m, Y - 80)),
    )  # fmt: skip


def breaks(segment: int, count: int, first: int) -> None:
    for number in range(count):
        make_event(first + number, yard=segment, dx=20, dy=-75, theme="heat",
                   day=dt.date(2026, 1, 5) + dt.timedelta(number))  # fmt: skip
    Event.objects.filter(theme="heat").update(source="breakages")


def test_the_plan_is_the_best_by_brute_force():
    for number, (length, count) in enumerate([(100, 3), (50, 2), (200, 3), (80, 1), (60, 0)]):
        make_segment(number, length_m=length)
        breaks(number, count, 100 * number)
    budget = 20_000
    plan = repair_plan(kind="heat", price_m=100, budget=budget, **SPAN)
    assert (plan.known, plan.breaks, plan.segments, plan.gap) == (4, 9, 5, 0.0)
    every = [one for one in stretches(kind="heat", price_m=100, **SPAN) if one.breaks]
    best = max(
        sum(round(one.expected * 10_000) for one in chosen)
        for size in range(len(every) + 1)
        for chosen in itertools.combinations(every, size)
        if sum(one.cost for one in chosen) <= budget
    )
    assert sum(round(one.expected * 10_000) for one in plan.exact) == best
    assert sum(one.cost for one in plan.exact) <= budget


def test_complaints_are_no_breakages():
    make_segment(0)
    make_event(1, dx=20, dy=-75, theme="heat", person=7, day=dt.date(2026, 1, 5))
    assert repair_plan(kind="heat", price_m=100, budget=10**9, **SPAN).breaks == 0


@pytest.mark.parametrize(
    "wrong", [{"kind": "telecom"}, {"price_m": 0}, {"budget": -1}, {"until": dt.date(2020, 1, 1)}]
)
def test_no_plan_of_nonsense(wrong):
    usual = {"kind": "heat", "price_m": 100, "budget": 1, **SPAN}
    with pytest.raises(PlanningRefusedError):
        repair_plan(**(usual | wrong))


# --- prices -------------------------------------------------------------------------------


def test_prices_are_dated_and_cited(planner):
    day = dt.date(2026, 1, 1)
    set_price(work="kerb", price=Decimal(5), valid_from=day, citation="List 7", user=planner)
    with pytest.raises(NotPossibleNowError):
        set_price(work="kerb", price=Decimal(6), valid_from=day, citation="List 8", user=planner)
    for wrong in ({"citation": " "}, {"price": Decimal(0)}, {"work": "magic"}):
        usual = {"work": "asphalt", "price": Decimal(1), "valid_from": day, "citation": "x"}
        with pytest.raises(PlanningRefusedError):
            set_price(user=planner, **(usual | wrong))
    assert WorkPrice.objects.count() == 1


# --- lists and differences ----------------------------------------------------------------


def test_lists_by_district_are_the_same_bytes_each_time(client, yards, planner):
    make_district("Аудан Ә", first=0, last=1)
    version = start(planner)
    fill_draft(version=version, method=ChosenBy.EXACT, user=planner)
    publish_version(version=version, user=planner)
    address = f"/yards/programmes/{version.programme_id}"
    pdf = client.get(f"{address}.pdf").content
    assert pdf.startswith(b"%PDF-")
    version.refresh_from_db()
    assert pdf == programme_pdf(version, at=version.published_at)
    text = client.get(f"{address}.csv").content.decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(text)))
    assert [row["district"] for row in rows] == ["Аудан Ә", "Аудан Ә"]
    found = json.loads(b"".join(client.get(f"{address}.geojson")))
    assert [one["id"] for one in found["features"]] == [int(row["yard"]) for row in rows]
    assert client.get(f"{address}/?version=7").status_code == 404
    assert client.get(f"{address}/?version=x").status_code == 404
    assert "Аудан Ә" in client.get(f"{address}/").content.decode()


def test_drafts_have_no_public_page(client, yards, planner):
    version = start(planner)
    for ending in ("/", ".pdf", ".csv", ".geojson"):
        assert client.get(f"/yards/programmes/{version.programme_id}{ending}").status_code == 404


def test_why_a_version_differs(yards, planner):
    first = start(planner, budgets=(3_000_000,))
    fill_draft(version=first, method=ChosenBy.EXACT, user=planner)
    publish_version(version=first, user=planner)
    second = revise_programme(
        programme=first.programme, budgets=[3_000_000], reason="Cut", user=planner
    )
    hold_yard(yard=yards[0], reason="Heat main first", user=planner)
    take_out_yard(version=second, yard=yards[0], reason="x", user=planner)
    put_yard(version=second, yard=yards[4], year=2027, reason="School opens", user=planner)
    found = {one.yard: (one.words, one.reason) for one in explained(first, second)}
    assert found == {
        yards[0].pk: ("taken out of 2027", "Heat main first"),
        yards[4].pk: ("added for 2027", "School opens"),
    }


# --- pages --------------------------------------------------------------------------------


def test_pages_of_money(client, yards, planner, django_assert_max_num_queries):
    client.force_login(planner)
    for path in ("/plan/proposal/", "/plan/repairs/", "/plan/prices/"):
        with django_assert_max_num_queries(25):
            assert client.get(path).status_code == 200
    query = "kind=heat&since=2025-01-01&until=2026-01-01&price_m=1&budget=5"
    assert client.get(f"/plan/repairs/?{query}").status_code == 200
    assert client.get(f"/plan/repairs/?{query}&format=geojson").json()["features"] == []
    assert client.get("/plan/proposal/?since=x&until=y", follow=True).status_code == 200
    page = client.get("/plan/proposal/?since=2025-01-01&until=2026-01-01&format=csv")
    assert page.content.decode("utf-8-sig").startswith("code,theme")
    version = start(planner)
    for part in ("choices", "outlook"):
        assert client.get(f"/plan/programmes/{version.pk}/{part}/").status_code == 200


def test_scenarios_side_by_side(client, yards, planner):
    client.force_login(planner)
    form = {
        "weight_apartments": 0, "weight_complaints": 0, "weight_area_m2": 100,
        "low_apartments": 0, "high_apartments": 1, "low_complaints": 0, "high_complaints": 1,
        "low_area_m2": 0, "high_area_m2": 100_000,
    }  # fmt: skip
    data = {f"scenario-{name}": value for name, value in form.items()}
    data |= {"scenario-name": "Area", "scenario-excluded": str(yards[1].pk),
             "scenario-since": "2026-01-01"}  # fmt: skip
    page = client.post("/plan/queue/scenarios/", data, follow=True)
    assert "1 yard is left out" in page.content.decode()
    scenario = page.redirect_chain[-1][0].rstrip("/").split("/")[-1]
    side = client.get(f"/plan/queue/compare/?scenario={scenario}&top=3").content.decode()
    assert "Area" in side
    assert client.get("/plan/queue/compare/?scenario=9999&top=x").status_code == 200
    bad = client.post(
        "/plan/queue/scenarios/", data | {"scenario-excluded": "9999999"}, follow=True
    )
    assert "There is no yard" in bad.content.decode()


def test_a_yard_by_its_address(client, yards, planner):
    client.force_login(planner)
    page = client.post("/plan/holds/", {"yard": "yard 3", "reason": "x"}, follow=True)
    assert "on hold" in page.content.decode()
    assert yards[3].holds.count() == 1
    many = client.post("/plan/holds/", {"yard": "yard", "reason": "x"}, follow=True)
    assert "Several yards" in many.content.decode()


def test_a_survey_file_is_whole_or_nothing(client, yards, planner):
    client.force_login(planner)
    head = "yard,surveyed_on,condition,needs_work\n"
    good = io.BytesIO(f"{head}{yards[0].pk},2026-05-02,poor,yes\n".encode())
    bad = io.BytesIO(f"{head}{yards[0].pk},2026-05-03,poor,yes\n9999999,x,poor,yes\n".encode())
    for file, words in ((good, "1 survey is written"), (bad, "Nothing was written")):
        file.name = "survey.csv"
        page = client.post("/plan/surveys/import/", {"file-file": file}, follow=True)
        assert words in page.content.decode()
    assert yards[0].surveys.count() == 2
