"""Bodies, executors with a link, inspectors: main paths, two languages, telephone, axe."""

import io
import json
import re

import psycopg2
import pytest
from axe_playwright_python.sync_playwright import Axe
from PIL import Image
from playwright.sync_api import Page, expect

from tests.e2e.conftest import PHONE, TIMEOUT_MS, tab_to
from tests.support.databases import run_program

pytestmark = pytest.mark.e2e

# Appeals at a house: two to do, one for a link, two to be looked at on the spot.
SETUP = """
import json
from appeals import services
from appeals.linkkeys import key_of
from appeals.models import Category
from appeals.where import place_of
from citymap.accounts.models import Contact, User
from citymap.geo import lon_lat
from layers.models import Address
operator, executor = (User.objects.get(username=name) for name in ("operator", "executor"))
body = executor.organization
house = Address.objects.current().filter(building__isnull=False).order_by("pk").first().building
def made(code):
    appeal = services.register(
        user=operator, category=Category.objects.get(code=code), language="ru",
        text="В доме третий день холодно, батареи едва тёплые.",
        where=place_of(geom=house.geom),
    )
    if appeal.executor_id == body.pk:  # routed by itself
        return appeal
    return services.assign(appeal=appeal, body=body, user=operator)
def reported(code):
    appeal = services.accept(appeal=made(code), user=executor)
    services.start(appeal=appeal, user=executor)
    services.report(appeal=appeal, user=executor, outcome="done",
                    text="Слесарь Иванов И.И. заменил вентиль 23 ноября, тепло подано.")
    return appeal
Contact.objects.get_or_create(organization=body, kind="email", value="brigade@heat.example")
site = Category.objects.leaves().filter(evidence="onsite").order_by("code").first().code
tasks = [made("HEAT-NONE") for _ in range(2)]
links = [services.send_link(appeal=one, user=executor, address="brigade@heat.example")
         for one in tasks]
point = house.geom.point_on_surface
print("SETUP" + json.dumps({
    "todo": [made("HEAT-NONE").number for _ in range(3)],
    "links": [key_of(link.public_id) for link in links],
    "tasks": [one.number for one in tasks],
    "checks": [[one.pk, one.number] for one in (reported(site), reported(site))],
    "place": list(lon_lat(point)),
}))
"""


@pytest.fixture(scope="module")
def made(live_server_process) -> dict:
    said = run_program("manage.py", "shell", "-c", SETUP, env=live_server_process.city.environ)
    return json.loads(re.search(r"SETUP(.*)", said)[1])


def asked(live_server_process, sql: str, *values):
    """One row of the server's database."""
    session = psycopg2.connect(live_server_process.city.environ["DATABASE_URL"])
    try:
        with session.cursor() as cursor:
            cursor.execute(sql, values)
            return cursor.fetchone()
    finally:
        session.close()


def picture(name: str = "photo.jpg") -> dict:
    file = io.BytesIO()
    Image.effect_noise((320, 240), 60).convert("RGB").save(file, "JPEG")
    return {"name": name, "mimeType": "image/jpeg", "buffer": file.getvalue()}


def expect_good(page: Page) -> None:
    """axe finds nothing, and nothing is wider than the screen."""
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()
    width = page.viewport_size["width"]
    assert page.evaluate("document.documentElement.scrollWidth") <= width


