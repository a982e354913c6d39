"""The triggers that write history: SQL made from the tracked model's columns.

One statement trigger per operation reads the transition tables, so a bulk change of a hundred
thousand rows costs one insert. For a model of legal weight the same statement makes the chain's
records: payload, its hash, the hash of the object's previous record. The row locks of the
changed rows order the records of each object; no other lock is taken, so writers never wait for
one another here.
"""

from string import Template
from typing import TYPE_CHECKING

import pgtrigger
from django.contrib.gis.db.models import GeometryField
from django.db import models

from citymap.sqlfiles import load_sql

if TYPE_CHECKING:
    from citymap.history.events import Event

# operation -> pgtrigger's word, transition tables, where the recorded row is
OPERATIONS = {
    "insert": (pgtrigger.Insert, {"new": "new_values"}),
    "update": (pgtrigger.Update, {"old": "old_values", "new": "new_values"}),
    "delete": (pgtrigger.Delete, {"old": "old_values"}),
}
PREFIX = "history_"


def fragment(name: str, **names: str) -> str:
    """A piece of `sql/change/`, with names and expressions (never values) put in."""
    return Template(load_sql(__file__, f"change/{name}.sql")).substitute(names)


def quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


class ChangeTrigger(pgtrigger.Trigger):
    """Writes the event rows of one operation on one table, and chain records when asked."""

    level = pgtrigger.Statement
    when = pgtrigger.After
    declare = [("history_who", "jsonb := public.history_context()")]

    def __init__(
        self,
        *,
        operation: str,
        event_model: type["Event"],
        salted: tuple[str, ...],
        chain: str,
        before: bool,
    ) -> None:
        """before: of an update, record the row as it was (imported layers) and not as it is."""
        word, transition = OPERATIONS[operation]
        self.label, self.event_model = operation, event_model
        self.salted, self.chain, self.before = salted, chain, before
        super().__init__(
            name=f"{PREFIX}{operation}",
            operation=word,
            referencing=pgtrigger.Referencing(**transition),
        )

    def get_func(self, model: type[models.Model]) -> str:
        """The body of the trigger function."""
        names = {
            "stream": literal(self.chain),
            "model": literal(model._meta.label_lower),
            "data": data_expression(self.event_model, "made"),
        }
        steps = [("source", self._source(model)), ("made", self._events(model))]
        if self.salted and self.label != "delete":
            steps.append(("salts", self._salts(model)))
        if self.chain:
            steps += [(step, fragment(step, **names)) for step in ("payloads", "records", "queue")]
        _name, last = steps.pop()
        ahead = ", ".join(f"{name} AS MATERIALIZED ({text})" for name, text in steps)
        return self.format_sql(f"WITH {ahead} {last}; RETURN NULL;")

    # --- steps --------------------------------------------------------------------------
    def _source(self, model: type[models.Model]) -> str:
        """The rows to record; of an update only those in which something tracked changed."""
        key = quoted(model._meta.pk.column)
        if self.label != "update":
            rows = "new_values" if self.label == "insert" else "old_values"
            return fragment("source_all", salts=self._new_salts("true"), rows=rows, key=key)
        columns = [*self._columns(model), *self._salted_columns(model)]
        return fragment(
            "source_changed",
            recorded="o" if self.before else "v",
            salts=self._new_salts("v.{0} IS DISTINCT FROM o.{0}"),
            key=key,
            new=", ".join(f"v.{name}" for name in columns),
            old=", ".join(f"o.{name}" for name in columns),
        )

    def _new_salts(self, condition: str) -> str:
        """`, history_salt_0 ...`: a salt for each salted field that was set, else null."""
        if self.label == "delete":
            return ""
        model = self.event_model.pgh_tracked_model
        return "".join(
            f", CASE WHEN {condition.format(column)} THEN gen_random_uuid() END AS history_salt_{n}"
            for n, column in enumerate(self._salted_columns(model))
        )

    def _events(self, model: type[models.Model]) -> str:
        values = {name: f"v.{name}" for name in self._columns(model)}
        values |= {
            '"pgh_created_at"': "clock_timestamp()",
            '"pgh_label"': literal(self.label),
            '"pgh_obj_id"': f"v.{quoted(model._meta.pk.column)}",
            '"pgh_context"': "history_who",
        }
        if self.label != "delete":
            for number, name in enumerate(self.salted):
                column = quoted(f"{model._meta.get_field(name).column}_digest")
                values[column] = self._digest(model, number, name)
        return fragment(
            "events",
            events=quoted(self.event_model._meta.db_table),
            columns=", ".join(values),
            values=", ".join(values.values()),
            returning="RETURNING *" if self.chain else "",
        )

    def _digest(self, model: type[models.Model], number: int, name: str) -> str:
        """SQL of a salted digest; null where no salt was made."""
        column = quoted(model._meta.get_field(name).column)
        return (
            f"encode(sha256(uuid_send(v.history_salt_{number})"
            f" || convert_to(coalesce(v.{column}::text, ''), 'UTF8')), 'hex')"
        )

    def _salts(self, model: type[models.Model]) -> str:
        parts = " UNION ALL ".join(
            fragment(
                "salt", digest=self._digest(model, number, name), salt=f"history_salt_{number}"
            )
            for number, name in enumerate(self.salted)
        )
        return fragment("salts", parts=parts)

    # --- columns ------------------------------------------------------------------------
    def _columns(self, model: type[models.Model]) -> list[str]:
        """Columns that tracked table and event table share, quoted."""
        names = {field.name for field in model._meta.local_concrete_fields}
        return sorted(
            quoted(field.column)
            for field in self.event_model._meta.concrete_fields
            if field.name in names and not field.name.startswith("pgh_")
        )

    def _salted_columns(self, model: type[models.Model]) -> list[str]:
        return [quoted(model._meta.get_field(name).column) for name in self.salted]


def data_expression(event_model: type["Event"], alias: str) -> str:
    """SQL of the `data` member of a payload: an event row's own columns as jsonb.

    Geometries as hex EWKB, exact; times in the session's zone (the functions set UTC).
    """
    own = [
        quoted(field.column)[1:-1]
        for field in event_model._meta.concrete_fields
        if field.name.startswith("pgh_")
    ]
    without = ", ".join(literal(name) for name in own)
    text = f"(to_jsonb({alias}) - ARRAY[{without}])"
    for field in event_model._meta.concrete_fields:
        if isinstance(field, GeometryField):
            column = quoted(field.column)
            text += (
                f" || jsonb_build_object({literal(field.column)},"
                f" encode(public.ST_AsEWKB({alias}.{column}), 'hex'))"
            )
    return f"({text})"
