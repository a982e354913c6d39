"""`@tracked()`: one line puts a model under history.

    @tracked()                                   every insert, update and delete
    @tracked(exclude=["password"])               without some fields
    @tracked(statement=True)                     imported layers: updates and deletes only
    @tracked(chain="orders")                     of legal weight: enters the hash chain
    @tracked(chain="appeals", salted=["text"])   `text` enters as a salted digest only
    tracked(title=_("..."))(User.areas.through)  the links of a many-to-many field

The events of a model are in `Model.pgh_event_model`, of `Model` `instance.events`. Primary
keys of tracked rows never change: the database refuses it.
"""

import hashlib
from collections.abc import Callable, Collection
from dataclasses import dataclass

import pghistory
from django.contrib.gis.db.models import GeometryField
from django.contrib.postgres.indexes import BrinIndex
from django.db import models
from django.db.models.fields.json import KeyTextTransform
from django.utils.functional import Promise

from citymap.history.events import Event
from citymap.history.triggers import OPERATIONS, ChangeTrigger

DIGEST_SUFFIX = "_digest"


@dataclass(frozen=True, kw_only=True, slots=True)
class Tracking:
    """How a model is tracked; `fields` are those whose values the event rows hold."""

    model: type[models.Model]
    event_model: type[Event]
    fields: tuple[str, ...]
    salted: tuple[str, ...]
    chain: str
    inserts: bool

    @property
    def label(self) -> str:
        """`app.model`, as in payloads of the chain."""
        return self.model._meta.label_lower


_tracked: dict[str, Tracking] = {}


class _Tracker(pghistory.Tracker):
    """Registers our trigger, in the place of pghistory's own, for one operation."""

    def __init__(
        self, operation: str, *, salted: tuple[str, ...], chain: str, before: bool
    ) -> None:
        super().__init__(label=operation)
        self.operation, self.salted, self.chain, self.before = operation, salted, chain, before

    def setup(self, event_model: type[Event]) -> None:
        ChangeTrigger(
            operation=self.operation,
            event_model=event_model,
            salted=self.salted,
            chain=self.chain,
            before=self.before,
        ).register(event_model.pgh_tracked_model)


def tracked(
    *,
    exclude: Collection[str] = (),
    salted: Collection[str] = (),
    chain: str = "",
    statement: bool = False,
    title: Promise | str = "",
) -> Callable[[type[models.Model]], type[models.Model]]:
    """Record every change of the decorated model's rows, whoever makes it and by whatever path.

    exclude: fields that history does not know at all.
    salted: fields that enter as `<field>_digest` (SHA-256 of a random salt and the text); the
        salt lies apart and can be forgotten, which erases the text from history for good.
    chain: name of the stream of legal weight that the changes belong to; empty: no chain.
    statement: no events for inserts (imports make many, and the row itself says as much); rows of
        updates then hold the state before. Not for models of the chain.
    title: what people call a row, for a table of links, which Django names by itself.
    """
    salted = tuple(salted)
    if statement and (chain or salted):
        raise ValueError("records of legal weight need their inserts")

    def decorate(model: type[models.Model]) -> type[models.Model]:
        if title:
            model._meta.verbose_name = title
            model.__str__ = _ends_of
        fields = [
            field.name
            for field in model._meta.local_concrete_fields
            if field.name not in {*exclude, *salted} and not field.generated
        ]
        operations = [name for name in OPERATIONS if name != "insert" or not statement]
        table = model._meta.db_table
        pghistory.track(
            *(_Tracker(name, salted=salted, chain=chain, before=statement) for name in operations),
            fields=fields,
            context_id_field=None,
            base_model=Event,
            model_name=f"{_camel(model.__name__)}Event",
            attrs={**_plain_geometries(model, fields), **_digests(salted)},
            meta={
                "db_table_comment": f"Changes of {table}, written by triggers, never edited",
                "indexes": [
                    BrinIndex(fields=["pgh_created_at"], name=_index_name(table, "when")),
                    models.Index(
                        KeyTextTransform("user", "pgh_context"),
                        name=_index_name(table, "who"),
                        condition=models.Q(pgh_context__has_key="user"),
                    ),
                ],
            },
        )(model)
        _tracked[model._meta.label_lower] = Tracking(
            model=model,
            event_model=model.pgh_event_model,
            fields=tuple(fields),
            salted=salted,
            chain=chain,
            inserts=not statement,
        )
        return model

    return decorate


def trackings() -> list[Tracking]:
    """Every tracked model, by label."""
    return [_tracked[label] for label in sorted(_tracked)]


def tracking_of(model: type[models.Model] | str) -> Tracking | None:
    """How a model (or `app.model`) is tracked; None when it is not."""
    label = model if isinstance(model, str) else model._meta.concrete_model._meta.label_lower
    return _tracked.get(label.lower())


def _ends_of(link: models.Model) -> str:
    """What a row of a table of links is called: what it links."""
    ends = [field.name for field in link._meta.concrete_fields if field.is_relation]
    return " – ".join(str(getattr(link, name)) for name in ends)


def _camel(name: str) -> str:
    """`User_areas`, as Django calls a table of links, as a class is called."""
    return "".join(part[:1].upper() + part[1:] for part in name.split("_"))


def _plain_geometries(model: type[models.Model], fields: Collection[str]) -> dict:
    """Geometry columns of the event table without the spatial index of the tracked one."""
    found = {}
    for name in fields:
        field = model._meta.get_field(name)
        if isinstance(field, GeometryField):
            copy = field.clone()
            copy.spatial_index = False
            found[name] = copy
    return found


def _digests(salted: Collection[str]) -> dict:
    return {
        f"{name}{DIGEST_SUFFIX}": models.CharField(
            max_length=64,
            null=True,
            editable=False,
            db_comment=f"Salted SHA-256 of {name} where it was set or changed",
        )
        for name in salted
    }


def _index_name(table: str, purpose: str) -> str:
    """At most 30 characters, another for each table."""
    return f"{table[:17]}_{hashlib.sha1(table.encode()).hexdigest()[:4]}_ev_{purpose}"
