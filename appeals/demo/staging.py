"""Many rows at once: COPY into a staging table, one INSERT; triggers and history see them all."""

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice

from django.db import connection, models
from psycopg2 import sql

NULL = r"\N"
AT_ONCE = 10_000


def reserve_keys(model: type[models.Model], count: int) -> list[int]:
    """The next `count` primary keys of a table."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT nextval(pg_get_serial_sequence(%s, 'id')) FROM generate_series(1, %s)",
            [model._meta.db_table, count],
        )
        return [key for (key,) in cursor.fetchall()]


def insert_rows(
    model: type[models.Model], columns: Sequence[str], rows: Iterable[Sequence[object]]
) -> int:
    """Insert rows of a model; `columns` are database columns. Returns how many."""
    names = {
        "table": sql.Identifier(model._meta.db_table),
        "columns": sql.SQL(", ").join(map(sql.Identifier, columns)),
        "staging": sql.Identifier("appeals_staging"),
    }
    count = 0
    with connection.cursor() as cursor:
        cursor.execute(
            sql.SQL(
                "CREATE TEMPORARY TABLE {staging} ON COMMIT DROP AS"
                " SELECT {columns} FROM {table} WITH NO DATA"
            ).format(**names)
        )
        copy = sql.SQL(r"COPY {staging} FROM STDIN (FORMAT csv, NULL '\N')").format(**names)
        for some in batched(rows):
            text = io.StringIO()
            csv.writer(text).writerows(
                [NULL if value is None else value for value in row] for row in some
            )
            text.seek(0)
            cursor.cursor.copy_expert(copy.as_string(cursor.cursor), text)
            count += len(some)
        if count:
            cursor.execute(
                sql.SQL("INSERT INTO {table} ({columns}) SELECT {columns} FROM {staging}").format(
                    **names
                )
            )
        cursor.execute(sql.SQL("DROP TABLE {staging}").format(**names))
    return count


def batched(rows: Iterable[Sequence[object]]) -> Iterator[list[Sequence[object]]]:
    """Rows by the ten thousand: what is written is never in memory as a whole."""
    source = iter(rows)
    while some := list(islice(source, AT_ONCE)):
        yield some
