"""Following a yard: by e-mail with a confirmation, by a feed; nobody learns who follows."""

import datetime as dt
import xml.etree.ElementTree as ET

import pytest
from django.utils import timezone

from citymap.notices.models import Notice
from citymap.notices.rendering import written
from citymap.personal.models import Person
from citymap.personal.services import save_person
from planning.keeping import followers_needed_until
from planning.models import YardFollower
from planning.services.errors import NotPossibleNowError, PlanningRefusedError
from planning.services.following import (
    CONFIRM,
    MOST_UNCONFIRMED,
    NEWS,
    ask_to_follow,
    confirm_following,
    drop_unconfirmed,
    stop_following,
)
from planning.services.programmes import (
    publish_version,
    put_yard,
    revise_programme,
    start_programme,
    take_out_yard,
)
from planning.services.queue import hold_yard, release_yard, take_snapshot
from planning.services.stages import record_stage
from tests.planning.town import TODAY, make_prices, make_yard, survey

pytestmark = pytest.mark.django_db
ADDRESS = "reader@example.kz"


@pytest.fixture
def yard():
    found = make_yard(0)
    make_prices()
    survey(found)
    take_snapshot(as_of=TODAY)
    return found


@pytest.fixture
def follower(yard):
    ask_to_follow(yard=yard, email=ADDRESS, language="ru")
    return confirm_following(token=YardFollower.objects.get().token)


def news() -> list[str]:
    return [one.context["what"] for one in Notice.objects.filter(kind=NEWS).order_by("pk")]


def text_of(notice: Notice, language: str) -> str:
    notice.language = language
    words = written(notice)
    return f"{words.subject}\n{words.text}"


def test_a_wish_counts_once_it_is_confirmed(client, yard, planner):
    answer = client.post(
        f"/yards/{yard.pk}/follow/", {"email": f" {ADDRESS.upper()} "}, follow=True
    )
    assert "we have sent it a letter" in answer.content.decode()
    follower = YardFollower.objects.get()
    (letter,) = Notice.objects.filter(kind=CONFIRM)
    assert letter.person_id == follower.person_id
    assert follower.token in text_of(letter, "en")
    hold_yard(yard=yard, reason="Heat main first", user=planner)
    assert news() == []
    # Looking at the link changes nothing: scanners of mail follow links.
    assert client.get(f"/yards/follow/{follower.token}/").status_code == 200
    follower.refresh_from_db()
    assert follower.confirmed_at is None
    client.post(f"/yards/follow/{follower.token}/", {"confirm": 1})
    release_yard(yard=yard, reason="Laid", user=planner)
    assert news() == ["released"]


def test_stopping(client, follower, yard, planner):
    client.post(f"/yards/follow/{follower.token}/", {"stop": 1})
    hold_yard(yard=yard, reason="Heat main first", user=planner)
    assert news() == []
    assert client.get(f"/yards/follow/{follower.token}/").status_code == 404
    with pytest.raises(NotPossibleNowError):
        stop_following(token=follower.token)
    ask_to_follow(yard=yard, email=ADDRESS, language="ru")
    assert YardFollower.objects.lasting().count() == 1
    assert Person.objects.count() == 1


def test_asking_twice_is_one_letter_a_day(yard):
    for _time in range(3):
        ask_to_follow(yard=yard, email=ADDRESS, language="ru")
    assert Notice.objects.filter(kind=CONFIRM).count() == 1
    ask_to_follow(
        yard=yard, email=ADDRESS, language="ru", now=timezone.now() + dt.timedelta(days=1)
    )
    assert Notice.objects.filter(kind=CONFIRM).count() == 2
    assert YardFollower.objects.count() == 1


def test_nobody_learns_who_follows(client, follower, yard):
    again = client.post(f"/yards/{yard.pk}/follow/", {"email": ADDRESS}, follow=True)
    assert "we have sent it a letter" in again.content.decode()
    assert Notice.objects.filter(kind=CONFIRM).count() == 1


def test_a_stranger_s_address_is_not_flooded():
    for number in range(1, MOST_UNCONFIRMED + 4):
        ask_to_follow(yard=make_yard(number), email=ADDRESS, language="kk")
    assert YardFollower.objects.count() == MOST_UNCONFIRMED
    assert Notice.objects.filter(kind=CONFIRM).count() == MOST_UNCONFIRMED


def test_an_applicant_s_record_is_left_alone(yard):
    applicant = save_person(emails=["other@example.kz", ADDRESS])
    ask_to_follow(yard=yard, email=ADDRESS, language="ru")
    assert YardFollower.objects.get().person_id != applicant.pk


