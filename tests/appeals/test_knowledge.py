"""Articles: versions, and search in Russian and Kazakh."""

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError

from appeals import services
from appeals.models import KnowledgeArticle

pytestmark = pytest.mark.django_db


@pytest.fixture
def article(world) -> KnowledgeArticle:
    made = KnowledgeArticle.objects.create(code="heat-outage", category=world.category())
    services.publish(article=made, user=world.coordinator, **text())
    return KnowledgeArticle.objects.get(pk=made.pk)


def text(**changes) -> dict[str, str]:
    return {
        "title_ru": "В квартирах нет отопления", "title_kk": "Пәтерлерде жылу жоқ",
        "steps_ru": "Позвоните в теплосеть, назовите адрес.",
        "steps_kk": "Жылу желісіне қоңырау шалып, мекенжайды айтыңыз.",
    } | changes  # fmt: skip


def test_the_next_version_is_in_force_and_the_first_stays(world, article):
    first = article.current
    second = services.publish(article=article, user=world.lawyer, **text(phone="109"))
    article.refresh_from_db()
    assert (article.current, second.number, article.versions.count()) == (second, 2, 2)
    first.refresh_from_db()
    assert first.phone == ""


def test_both_languages_are_needed(world, article):
    with pytest.raises(ValidationError):
        services.publish(article=article, user=world.lawyer, **text(steps_kk=""))
    with pytest.raises(IntegrityError):
        article.versions.update(title_kk="")


@pytest.mark.parametrize(
    "asked, language, found",
    [
        ("квартира отопление", "ru", True),
        ("отоплением", "ru", True),
        ("асфальт", "ru", False),
        ("пәтерде жылу", "kk", True),
        ("жылудың", "kk", True),
        ("асфальт", "kk", False),
        ("'; DROP TABLE --", "ru", False),
        ("& | ! :*", "kk", False),
        ("", "ru", False),
        ("отопление", "en", True),
    ],
)
def test_search(article, asked, language, found):
    assert (article in KnowledgeArticle.objects.search(asked, language)) == found


def test_retired_articles_are_not_offered(article):
    KnowledgeArticle.objects.update(retired=True)
    assert not KnowledgeArticle.objects.search("отопление", "ru").exists()
