"""Everybody asks for everything; the answers must be those of `matrix.csv`."""

import copy
import csv
from dataclasses import dataclass
from pathlib import Path

import pytest
from django.db import transaction
from django.http import HttpResponse

from citymap.tiles.registry import sources
from tests.access import (  # noqa: F401 (what stands in addresses)
    appeals_things,
    desk,
    planning_things,
    portal,
    problem_things,
    things,
    works,
)
from tests.access.routes import ADMIN_LISTS, admin_lists, routes_that_need_a_row
from tests.access.world import PEOPLE, World, build_world

MATRIX = Path(__file__).with_name("matrix.csv")
SIGN_IN = "/accounts/login/"


@dataclass(frozen=True)
class Row:
    """One line of the matrix: a request, and the answer for each person."""

    method: str
    route: str
    address: str
    answers: dict[str, str]

    def __str__(self) -> str:
        return f"{self.method} {self.address}"


def read_matrix() -> list[Row]:
    with MATRIX.open(encoding="utf-8", newline="") as file:
        lines = csv.reader(file, skipinitialspace=True)
        header = [cell.strip() for cell in next(lines)]
        assert header == ["method", "route", "address", *PEOPLE], "the columns of matrix.csv"
        rows = []
        for line in lines:
            if not line or line[0].startswith("#"):
                continue
            method, route, address, *answers = [cell.strip() for cell in line]
            assert len(answers) == len(PEOPLE), f"{route}: {len(answers)} answers"
            rows.append(Row(method, route, address, dict(zip(PEOPLE, answers, strict=True))))
        return rows


def answer_in_words(response: HttpResponse) -> str:
    """The status; `login` for those who are sent to sign in."""
    if response.status_code == 302 and response.url.startswith(SIGN_IN):
        return "login"
    return str(response.status_code)


def ask(world: World, column: str, method: str, address: str) -> str:
    """What one person is answered; whatever the request did is undone, signing out too."""
    client = world.clients[column]
    cookies = copy.deepcopy(client.cookies)
    with transaction.atomic():
        response = getattr(client, method.lower())(address)
        if response.streaming:
            list(response)
        transaction.set_rollback(True)
    client.cookies = cookies
    return answer_in_words(response)


def addresses_of(row: Row, world: World) -> list[str]:
    return admin_lists() if row.route == ADMIN_LISTS else [world.address(row.address)]


def test_every_route_has_a_row():
    listed = {row.route for row in read_matrix()}
    needed = routes_that_need_a_row()
    assert sorted(needed - listed) == [], "add rows to matrix.csv (tests/README.md says how)"
    assert sorted(listed - needed) == [], "these rows are of routes that are gone"


def test_every_tile_source_has_a_row():
    addresses = {row.address for row in read_matrix()}
    for source in sources:
        assert f"/tiles/{source.name}.json" in addresses
        assert any(address.startswith(f"/tiles/{source.name}/") for address in addresses)


def test_rows_are_named_once():
    asked = [(row.method, row.address) for row in read_matrix() if row.route != ADMIN_LISTS]
    assert len(asked) == len(set(asked))


@pytest.mark.django_db
def test_everybody_is_answered_as_the_matrix_says():
    world = build_world()
    wrong = []
    for row in read_matrix():
        for address in addresses_of(row, world):
            got = {column: ask(world, column, row.method, address) for column in PEOPLE}
            if got != row.answers:
                wrong.append(f"{row}: {differences(row.answers, got)}\n    {as_line(row, got)}")
    assert not wrong, "other answers than matrix.csv says:\n" + "\n".join(wrong)


def differences(wanted: dict[str, str], got: dict[str, str]) -> str:
    return ", ".join(
        f"{column} {got[column]} instead of {answer}"
        for column, answer in wanted.items()
        if got[column] != answer
    )


def as_line(row: Row, answers: dict[str, str]) -> str:
    """The row as it would have to be, to be pasted when that is what was meant."""
    return ", ".join([row.method, row.route, row.address, *answers.values()])
