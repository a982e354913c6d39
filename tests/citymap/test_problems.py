"""Errors under /api/ are problem JSON (RFC 9457), pages elsewhere."""

import pytest
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.test import Client, RequestFactory
from django.urls import path

from citymap.problems import ApiProblemMiddleware, BadParameterError, problem, problem_for


def _explode(request):
    raise RuntimeError("boom")


urlpatterns = [
    path("api/explode/", _explode),
    path("explode/", _explode),
]


def test_a_problem_has_the_members_of_the_standard():
    answer = problem(404, "No such yard", "Yard 7 was merged", yard=7)
    assert answer.status_code == 404
    assert answer.headers["Content-Type"] == "application/problem+json"
    body = answer.content.decode()
    assert '"type": "about:blank"' in body
    assert '"yard": 7' in body


@pytest.mark.parametrize(
    "error, status",
    [
        (BadParameterError("q", "q is empty"), 400),
        (PermissionDenied(), 403),
        (Http404("pattern ^secret$"), 404),
    ],
)
def test_known_errors_have_a_status(error, status):
    answer = problem_for(error)
    assert answer.status_code == status
    assert b"secret" not in answer.content


def test_unknown_errors_are_not_answered_here():
    assert problem_for(RuntimeError("boom")) is None


def test_only_the_api_is_changed():
    request = RequestFactory().get("/list/")
    middleware = ApiProblemMiddleware(lambda _request: HttpResponse("page", status=404))
    assert middleware(request).content == b"page"
    assert middleware.process_exception(request, Http404()) is None


def test_headers_of_the_first_answer_that_matter_are_kept():
    first = HttpResponse("no", status=405, headers={"Allow": "GET"})
    answer = ApiProblemMiddleware(lambda _request: first)(RequestFactory().post("/api/x/"))
    assert answer.headers["Allow"] == "GET"
    assert answer.headers["Content-Type"] == "application/problem+json"


@pytest.mark.urls("tests.citymap.test_problems")
@pytest.mark.parametrize("address", ["/api/nothing/", "/api/explode/"])
def test_whatever_goes_wrong_under_api_is_problem_json(address):
    answer = Client(raise_request_exception=False).get(address)
    assert answer.status_code == (500 if "explode" in address else 404)
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.json()["status"] == answer.status_code
    assert "boom" not in answer.content.decode()


@pytest.mark.django_db
@pytest.mark.parametrize(
    "address, status",
    [
        ("/desk/appeals/%00/", 404),
        ("/desk/calls/109%00/", 404),
        ("/desk/cases/%00/", 404),
        ("/cards/%00/", 404),
        ("/jobs/log/%00/", 404),
        ("/audit/changes/%00/1/", 404),
        ("/track/%00/", 200),  # the form, the same for any number
    ],
)
def test_an_address_with_a_nul_names_nothing(admin_client, address, status):
    assert admin_client.get(address).status_code == status
