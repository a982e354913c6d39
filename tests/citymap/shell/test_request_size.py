"""How much one request may bring: forms, the server and nginx agree, and the refusal is clear."""

import re

import pytest
from django.conf import settings

from appeals.photos import MAX_BYTES
from appeals.portal.forms import MOST_PHOTOS
from citymap.shell.requestsize import MEGABYTE, most_bytes

NGINX = (settings.BASE_DIR / "deploy/nginx/citymap.conf").read_text(encoding="utf-8")
pytestmark = pytest.mark.django_db


def test_what_a_resident_may_choose_goes_through():
    assert most_bytes() >= MOST_PHOTOS * MAX_BYTES + MEGABYTE


def test_nginx_takes_what_the_server_takes():
    assert re.findall(r"client_max_body_size (\d+)m;", NGINX) == [
        str(settings.CITYMAP_MAX_REQUEST_MB)
    ]


@pytest.mark.parametrize(
    "language, said",
    [("ru", "не больше 80 МБ"), ("kk", "80 МБ-тан"), ("en", "At most 80 MB")],
)
def test_more_is_refused_with_what_to_do(client, language, said):
    answer = client.post(
        "/report/", CONTENT_LENGTH=str(most_bytes() + 1), headers={"accept-language": language}
    )
    assert answer.status_code == 413
    assert said in answer.content.decode()


def test_the_api_says_it_as_a_problem(client):
    answer = client.post(
        "/api/calls/", CONTENT_LENGTH=str(10**30), headers={"accept-language": "en"}
    )
    assert answer.status_code == 413
    assert answer["Content-Type"] == "application/problem+json"
    assert answer.json()["title"] == "This is too much at once"


@pytest.mark.parametrize("length", ["", "x", "-1", "²"])
def test_a_length_that_is_none_is_not_ours_to_judge(client, length):
    assert client.get("/robots.txt", CONTENT_LENGTH=length).status_code == 200


def test_pages_tell_their_forms_the_same(client):
    page = client.get("/report/").content.decode()
    assert f'data-most-mb="{settings.CITYMAP_MAX_REQUEST_MB}"' in page
