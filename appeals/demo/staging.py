"""Many rows at once: COPY into a staging table, one INSERT; triggers and history see them all."""

import csv
import io
from collections.abc import Iterable, Sequence

from django.db import connection, models
from psycopg2 import sql

NULL = r"\N"


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
    text = io.StringIO()
    writer = csv.writer(text)
    count = 0
    for row in rows:
        writer.writerow([NULL if value is None else value for value in row])
        count += 1
    if not count:
        return 0
    text.seek(0)
    names = {
        "table": sql.Identifier(model._meta.db_table),
        "columns": sql.SQL(", ").join(map(sql.Identifier, columns)),
        "staging": sql.Identifier("appeals_staging"),
    }
    with connection.cursor() as cursor:
        cursor.execute(
            sql.SQL(
                "CREATE TEMPORARY TABLE {staging} ON COMMIT DROP AS"
                " SELECT {columns} FROM {table} WITH NO DATA"
            ).format(**names)
        )
        copy = sql.SQL(r"COPY {staging} FROM STDIN (FORMAT csv, NULL '\N')").format(**names)
        cursor.cursor.copy_expert(copy.as_string(cursor.cursor), text)
        cursor.execute(
            sql.SQL("INSERT INTO {table} ({columns}) SELECT {columns} FROM {staging}").format(
                **names
            )
        )
        cursor.execute(sql.SQL("DROP TABLE {staging}").format(**names))
    return count
