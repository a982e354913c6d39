"""A contact at the desk: begun, looked up, ended as what it was."""

import datetime as dt
import uuid

import pytest
from django.utils import timezone

from appeals import services
from appeals.choices import ContactKind
from appeals.codes import code_of
from appeals.models import Contact, KnowledgeArticle
from citymap.personal.models import PersonalEvent
from citymap.personal.services import save_person

pytestmark = pytest.mark.django_db
PHONE = "8 701 555 44 33"


def test_a_known_number_shows_the_caller_and_the_look_is_recorded(desk, world):
    person = save_person(name="Ахметова Дана", phones=[PHONE], address="кв. 12")
    appeal = world.register(applicants=[person])
    response = desk.begin("+77015554433")
    text = response.content.decode()
    assert response.status_code == 200
    assert "Ахметова Дана" in text
    assert appeal.number in text
    look = PersonalEvent.objects.about(person).by_user(world.operator).get(kind="looked")
    assert set(look.fields) == {"name", "phones", "address"}
    assert Contact.objects.get().caller == person
    assert "no-store" in response.headers["Cache-Control"]


def test_a_reload_shows_masks_until_asked(desk):
    person = save_person(name="Ахметова Дана", phones=[PHONE])
    contact = desk.begun(PHONE)
    page = desk.client.get(f"/desk/contacts/{contact.pk}/").content.decode()
    assert "Ахметова" not in page
    assert "Ахметова" in desk.post("look", contact.pk).content.decode()
    assert PersonalEvent.objects.about(person).filter(kind="looked").count() == 2


def test_an_unknown_number_gets_a_record_and_none_is_anonymous(desk):
    assert desk.begun(PHONE).caller is not None
    nameless = desk.begun("")
    assert nameless.caller is None
    assert nameless.anonymous


def test_the_same_form_twice_is_one_contact(desk):
    key = str(uuid.uuid4())
    assert [desk.begin(PHONE, key=key).status_code for _turn in range(2)] == [200, 200]
    assert Contact.objects.count() == 1


@pytest.mark.parametrize(
    "wrong",
    [{"phone": "12"}, {"phone": "9" * 41}, {"channel": "pigeon"}, {"language": "xx"}, {"key": "x"}],
    ids=str,
)
def test_what_cannot_begin_says_why(desk, wrong):
    response = desk.begin(**({"phone": PHONE} | wrong))
    assert response.status_code == 400
    assert response.json()["detail"]
    assert not Contact.objects.exists()


def test_another_person_with_the_same_number_can_be_chosen(desk):
    first, second = (save_person(name=name, phones=[PHONE]) for name in ("Ким Олег", "Ким Вера"))
    contact = desk.begun(PHONE)
    assert contact.caller == second
    text = desk.post("caller", contact.pk, person=first.number).content.decode()
    assert "Ким Олег" in text
    contact.refresh_from_db()
    assert contact.caller == first


@pytest.fixture
def article(world) -> KnowledgeArticle:
    made = KnowledgeArticle.objects.create(code="heat", category=world.category())
    services.publish(
        article=made, user=None, title_ru="Холодные батареи в квартире",
        title_kk="Пәтердегі батареялар суық", steps_ru="Спустите воздух из батареи.",
        steps_kk="Батареядан ауаны шығарыңыз.",
    )  # fmt: skip
    return KnowledgeArticle.objects.select_related("current").get(pk=made.pk)


def test_a_consultation_keeps_the_article_as_it_read(desk, article):
    contact = desk.begun(PHONE)
    response = desk.post("consult", contact.pk, article=article.pk, note="батареи")
    assert response.json()["kind"] == ContactKind.CONSULTATION
    contact.refresh_from_db()
    assert contact.article == article.current
    again = desk.post("consult", contact.pk, article=article.pk)
    assert again.status_code == 409


def test_a_consultation_needs_an_article_or_a_note(desk):
    contact = desk.begun(PHONE)
    assert desk.post("consult", contact.pk).status_code == 400
    assert desk.post("consult", contact.pk, article=10**9).status_code == 404
    contact.refresh_from_db()
    assert contact.kind == ""


@pytest.mark.parametrize(
    "asked, language",
    [("батареи", "ru"), ("холодн", "ru"), ("суық", "kk"), ("у меня батареи еле тёплые", "ru")],
)
def test_the_knowledge_base_is_searched_while_words_are_typed(desk, article, asked, language):
    page = desk.post("articles", q=asked, language=language).content.decode()
    assert f'data-article="{article.pk}"' in page
    assert (article.current.title_kk if language == "kk" else article.current.title_ru) in page


