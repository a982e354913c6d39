"""The API's description of itself."""

from django.test import Client

from citymap.api import openapi_document, routes


def test_every_route_of_the_api_describes_itself():
    undescribed = [path for path, view in routes() if not hasattr(view, "openapi")]
    assert undescribed == []
    assert {"/api/addresses/", "/api/place/", "/api/openapi.json"} <= set(
        openapi_document()["paths"]
    )


def test_the_document_is_served():
    answer = Client().get("/api/openapi.json")
    assert answer.status_code == 200
    assert answer.json()["openapi"] == "3.1.0"


def test_references_inside_the_document_lead_somewhere():
    document = openapi_document()
    for described in document["paths"].values():
        for status, response in described["get"]["responses"].items():
            for content in response["content"].values():
                reference = content["schema"].get("$ref", "")
                if status != "200":
                    assert reference == "#/components/schemas/Problem"
    assert "Problem" in document["components"]["schemas"]
