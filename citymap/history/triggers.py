"""The triggers that write history: SQL made from the tracked model's columns.

One statement trigger per operation reads the transition tables, so a bulk change of a hundred
thousand rows costs one insert. For a model of legal weight the same statement makes the chain's
records: payload, its hash, the hash of the object's previous record. The row locks of the
changed rows order the records of each object; no other lock is taken, so writers never wait for
one another here.
"""

from typing import TYPE_CHECKING

import pgtrigger
from django.contrib.gis.db.models import GeometryField
from django.db import models

if TYPE_CHECKING:
    from citymap.history.events import Event

# operation -> pgtrigger's word, transition tables, where the recorded row is
OPERATIONS = {
    "insert": (pgtrigger.Insert, {"new": "new_values"}),
    "update": (pgtrigger.Update, {"old": "old_values", "new": "new_values"}),
    "delete": (pgtrigger.Delete, {"old": "old_values"}),
}
PREFIX = "history_"


def quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


class ChangeTrigger(pgtrigger.Trigger):
    """Writes the event rows of one operation on one table, and chain records when asked."""

    level = pgtrigger.Statement
    when = pgtrigger.After
    declare = [("context", "jsonb := public.history_context()")]

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
        steps = [("source", self._source(model)), ("made", self._events(model))]
        if self.salted and self.label != "delete":
            steps.append(("salts", self._salts(model)))
        if self.chain:
            steps += [("payloads", self._payloads(model)), ("records", self._records())]
            last = "INSERT INTO public.history_unsealed (record) SELECT id FROM records"
        else:
            _name, last = steps.pop()
        ahead = ", ".join(f"{name} AS MATERIALIZED ({text})" for name, text in steps)
        return self.format_sql(f"WITH {ahead} {last}; RETURN NULL;")

    # --- steps --------------------------------------------------------------------------
    def _source(self, model: type[models.Model]) -> str:
        """The rows to record; of an update only those in which something tracked changed."""
        key = quoted(model._meta.pk.column)
        if self.label != "update":
            rows = "new_values" if self.label == "insert" else "old_values"
            return f"SELECT v.* {self._new_salts('true')} FROM {rows} v ORDER BY v.{key}"
        columns = [*self._columns(model), *self._salted_columns(model)]
        new = ", ".join(f"v.{name}" for name in columns)
        old = ", ".join(f"o.{name}" for name in columns)
        changed = f"({new}) IS DISTINCT FROM ({old})"
        return (
            f"SELECT {'o' if self.before else 'v'}.*"
            f" {self._new_salts('v.{0} IS DISTINCT FROM o.{0}')}"
            f" FROM new_values v LEFT JOIN old_values o ON o.{key} = v.{key}"
            f" WHERE CASE WHEN o.{key} IS NULL THEN public.history_key_changed() ELSE {changed} END"
            f" ORDER BY v.{key}"
        )

    def _new_salts(self, condition: str) -> str:
        """`, salt_0, salt_1`: a salt for each salted field that was set, else null."""
        if self.label == "delete":
            return ""
        model = self.event_model.pgh_tracked_model
        return "".join(
            f", CASE WHEN {condition.format(column)} THEN gen_random_uuid() END AS history_salt_{n}"
            for n, column in enumerate(self._salted_columns(model))
        )

    def _events(self, model: type[models.Model]) -> str:
        columns = self._columns(model)
        values = {name: f"v.{name}" for name in columns}
        values |= {
            '"pgh_created_at"': "clock_timestamp()",
            '"pgh_label"': literal(self.label),
            '"pgh_obj_id"': f"v.{quoted(model._meta.pk.column)}",
            '"pgh_context"': "context",
        }
        if self.label != "delete":
            for number, name in enumerate(self.salted):
                column = quoted(f"{model._meta.get_field(name).column}_digest")
                values[column] = self._digest(model, number, name)
        return (
            f"INSERT INTO public.{quoted(self.event_model._meta.db_table)}"
            f" ({', '.join(values)}) SELECT {', '.join(values.values())} FROM source v"
            + (" RETURNING *" if self.chain or self.salted else "")
        )

    def _digest(self, model: type[models.Model], number: int, name: str) -> str:
        column = quoted(model._meta.get_field(name).column)
        return (
            f"encode(sha256(uuid_send(v.history_salt_{number})"
            f" || convert_to(coalesce(v.{column}::text, ''), 'UTF8')), 'hex')"
        )

    def _salts(self, model: type[models.Model]) -> str:
        parts = " UNION ALL ".join(
            f"SELECT {self._digest(model, number, name)}, v.history_salt_{number}"
            f" FROM source v WHERE v.history_salt_{number} IS NOT NULL"
            for number, name in enumerate(self.salted)
        )
        return f"INSERT INTO public.history_salt (digest, salt) {parts}"

    def _payloads(self, model: type[models.Model]) -> str:
        label = model._meta.label_lower
        return (
            "SELECT made.pgh_id AS event, made.pgh_obj_id::text AS key, made.pgh_created_at AS at,"
            " coalesce(before.number, 0) + 1 AS number, before.hash AS previous,"
            " jsonb_build_object('v', 1,"
            f" 'stream', {literal(self.chain)}, 'model', {literal(label)},"
            " 'key', made.pgh_obj_id::text, 'number', coalesce(before.number, 0) + 1,"
            " 'previous', encode(before.hash, 'hex'), 'event', made.pgh_id,"
            " 'label', made.pgh_label, 'at', made.pgh_created_at, 'context', context,"
            f" 'data', {data_expression(self.event_model, 'made')})::text AS payload"
            " FROM made LEFT JOIN LATERAL (SELECT r.number, r.hash FROM"
            f" public.history_chainrecord r WHERE r.model = {literal(label)}"
            " AND r.key = made.pgh_obj_id::text ORDER BY r.number DESC LIMIT 1) before ON true"
            " ORDER BY made.pgh_id"
        )

    def _records(self) -> str:
        model = self.event_model.pgh_tracked_model
        return (
            "INSERT INTO public.history_chainrecord"
            " (stream, model, key, number, event, made_at, previous, payload, hash)"
            f" SELECT {literal(self.chain)}, {literal(model._meta.label_lower)},"
            " key, number, event, at, previous, payload,"
            " sha256('\\x00'::bytea || convert_to(payload, 'UTF8'))"
            " FROM payloads RETURNING id"
        )

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