# --- bodies -------------------------------------------------------------------------------
def test_a_body_from_the_list_to_the_answer(open_page, sign_in, made):
    page = open_page(viewport={"width": 1440, "height": 900}, bypass_csp=True)
    sign_in(page, "executor")
    number = made["todo"][0]
    page.goto(f"/inbox/?show=new&q={number}")
    row = page.locator(".work").filter(has_text=number)
    expect(page.locator("#map")).not_to_have_attribute("aria-busy", "true", timeout=TIMEOUT_MS)
    show = row.get_by_role("button", name="На карте")
    show.focus()
    page.keyboard.press("Enter")
    expect(row).to_have_class(re.compile("chosen"))
    expect_good(page)
    row.get_by_role("link").click()
    expect_good(page)
    page.get_by_role("button", name="Принять", exact=True).press("Enter")
    page.get_by_role("button", name="Начать работу").press("Enter")
    page.locator("main input[type=file]").set_input_files([picture()])
    page.get_by_role("button", name="Добавить фотографии").click()
    expect(page.get_by_role("heading", name="После")).to_be_visible()
    text = page.get_by_role("textbox", name="Ответ заявителю")
    text.fill("Вопрос решён, меры приняты.")
    # Told while typing, and once more before it is sent.
    expect(page.locator("[data-flags]")).to_contain_text("Не названо", timeout=TIMEOUT_MS)
    send = page.locator(".report-form [type=submit]")
    expect(send).to_have_text("Отправить ответ")
    send.click()
    expect(page.get_by_role("alert")).to_contain_text("Координатор может не принять")
    expect_good(page)
    page.get_by_role("textbox", name="Ответ заявителю").fill(
        "Бригада слесаря Ким А.В. 24 ноября 2026 года заменила стояк в подвале, отопление включено."
    )
    expect(send).to_have_text("Отправить как есть")
    send.click()
    expect(page.locator(".lead")).to_contain_text("Есть отчёт")
    expect_good(page)


def test_a_body_works_by_keys_alone(open_page, sign_in, made):
    page = open_page(locale="ru-RU")
    sign_in(page, "executor")
    page.goto(f"/inbox/?q={made['todo'][2]}")
    tab_to(page, page.locator(".work-title").first)
    page.keyboard.press("Enter")
    for words in ("Принять", "Начать работу"):
        button = page.get_by_role("button", name=words, exact=True)
        tab_to(page, button)
        page.keyboard.press("Enter")
        expect(button).to_have_count(0)
    tab_to(page, page.get_by_role("textbox", name="Ответ заявителю"))
    page.keyboard.type("Слесарь Ким А.В. 24 ноября 2026 года заменил стояк, тепло подано.")
    send = page.locator(".report-form [type=submit]")
    tab_to(page, send)
    page.keyboard.press("Enter")
    expect(page.locator(".lead")).to_contain_text("Есть отчёт")


@pytest.mark.parametrize(
    "locale, heading, promises",
    [("ru-RU", "Заявки", "Обещания"), ("kk-KZ", "Өтінімдер", "Уәделер")],
)
def test_bodies_on_a_telephone(open_page, sign_in, made, locale, heading, promises):
    page = open_page(locale=locale, bypass_csp=True, **PHONE)
    sign_in(page, "executor")
    page.goto("/inbox/")
    expect(page.get_by_role("heading", level=1)).to_have_text(heading)
    expect_good(page)
    page.goto(f"/inbox/?q={made['todo'][1]}")
    page.locator(".work-title").first.click()
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    expect_good(page)
    page.goto("/inbox/promises/")
    expect(page.get_by_role("heading", level=1)).to_have_text(promises)
    expect_good(page)


def test_who_was_slower_sees_both_versions(open_page, sign_in, made, page_problems):
    one, other = (open_page(locale="en-GB", bypass_csp=True) for _ in range(2))
    for page in (one, other):
        sign_in(page, "executor")
        page.goto(f"/inbox/?q={made['todo'][1]}")
        page.locator(".work-title").first.click()
    for page in (one, other):
        page.get_by_role("button", name="Accept", exact=True).click()
    expect(one.get_by_role("button", name="Begin work")).to_be_visible()
    expect(other.get_by_role("heading", level=1)).to_have_text("Somebody was faster")
    expect(other.get_by_role("row", name=re.compile("State"))).to_contain_text("Accepted")
    expect_good(other)
    page_problems[:] = [text for text in page_problems if "409" not in text]


