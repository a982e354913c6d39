"""The API's description of itself."""

from django.test import Client

from citymap.api import openapi_document


def test_every_route_of_the_api_says_what_it_is():
    paths = openapi_document()["paths"]
    silent = [path for path, item in paths.items() if not (item.get("get") or item.get("summary"))]
    assert silent == []
    for path in ("/api/addresses/", "/api/place/", "/api/openapi.json"):
        assert paths[path]["get"]["responses"]["200"]


def test_parameters_in_paths_are_described():
    for path, item in openapi_document()["paths"].items():
        assert "<" not in path
        names = {parameter["name"] for parameter in item.get("parameters", ())}
        assert names == {part[1:-1] for part in path.split("/") if part.startswith("{")}


def test_the_document_is_served():
    answer = Client().get("/api/openapi.json")
    assert answer.status_code == 200
    assert answer.json()["openapi"] == "3.1.0"


def test_errors_are_described_as_problems():
    document = openapi_document()
    assert "Problem" in document["components"]["schemas"]
    place = document["paths"]["/api/place/"]["get"]["responses"]
    assert set(place) == {"200", "400", "404"}
    for status in ("400", "404"):
        schema = place[status]["content"]["application/problem+json"]["schema"]
        assert schema == {"$ref": "#/components/schemas/Problem"}