@pytest.mark.parametrize(
    "email", ["", " ", "x", "a@b", "a@example.kz\nBcc: c@example.kz", "я" * 300]
)
def test_nonsense_is_no_address(client, yard, email):
    with pytest.raises(PlanningRefusedError):
        ask_to_follow(yard=yard, email=email, language="ru")
    assert client.post(f"/yards/{yard.pk}/follow/", {"email": email}).status_code == 302
    assert not Person.objects.exists()


def test_unconfirmed_wishes_end_and_followers_are_kept(yard, follower):
    assert followers_needed_until([follower.person_id])
    ask_to_follow(yard=yard, email="second@example.kz", language="ru")
    assert drop_unconfirmed(now=timezone.now() + dt.timedelta(days=8)) == 1
    assert list(YardFollower.objects.lasting()) == [follower]
    stop_following(token=follower.token)
    assert not followers_needed_until([follower.person_id])


def test_every_news_and_in_three_languages(client, follower, yard, planner):
    other = make_yard(1)
    survey(other)
    take_snapshot(as_of=TODAY)
    version = start_programme(
        name="Yards", first_year=2026, budgets=[10**9], reason="Budget", user=planner
    )
    for one in (yard, other):
        put_yard(version=version, yard=one, year=2026, reason="Agreed", user=planner)
    assert news() == []
    publish_version(version=version, user=planner)
    record_stage(
        programme=version.programme, yard=yard, stage="design", reached_on=TODAY, user=planner
    )
    second = revise_programme(
        programme=version.programme, budgets=[10**9], reason="Cut", user=planner
    )
    take_out_yard(version=second, yard=yard, reason="Cut", user=planner)
    publish_version(version=second, user=planner)
    hold_yard(yard=yard, reason="Heat main first", user=planner)
    release_yard(yard=yard, reason="Laid", user=planner)
    assert news() == ["planned", "stage", "dropped", "held", "released"]
    for notice in Notice.objects.filter(kind__in=[NEWS, CONFIRM]):
        texts = {language: text_of(notice, language) for language in ("ru", "kk", "en")}
        assert len(set(texts.values())) == 3
        assert all(follower.token in text for text in texts.values())
    feed = client.get(f"/yards/{yard.pk}.atom", headers={"accept-language": "en"})
    entries = ET.fromstring(feed.content).findall("{http://www.w3.org/2005/Atom}entry")
    titles = {one.findtext("{http://www.w3.org/2005/Atom}title") for one in entries}
    assert {"In the programme of 2026", "Taken out of the programme", "Design", "Put on hold"} <= (
        titles
    )
    assert ADDRESS not in feed.content.decode()


def test_only_what_changed_for_a_yard_is_told(follower, yard, planner):
    """The next version leaves the yard where it is: no letter. Then it moves: one letter."""
    other = make_yard(1)
    survey(other)
    take_snapshot(as_of=TODAY)
    budgets = [10**9, 10**9]
    version = start_programme(
        name="Yards", first_year=2026, budgets=budgets, reason="Budget", user=planner
    )
    put_yard(version=version, yard=yard, year=2026, reason="Agreed", user=planner)
    publish_version(version=version, user=planner)
    told = []
    for moved, year in ((other, 2026), (yard, 2027)):
        version = revise_programme(
            programme=version.programme, budgets=budgets, reason="Refined", user=planner
        )
        put_yard(version=version, yard=moved, year=year, reason="Refined", user=planner)
        publish_version(version=version, user=planner)
        told.append(news())
    assert told == [["planned"], ["planned", "planned"]]
    assert [one.context["year"] for one in Notice.objects.filter(kind=NEWS).order_by("pk")] == [
        2026, 2027,
    ]  # fmt: skip


def test_letters_are_in_the_language_of_the_wish(yard, planner):
    for language in ("kk", "en"):
        ask_to_follow(yard=yard, email=f"{language}@example.kz", language=language)
    for follower in YardFollower.objects.all():
        confirm_following(token=follower.token)
    hold_yard(yard=yard, reason="Heat main first", user=planner)
    assert {one.language for one in Notice.objects.filter(kind=NEWS)} == {"kk", "en"}
    assert {one.language for one in Notice.objects.filter(kind=CONFIRM)} == {"kk", "en"}


def test_the_link_of_a_letter_stays_with_its_reader(client, follower):
    """Neither search engines nor pages it leads to learn it."""
    for token, status in ((follower.token, 200), ("x" * 20, 404)):
        answer = client.get(f"/yards/follow/{token}/")
        assert answer.status_code == status
        assert answer["Referrer-Policy"] == "no-referrer"
        assert answer["X-Robots-Tag"] == "noindex"
