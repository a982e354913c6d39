"""Marked personal values are searched for in everything that comes out.

Every route of `tests/access/matrix.csv` is asked, so the pages of a new room are walked as soon
as they have their row there; `{person}` in a row's address is the marked person.
"""

import base64
import gzip
import io
import json
import logging
import urllib.parse
import uuid
import zipfile

import pytest
from django.conf import settings as django_settings
from django.contrib.gis.geos import Point
from django.core import mail
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.urls import path
from django.utils import timezone

from appeals import services as appeal_services
from appeals.codes import code_of
from appeals.models import Appeal, Category
from citymap import urls as roof
from citymap.geo import city_srid, lon_lat
from citymap.jobs.services import run_as_of
from citymap.logs import structured_formatter
from citymap.notices import services as notices
from citymap.notices.recipients import Recipient
from citymap.personal import services
from citymap.personal.errors import InvalidValueError, PersonalDataError
from citymap.personal.models import Person
from tests.access.test_matrix import addresses_of, read_matrix
from tests.access.world import World, X, Y, build_world
from tests.support.marks import MARKED, database_texts, file_texts, leaks, marks_in

WHO = ("nobody", "operator", "head", "auditor", "admin")
FORM = {"reveal-fields_wanted": list(MARKED), "reveal-why": "a test of the pages"}


def marked_person() -> Person:
    return services.save_person(**MARKED, language="kk")


@pytest.fixture
def log_lines():
    """Everything that is logged, at the most talkative level, as the server writes it."""
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(structured_formatter("json"))
    root = logging.getLogger()
    names = [root, *(logging.getLogger(name) for name in ("django", "django.db.backends"))]
    levels = [(logger, logger.level) for logger in names]
    for logger in names:
        logger.setLevel(logging.DEBUG)
    root.addHandler(handler)
    connection.force_debug_cursor = True  # statements are logged with their parameters
    yield stream
    connection.force_debug_cursor = False
    root.removeHandler(handler)
    for logger, level in levels:
        logger.setLevel(level)


# --- the search itself ----------------------------------------------------------------------
@pytest.mark.parametrize(
    "write",
    [
        str, str.upper, str.lower, urllib.parse.quote, urllib.parse.quote_plus, json.dumps,
        lambda text: base64.b64encode(text.encode()).decode(),
        lambda text: base64.b64encode(f"ab{text}cd".encode()).decode(),
        lambda text: base64.urlsafe_b64encode(f"x{text}y".encode()).decode(),
        lambda text: text.encode().hex(), lambda text: text.encode("utf-16-le"),
        lambda text: "".join(f"&#{ord(sign)};" for sign in text),
    ],
)  # fmt: skip
@pytest.mark.parametrize("field", MARKED)
def test_a_mark_is_found_however_it_is_written(field, write):
    value = MARKED[field][0] if isinstance(MARKED[field], list) else MARKED[field]
    assert marks_in(write(value))


def test_masks_and_tokens_are_no_marks():
    assert marks_in("М. З. М., +7 7•• ••• 88 77, m•••@m•••.kz, ••••••••0035") == []
    assert marks_in(base64.b64encode(bytes(range(256)) * 400)) == []


@pytest.mark.django_db
def test_a_mark_in_the_database_is_found(settings):
    person = marked_person()
    assert leaks(database_texts()) == []
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE leaky (data bytea, kept jsonb)")
        cursor.execute(
            "INSERT INTO leaky VALUES (%s, %s)",
            [MARKED["iin"].encode(), json.dumps({"who": [MARKED["name"]]})],
        )
    found = leaks(database_texts())
    assert len(found) == 1
    assert "850101300035" in found[0]
    assert "Метковна" in found[0]
    assert person.number not in found[0]


# --- everything that comes out --------------------------------------------------------------
def body_of(response: HttpResponse) -> bytes:
    content = b"".join(response) if response.streaming else response.content
    if response.headers.get("Content-Encoding") == "gzip":
        content = gzip.decompress(content)
    if content.startswith(b"PK"):
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            content += b"".join(archive.read(name) for name in archive.namelist())
    return content + b"\n" + repr(sorted(response.headers.items())).encode()


def walk(world: World) -> list[tuple[str, bytes]]:
    """The answer to every row of the matrix, for some of those who ask."""
    answers = []
    for row in read_matrix():
        for address in addresses_of(row, world):
            for column in WHO:
                if column != "nobody" and "sessionid" not in world.clients[column].cookies:
                    world.clients[column].force_login(world.users[column])
                response = getattr(world.clients[column], row.method.lower())(address)
                answers.append((f"{row.method} {address} as {column}", body_of(response)))
                if row.route.endswith("/logout/") and column != "nobody":
                    world.clients[column].force_login(world.users[column])
    return answers


def drive_people_pages(client: Client, person: Person) -> list[tuple[str, bytes]]:
    """What people do on the pages of personal data, right and wrong, but for the look itself."""
    page = f"/personal/{person.number}/"
    phone, email = MARKED["phones"][0], MARKED["emails"][0]
    wrong = FORM | {"reveal-why": "x"}
    done = [
        ("page", client.get(page)),
        ("erase without a reason", client.post(f"{page}erase/", {"erase-why": ""})),
        ("no reason", client.post(f"{page}reveal/", wrong)),
        ("merge with itself", client.post(
            f"{page}merge/", {"merge-number": person.number, "merge-why": "the same caller"}
        )),
    ]  # fmt: skip
    # These echo the form to whoever typed it; what matters is what they leave behind.
    client.post("/personal/", {"phone": phone})
    client.post("/personal/", {"phone": phone[:7], "email": email, "iin": "1"})
    client.post(f"{page}reveal/", FORM | {"reveal-why": f"call {phone}"})
    client.post(f"{page}reveal/", FORM | {"reveal-why": f"для {MARKED['name']}"})
    client.get(f"/nothing/?q={phone}")
    client.post("/personal/", {"phone": phone}, headers={"x-request-id": "x"})
    return [(name, body_of(response)) for name, response in done]


