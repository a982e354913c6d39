"""A person gets all that is held about them."""

import io
import json
import zipfile

import pytest
from django.core.exceptions import PermissionDenied

from citymap.accounts.models import Organization
from citymap.personal.choices import EventKind
from citymap.personal.errors import GoneError
from citymap.personal.export_sections import ExportSection, register_section, sections
from citymap.personal.services import erase, export_person, reveal, save_person

pytestmark = pytest.mark.django_db


def read(export):
    with zipfile.ZipFile(io.BytesIO(export.content)) as archive:
        assert archive.testzip() is None
        assert archive.namelist() == ["data.json", "data.html"]
        return json.loads(archive.read("data.json")), archive.read("data.html").decode()


def test_all_values_and_who_looked(saule, lawyer, operator):
    body = Organization.objects.create(kind="state_body", name="Centre 109")
    operator.organization = body
    operator.first_name = "Айгерим"
    operator.save()
    reveal(person=saule, fields=["phones"], user=operator, why="call back")
    export = export_person(person=saule, why="asked in person", user=lawyer)
    data, page = read(export)
    assert export.filename == f"person-{saule.number}.zip"
    assert {one["field"]: one["value"] for one in data["values"]} == {
        "name": "Омарова Сауле Ерболовна",
        "phones": ["+77011234512", "+77055556677"],
        "emails": ["saule@example.kz"],
        "iin": "850101300015",
        "address": "ул. Абая, 12, кв. 4",
        "notes": "Просит звонить вечером",
    }
    assert [event["by"] for event in data["events"]][1] == "Centre 109"
    for text in ("Омарова Сауле Ерболовна", "+77055556677", "call back", "Просит звонить"):
        assert text in page
    assert "Айгерим" not in json.dumps(data, ensure_ascii=False) + page


def test_the_export_is_itself_recorded_and_tells_of_itself(saule, lawyer):
    data, _page = read(export_person(person=saule, why="asked in person", user=lawyer))
    event = saule.events.get(kind=EventKind.EXPORTED)
    assert (event.user, event.why) == (lawyer, "asked in person")
    assert data["events"][-1]["why"] == "asked in person"


def test_markup_in_values_is_text(lawyer):
    person = save_person(name="<script>alert(1)</script>", language="en")
    _data, page = read(export_person(person=person, why="asked in person", user=lawyer))
    assert "<script" not in page
    assert "&lt;script&gt;" in page
    assert "What is held about you" in page


def test_other_rooms_add_sections(saule):
    register_section(
        ExportSection(name="test", title="Appeals", rows=lambda person: [{"Number": person.number}])
    )
    try:
        data, page = read(export_person(person=saule, why="asked in person"))
    finally:
        sections.unregister("test")
    assert data["sections"] == [
        {"name": "test", "title": "Appeals", "rows": [{"Number": saule.number}]}
    ]
    assert "<h2>Appeals</h2>" in page


def test_who_may(saule, operator):
    with pytest.raises(PermissionDenied):
        export_person(person=saule, why="asked in person", user=operator)
    assert not saule.events.filter(kind=EventKind.EXPORTED).exists()


def test_nothing_is_left_to_export(saule, lawyer):
    erase(person=saule, why="a test of it")
    with pytest.raises(GoneError):
        export_person(person=saule, why="asked in person", user=lawyer)


def test_the_export_does_not_tell_itself_in_passing(saule):
    assert "content" not in repr(export_person(person=saule, why="asked in person"))
