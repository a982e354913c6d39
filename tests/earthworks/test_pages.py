"""Pages of the office and of an order for everybody: who sees what, what is refused and how."""

import datetime as dt
import json
import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone, translation
from PIL import Image

from citymap.accounts.choices import Role
from citymap.accounts.models import User
from citymap.geo import lon_lat, to_wgs84
from citymap.personal.services import save_person
from earthworks.choices import OrderState
from earthworks.errors import WorksError
from earthworks.models import Acceptance, Order, Photo
from earthworks.services import claims
from earthworks.services.photos import add_photo, rewritten
from tests.earthworks.pictures import picture
from tests.earthworks.world import approving, body, brought_to, dig, draft, issued, local

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("rules")]


@pytest.fixture(autouse=True)
def _media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


def signed_in(role: Role, **values) -> Client:
    user = User.objects.create_user(f"a {role}", roles=[role.value], **values)
    client = Client(headers={"accept-language": "en"})
    client.force_login(user)
    return client


def form(**values) -> dict:
    west, south, east, north = to_wgs84(dig().envelope).extent
    line = {"type": "LineString", "coordinates": [[west, south], [east, north]]}
    return {
        "outline": json.dumps(line),
        "width_m": "1.5", "network_kind": "water", "work": "repair", "method": "open_cut",
        "holder": body("holder").pk, "begins_on": "2026-06-01", "ends_on": "2026-06-20",
        "request_key": "6f1c5e62-6d3f-4f5e-9d0a-1f6f1f6f1f6f", **values,
    }  # fmt: skip


def test_an_order_is_drawn_applied_for_issued_with_a_conflict_extended_and_closed():
    office = signed_in(Role.WORKS, post="head of office")
    today = timezone.localdate().replace(month=6, day=1) + dt.timedelta(days=365)
    period = {"begins_on": today, "ends_on": today + dt.timedelta(days=19)}
    issued(holder=body("another"), **period)
    answer = office.post("/works/new/", form(**period))
    order = Order.objects.latest("pk")
    assert answer.url == f"/works/orders/{order.pk}/"
    assert sum(order.areas_m2.values()) == pytest.approx(order.area_m2, rel=0.05)
    office.post(f"/works/orders/{order.pk}/apply/")
    refused = office.post(f"/works/orders/{order.pk}/issue/", follow=True)
    assert "Conflicts were found (1)" in refused.content.decode()
    office.post(f"/works/orders/{order.pk}/issue/", {"issue-conflict_reason": "joint dig"})
    until = today + dt.timedelta(days=40)
    office.post(
        f"/works/orders/{order.pk}/extend/",
        {"extend-new_until": until, "extend-reason": "rain"},
    )
    order.refresh_from_db()
    assert (order.state, order.due_on) == (OrderState.ISSUED, until)
    brought_to(order, OrderState.RESTORED, local(f"{today} 12:00"))
    office.post(f"/works/orders/{order.pk}/close/")
    order.refresh_from_db()
    assert order.state == OrderState.CLOSED
    assert office.get(f"/works/orders/{order.pk}/").status_code == 200


def test_a_form_sent_twice_makes_one_order():
    office = signed_in(Role.WORKS)
    office.post("/works/new/", form())
    office.post("/works/new/", form())
    assert Order.objects.count() == 1


@pytest.mark.parametrize(
    "values",
    [
        {"outline": "nonsense"},
        {"outline": '{"type":"LineString","coordinates":[[10,10],[10.1,10]]}'},
        {"width_m": "-1"}, {"width_m": "nan"}, {"width_m": ""},
        {"ends_on": "2026-05-01"}, {"ends_on": "yesterday"}, {"ends_on": "9999-12-31"},
        {"holder": "0"}, {"area_road": "-5"}, {"area_road": "inf"}, {"network_kind": "x"},
        {"dug_at": "2099-01-01T00:00"}, {"request_key": "x"}, {"address": "x" * 301},
        {"comments": "a\x00b"},
    ],
)  # fmt: skip
def test_a_bad_form_is_explained_and_saves_nothing(values):
    answer = signed_in(Role.WORKS).post("/works/new/", form(**values))
    assert answer.status_code == 400
    assert "error" in answer.content.decode()
    assert not Order.objects.exists()


@pytest.mark.parametrize("role", [Role.OPERATOR, Role.INSPECTOR, Role.LAWYER, Role.AKIM])
def test_others_read_and_change_nothing(role):
    order, client = approving(), signed_in(role)
    assert client.get("/works/").status_code == 200
    assert client.get(f"/works/orders/{order.pk}/").status_code == 200
    assert client.get("/works/new/").status_code == 403
    assert client.post(f"/works/orders/{order.pk}/issue/").status_code == 403
    order.refresh_from_db()
    assert order.state == OrderState.APPROVING


def test_a_contractor_sees_its_own_orders_only():
    own, other = body("contractor"), body("other")
    seen = issued(contractor=own)
    hidden = issued(contractor=other, geom=dig(y=200))
    client = signed_in(Role.EXECUTOR, organization=own)
    page = client.get("/works/").content.decode()
    assert seen.number in page
    assert hidden.number not in page
    assert client.get(f"/works/orders/{hidden.pk}/").status_code == 404