def test_articles_are_suggested_by_category_and_place(desk, world, article):
    assert "data-article" not in desk.post("articles", language="ru").content.decode()
    by_theme = desk.post("articles", language="ru", category="HEAT-NONE").content.decode()
    assert f'data-article="{article.pk}"' in by_theme
    world.register()
    place = {name: desk.appeal()[name] for name in ("lon", "lat")}
    assert "data-article" in desk.post("articles", language="ru", **place).content.decode()


def test_where_is_my_request(desk, world):
    appeal, contact = world.register(), desk.begun(PHONE)
    assert desk.post("follow-up", contact.pk, number="109-2026-999999").status_code == 400
    response = desk.post("follow-up", contact.pk, number=f" {appeal.number} ")
    assert response.json()["kind"] == ContactKind.FOLLOW_UP
    contact.refresh_from_db()
    assert contact.appeal == appeal


def test_a_transfer_names_who_took_it(desk):
    contact = desk.begun(PHONE)
    refused = desk.post("transfer", contact.pk, service="112")
    assert (refused.status_code, refused.json()["field"]) == (400, "dispatcher")
    assert desk.post("transfer", contact.pk, service="911", dispatcher="x").status_code == 400
    done = desk.post("transfer", contact.pk, service="104", dispatcher="Ли", log_number="77/1")
    assert done.json()["kind"] == ContactKind.TRANSFER
    contact.refresh_from_db()
    assert (contact.transferred_to, contact.dispatcher, contact.log_number) == ("104", "Ли", "77/1")


def test_a_dropped_call_and_somebody_elses(desk, world, client):
    contact = desk.begun()
    client.force_login(world.coordinator)
    assert desk.post("drop", contact.pk).status_code == 404
    client.force_login(world.operator)
    assert desk.post("drop", contact.pk).json()["kind"] == ContactKind.DROP


def test_a_call_that_rings_is_taken_once(desk, world, client):
    rings = services.ring(call_id="pbx-1", caller=None, language="ru")
    assert (
        f"/desk/contacts/{rings.pk}/take/"
        in desk.client.get("/desk/contacts/waiting/").content.decode()
    )
    assert desk.post("take", rings.pk).status_code == 200
    assert "take" not in desk.client.get("/desk/contacts/waiting/").content.decode()
    client.force_login(world.head)
    late = desk.post("take", rings.pk)
    assert late.status_code == 409
    assert "Another operator" in late.json()["detail"]


def test_an_old_call_no_longer_rings(desk):
    long_ago = timezone.now() - dt.timedelta(hours=1)
    services.ring(call_id="pbx-2", caller=None, language="ru", started_at=long_ago)
    assert "take" not in desk.client.get("/desk/contacts/waiting/").content.decode()


def test_the_page_has_the_panel_for_operators_only(desk, world, client):
    assert 'id="desk"' in client.get("/desk/").content.decode()
    client.force_login(world.planner)
    assert 'id="desk"' not in client.get("/desk/").content.decode()


def test_forms_need_their_token(desk, world):
    strict = type(desk.client)(enforce_csrf_checks=True)
    strict.force_login(world.operator)
    assert strict.post("/desk/contacts/", {"phone": PHONE}).status_code == 403
    assert strict.post("/desk/register/", desk.appeal()).status_code == 403
    assert not Contact.objects.exists()


def test_a_number_is_looked_up_from_any_telephone_without_its_code(desk, world):
    appeal = world.register(now=timezone.now())
    for typed in (appeal.number, str(appeal.serial)):
        page = desk.client.get(f"/desk/cases/{typed}/").content.decode()
        assert appeal.number in page
        assert code_of(appeal) not in page
    for wrong in ("109-2026-999999", "999999", "x", "0"):
        answer = desk.client.get(f"/desk/cases/{wrong}/")
        assert answer.status_code == 200
        assert "There is no appeal with this number." in answer.content.decode()
    contact = desk.begun("")
    assert desk.post("follow-up", contact.pk, number=str(appeal.serial)).status_code == 200
    contact.refresh_from_db()
    assert (contact.kind, contact.appeal) == (ContactKind.FOLLOW_UP, appeal)