# --- by a link ----------------------------------------------------------------------------
@pytest.mark.parametrize(
    "number, locale, words, text",
    [
        (
            0,
            "ru-RU",
            ("Принять", "Добавить фотографии", "Выполнено", "Спасибо"),
            "Слесарь Иванов И.И. 24 ноября 2026 года заменил радиатор в квартире, тепло подано.",
        ),
        (
            1,
            "kk-KZ",
            ("Қабылдау", "Фотосуреттер қосу", "Орындалды", "Рақмет"),
            "Бригада Серикова А.К. 23 ноября 2026 года заменила насос в подвале, тепло есть.",
        ),
    ],
)
def test_an_executor_with_a_link_and_no_scripts(
    open_page, made, number, locale, words, text
):  # fmt: skip
    accept, add, done, thanks = words
    page = open_page(locale=locale, java_script_enabled=False, **PHONE)
    page.goto(f"/task/{made['links'][number]}/")
    expect(page).to_have_url(re.compile(r"/task/\d+/$"))
    expect(page.locator("main")).to_contain_text(made["tasks"][number])
    page.get_by_role("button", name=accept, exact=True).click()
    page.locator("input[type=file]").set_input_files([picture()])
    page.get_by_role("button", name=add).click()
    expect(page.locator("main img")).to_have_count(1)
    looked = open_page(locale=locale, bypass_csp=True, **PHONE)
    looked.goto(f"/task/{made['links'][number]}/")
    expect_good(looked)
    page.locator("textarea").first.fill(text)
    page.get_by_role("button", name=done, exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_contain_text(thanks)
    looked.reload()
    expect(looked.get_by_role("heading", level=1)).to_contain_text(thanks)
    expect_good(looked)


# --- inspectors ---------------------------------------------------------------------------
def stop_of(page: Page, appeal: int):
    return page.locator(f'[data-stop="{appeal}"]')


def fill(page: Page, appeal: int, result: str, note: str) -> None:
    stop = stop_of(page, appeal)
    stop.locator("summary").click()
    stop.locator(f"input[value={result}]").check()
    stop.locator("input[type=file]").set_input_files([picture()])
    stop.locator("textarea").fill(note)
    stop.locator("button[type=submit]").click()


@pytest.mark.parametrize(
    "number, result, note, state",
    [
        (0, "confirmed", "тепло есть", "reported_done"),
        (1, "not_confirmed", "батареи холодные", "rejected"),
    ],
)
def test_a_check_without_a_connection(
    open_page, sign_in, made, live_server_process, page_problems, number, result, note, state
):
    lon, lat = made["place"]
    page = open_page(
        geolocation={"longitude": lon, "latitude": lat, "accuracy": 6},
        permissions=["geolocation"], bypass_csp=True, **PHONE,
    )  # fmt: skip
    sign_in(page, "inspector")
    page.goto("/field/")
    first, first_number = made["checks"][number]
    expect(page.get_by_role("heading", level=1)).to_have_text("Выездные проверки")
    expect(stop_of(page, first).locator("[data-distance]")).to_contain_text("м от вас")
    expect_good(page)
    page.locator("[data-ready=offline]").wait_for(timeout=TIMEOUT_MS)

    page.context.set_offline(True)
    expect(page.locator("[data-connection]")).to_contain_text("Связи нет")
    # The page opens again without a connection, from what was kept.
    page.reload()
    fill(page, first, result, note)
    queue = page.locator("[data-queue]")
    expect(queue).to_contain_text(first_number)
    expect(queue).to_contain_text("сохранено на этом телефоне")
    # It is still there after another reload, and the form is not offered twice.
    page.reload()
    expect(queue).to_contain_text(first_number)
    expect(stop_of(page, first).locator("form")).to_be_hidden()
    count = "SELECT count(*) FROM appeals_onsitecheck WHERE appeal_id = %s"
    assert asked(live_server_process, count, first) == (0,)

    page.context.set_offline(False)
    expect(queue).to_be_hidden(timeout=TIMEOUT_MS)
    row = "SELECT count(*), min(result) FROM appeals_onsitecheck WHERE appeal_id = %s"
    assert asked(live_server_process, row, first) == (1, result)
    # What was not confirmed is the body's work again.
    row = "SELECT state FROM appeals_appeal WHERE id = %s"
    assert asked(live_server_process, row, first) == (state,)
    page.reload()
    expect(stop_of(page, first).locator("form")).to_have_count(0)
    # What the browser said while there was no network is what was wanted.
    page_problems[:] = [one for one in page_problems if "ERR_INTERNET_DISCONNECTED" not in one]


def test_inspectors_in_kazakh(open_page, sign_in, made):
    page = open_page(locale="kk-KZ", bypass_csp=True, **PHONE)
    sign_in(page, "inspector")
    page.goto("/field/")
    expect(page.get_by_role("heading", level=1)).to_have_text("Орнында тексерулер")
    page.locator(".stop summary").first.click()
    expect(page.get_by_role("button", name="Тексеруді жазу").first).to_be_visible()
    expect_good(page)