def test_the_public_page_tells_no_names():
    person = save_person(name="Иванов Иван", user=None)
    order = issued(
        holder=None, holder_person=person, representative=person, contractor_person=person,
        comments="звонить Иванову",
    )  # fmt: skip
    page = Client(headers={"accept-language": "ru"}).get(f"/works/public/{order.number}/")
    assert page.status_code == 200
    told = page.content.decode()
    assert "Иванов" not in told
    assert re.search("Ответственный</th><td>физическое лицо</td>", told)


def test_the_public_page_tells_an_emergency_in_the_order_of_its_days():
    order = issued(
        dug_at=local("2026-06-01 03:00"), now=local("2026-06-02 09:00"),
        ends_on=dt.date(2026, 6, 10),
    )  # fmt: skip
    page = Client(headers={"accept-language": "en"}).get(f"/works/public/{order.number}/")
    told = page.content.decode().split('class="works-steps"')[1].split("</ol>")[0]
    assert told.index("In progress") < told.index("Applied for") < told.index("Issued")


def test_a_draft_is_called_one():
    order = draft()
    with translation.override("en"):
        assert str(order) == f"Draft {order.pk}"


@pytest.mark.parametrize(
    "number", ["2026-99999", "x", "2026-", "-1", "2026-0000000000001", "２０２６-1"]
)
def test_no_such_public_page(number):
    draft()
    assert Client().get(f"/works/public/{number}/").status_code == 404


@pytest.mark.parametrize(
    "asked",
    ["?state=x", "?q=%00", "?q=" + "a" * 500, "?page=x", "?page=99999", "?overdue=on&kind=planned",
     "?q=2026-00001"],
)  # fmt: skip
def test_the_list_takes_any_question(asked):
    issued()
    assert signed_in(Role.WORKS).get(f"/works/{asked}").status_code == 200


def test_queries_of_the_list_do_not_grow(django_assert_max_num_queries):
    for number in range(8):
        issued(geom=dig(y=30.0 * number))
    claims.make_claims(now=local("2026-06-21 00:00"))
    client = signed_in(Role.WORKS)
    with django_assert_max_num_queries(14):
        client.get("/works/")


def test_claims_and_their_letters():
    issued()
    claims.sweep(now=local("2026-06-21 00:00"))
    client = signed_in(Role.LAWYER)
    assert "2026-00001" in client.get("/works/claims/").content.decode()
    claim = Order.objects.get().claims.to_holder().get()
    letter = client.get(f"/works/claims/{claim.pk}/letter.pdf")
    assert letter.content.startswith(b"%PDF-")
    assert Client().get(f"/works/claims/{claim.pk}/letter.pdf").status_code == 302


def inspected(client: Client, order: Order, **values):
    lon, lat = lon_lat(order.geom.centroid)
    areas = {f"area_{one}": "1" for one in ("road", "drive", "sidewalk", "lawn")}
    photo = values.pop("photo", picture())
    given = {"verdict": "permanent", "lon": lon, "lat": lat, "remarks": "", **areas, **values}
    given["photo"] = SimpleUploadedFile("photo.jpg", photo, content_type="image/jpeg")
    return client.post(f"/works/orders/{order.pk}/inspect/", given)


def test_an_inspector_accepts_a_restoration():
    order = brought_to(issued(), OrderState.WORKS_DONE)
    client = signed_in(Role.INSPECTOR, whole_city=True)
    assert client.get(f"/works/orders/{order.pk}/inspect/").status_code == 200
    assert inspected(client, order).status_code == 302
    order.refresh_from_db()
    assert order.state == OrderState.RESTORED
    photo = Acceptance.objects.get().photo
    assert client.get(f"/works/photos/{photo.pk}/").content.startswith(b"\xff\xd8")


@pytest.mark.parametrize(
    "values",
    [
        {"photo": b"GIF89a nothing"}, {"photo": picture()[:200]},
        {"photo": b"\xff\xd8" + b"0" * 11_000_000}, {"lon": "nan"}, {"lon": "10"},
        {"area_road": "-1"}, {"verdict": "maybe"}, {"verdict": "rejected"},
    ],
)  # fmt: skip
def test_a_bad_inspection_saves_nothing(values):
    order = brought_to(issued(), OrderState.WORKS_DONE)
    client = signed_in(Role.WORKS)
    assert inspected(client, order, **values).status_code == 400
    order.refresh_from_db()
    assert order.state == OrderState.WORKS_DONE
    assert not Photo.objects.exists()


def test_photos_lose_their_metadata_and_their_size():
    exif = Image.Exif()
    exif[0x010F] = "Secret Camera"
    small, size = rewritten(picture((4000, 3000), exif=exif))
    assert size == (2560, 1920)
    assert b"Secret" not in small


def test_a_photo_taken_on_its_side_stands_upright():
    exif = Image.Exif()
    exif[0x0112] = 6  # turned by a quarter
    _small, size = rewritten(picture((400, 300), exif=exif))
    assert size == (300, 400)


def test_the_same_photo_is_kept_once():
    order = issued()
    first = add_photo(order=order, stage="before", content=picture(), user=None)
    assert add_photo(order=order, stage="before", content=picture(), user=None) == first
    with pytest.raises(WorksError):
        add_photo(order=order, stage="before", content=b"", user=None)
