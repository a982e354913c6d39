"""Two addresses under /api/ that change something and look at somebody, for tests of tokens."""

from django.http import HttpRequest, JsonResponse
from django.urls import include, path

from citymap.accounts.models import Organization
from citymap.personal.models import Person
from citymap.personal.services import reveal


def change(request: HttpRequest, pk: int) -> JsonResponse:
    """A change of a tracked row."""
    Organization.objects.filter(pk=pk).update(phone=request.POST["phone"])
    return JsonResponse({"by": request.user.get_username()})


def look(request: HttpRequest, pk: int) -> JsonResponse:
    """A look at personal data."""
    person = Person.objects.get(pk=pk)
    return JsonResponse(reveal(person=person, fields=["name"], user=request.user, why="by test"))


urlpatterns = [
    path("api/test/change/<int:pk>/", change),
    path("api/test/look/<int:pk>/", look),
    path("", include("citymap.urls")),
]
