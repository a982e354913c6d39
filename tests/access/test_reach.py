"""What somebody may not open stands in nothing else that they are answered.

The matrix compares statuses. A list, an export, a feed or a card answers 200 to everybody and
shows each reader something else: here its text is searched for the addresses of things that are
closed to the reader, so a list that forgets who is asking fails.
"""

import gzip
from collections.abc import Iterator

import pytest
from django.db import transaction
from django.http import HttpResponse

from tests.access import planning_things, things, works  # noqa: F401 (what stands in addresses)
from tests.access.test_matrix import Row, addresses_of, read_matrix
from tests.access.world import World, build_world

CLOSED = {"403", "404"}
# Who is searched for things of others, and who is known to see them.
STRANGERS, OWNERS = ("other body", "other area"), ("executor", "inspector", "works", "head")


def text_of(response: HttpResponse) -> str:
    """Everything that an answer says, headers too."""
    content = b"".join(response) if response.streaming else response.content
    if response.headers.get("Content-Encoding") == "gzip":
        content = gzip.decompress(content)
    return content.decode("utf-8", "replace") + repr(sorted(response.headers.items()))


def answers(world: World, rows: list[Row], column: str) -> Iterator[tuple[Row, str, str]]:
    """`(row, address, text)` of all that somebody is answered with 200."""
    for row in rows:
        if row.answers[column] != "200":
            continue
        for address in addresses_of(row, world):
            with transaction.atomic():
                text = text_of(world.clients[column].get(address))
                transaction.set_rollback(True)
            yield row, address, text


def closed_to(rows: list[Row], column: str) -> list[Row]:
    """Rows of one thing each that a stranger may not open though its owner may."""
    return [
        row for row in rows
        if "{" in row.address and row.answers[column] in CLOSED
        and any(row.answers[owner] == "200" for owner in OWNERS)
        and row.answers["executor" if column == "other body" else "inspector"] == "200"
    ]  # fmt: skip


@pytest.mark.django_db
def test_what_is_closed_to_somebody_is_mentioned_nowhere_to_them():
    world = build_world()
    rows = [row for row in read_matrix() if row.method == "GET"]
    for row in rows:
        addresses_of(row, world)  # every thing is there before anybody asks
    hidden = {
        column: {world.address(row.address): row for row in closed_to(rows, column)}
        for column in STRANGERS
    }
    assert hidden["other body"]
    assert hidden["other area"]
    told = [
        f"{column} is told of {address} by {row}"
        for column in STRANGERS
        for row, _asked, text in answers(world, rows, column)
        for address in hidden[column]
        if address in text
    ]
    assert told == []
    # The addresses are such as pages do mention, to those who may open them.
    mentioned = {
        address
        for owner in OWNERS
        for _row, asked, text in answers(world, rows, owner)
        for address in hidden["other body"]
        if address in text and address != asked
    }
    assert mentioned, "no page mentions any of the closed addresses to anybody"