def drive_portal(world: World) -> list[tuple[str, bytes]]:
    """The marked person reports a problem, right and wrong, and follows it by number and code."""
    client = Client(headers={"accept-language": "kk"})
    lon, lat = lon_lat(Point(X + 50, Y + 50, srid=city_srid()))
    form = {
        "key": str(uuid.uuid4()), "lon": f"{lon:.6f}", "lat": f"{lat:.6f}", "join": "new",
        "category": Category.objects.get(code="ROAD-POTHOLE").pk, "text": "Яма у остановки",
        "name": MARKED["name"], "phone": MARKED["phones"][0], "email": MARKED["emails"][0],
    }  # fmt: skip
    # Refused, and echoed to whoever typed it only; what matters is what it leaves behind.
    assert client.post("/report/", form).status_code == 400
    assert client.post("/report/", form | {"consent": "on", "lon": "0"}).status_code == 400
    made = client.post("/report/", form | {"consent": "on"})
    assert made.status_code == 302
    number = made.url.split("/")[2]
    appeal = Appeal.objects.get(number=number)
    opened = client.post("/track/", {"number": number, "code": code_of(appeal)})
    staff = world.clients["head"]
    appeal_services.show_card(appeal=appeal, user=world.users["coordinator"], summary="Яма")
    answers = [
        ("report sent", made), ("reported", client.get(made.url)), ("opened", opened),
        ("tracked", client.get(f"/track/{number}/")), ("card", client.get(f"/cards/{number}/")),
        ("cards", client.get("/cards/")),
        ("moderated", staff.get(f"/cards/moderation/{number}/")),
        ("cases", staff.get("/statistics/cases/")),
        ("contacts", staff.get("/statistics/contacts/")),
        *(
            (f"export {form}", staff.get(f"/statistics/cases/?format={form}"))
            for form in ("csv", "xlsx")
        ),
    ]  # fmt: skip
    return [(f"portal: {name}", body_of(answer)) for name, answer in answers]


def broken(request):
    """A view that fails while values lie open in it."""
    person = Person.objects.get(number=request.GET["number"])
    values = services.reveal(
        person=person, fields=list(MARKED), user=None, why="a test of error pages"
    )
    services.save_person(person=person, phones=[values["iin"]])
    return HttpResponse(status=200)


def damaged(request):
    """A view that the database refuses, with an open value in hand."""
    person = Person.objects.get(number=request.GET["number"])
    values = services.reveal(person=person, fields=["name"], user=None, why="a test of the errors")
    Person.objects.filter(pk=person.pk).update(language="xx")
    return HttpResponse(values["name"])


urlpatterns = [*roof.urlpatterns, path("broken/", broken), path("api/broken/", broken),
               path("damaged/", damaged)]  # fmt: skip
handler400, handler403 = roof.handler400, roof.handler403
handler404, handler500 = roof.handler404, roof.handler500


def drive_errors(person: Person) -> list[tuple[str, bytes]]:
    client = Client(raise_request_exception=False)
    answers = []
    for address in ("/broken/", "/api/broken/", "/damaged/"):
        response = client.get(address, {"number": person.number})
        assert response.status_code == 500
        answers.append((f"error page {address}", body_of(response)))
    return answers


def drive_services(world: World, person: Person) -> None:
    """Writes that are recorded, notices that are owed, sweeps that run."""
    head, phone = world.users["head"], MARKED["phones"][0]
    services.save_person(person=person, address=MARKED["address"] + ", кв. 1", user=head)
    twin = services.save_person(name=MARKED["name"], phones=[phone], iin=MARKED["iin"])
    services.merge_people(keep=person, duplicate=twin, why="the same caller", user=head)
    gone = services.save_person(**MARKED)
    services.erase(person=gone, why="a test of it", user=head)
    with pytest.raises(InvalidValueError):
        services.save_person(person=person, phones=[MARKED["iin"] + "7777"])
    with pytest.raises(PersonalDataError):
        services.erase(person=person, why=f"просит {MARKED['name']}", user=head)
    notices.owe(
        kind="protocol_opened", source=person, recipient=Recipient.person(person), why="a test"
    )
    run_as_of(timezone.now())


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("idle_rule")
def test_marked_values_come_out_nowhere(log_lines, settings, tmp_path):
    settings.ROOT_URLCONF = __name__
    world = build_world()
    person = marked_person()
    world.made["person"] = person.number
    client = world.clients["head"]
    outputs = drive_people_pages(client, person) + drive_errors(person)
    outputs += drive_portal(world)
    drive_services(world, person)
    shown = client.post(f"/personal/{person.number}/reveal/", FORM)
    export = client.post(f"/personal/{person.number}/export/", {"export-why": "asked by letter"})
    answers = walk(world)
    assert len(answers) > 200
    outputs += answers
    outputs += database_texts()
    outputs += file_texts(django_settings.CITYMAP_VAR)
    outputs += [(f"log {line[:300]}", line) for line in log_lines.getvalue().splitlines()]
    outputs += [("mail", str(message.message())) for message in mail.outbox if not_to(message)]
    assert leaks(outputs) == []
    # The values were there to be found, all the time.
    for answer in (shown, export):
        assert marks_in(body_of(answer))
    assert "SELECT" in log_lines.getvalue()
    assert person.number in log_lines.getvalue()


def not_to(message) -> bool:
    """Whether a message goes to somebody else than the marked person."""
    return MARKED["emails"][0] not in message.to
