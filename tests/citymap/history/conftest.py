"""A model of legal weight with a salted text, in tables of its own."""

import itertools

import pytest
from django.conf import settings
from django.db import connection

from citymap.history.benchmarks.tables import order_model, tables
from citymap.history.tracking import trackings

_numbers = itertools.count(1)


def empty_the_chain() -> None:
    """Take away what migrations have recorded already: tests count."""
    events = [item.event_model._meta.db_table for item in trackings() if item.chain]
    logs = ["leaf", "node", "rootsignature", "publication", "root", "unsealed", "chainrecord"]
    with connection.cursor() as cursor:
        for table in [*events, *(f"history_{name}" for name in logs)]:
            cursor.execute(f'DELETE FROM "{table}"')


@pytest.fixture
def empty_chain(db):
    empty_the_chain()


@pytest.fixture
def ledger(empty_chain):
    """A chained model; its table, events and triggers are rolled back with the test."""
    model = order_model(f"Ledger{next(_numbers)}", chain="ledger", salted=["text"])
    with tables(model):
        with connection.cursor() as cursor:
            cursor.execute(
                f'GRANT SELECT, INSERT, UPDATE, DELETE ON "{model._meta.db_table}"'
                f' TO "{settings.CITYMAP_RUNTIME_ROLE}"'
            )
            cursor.execute(
                f'GRANT USAGE ON SEQUENCE "{model._meta.db_table}_id_seq"'
                f' TO "{settings.CITYMAP_RUNTIME_ROLE}"'
            )
        yield model
