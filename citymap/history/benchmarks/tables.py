"""Tables that live as long as a benchmark or a test: the same one plain, tracked and chained."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.apps import apps
from django.db import connection, models
from django.utils import timezone
from pgtrigger import registry

from citymap.geo import PointField
from citymap.history import hardening, tracking

APP_LABEL = "jobs"


def order_model(name: str, **options: object) -> type[models.Model]:
    """A model much like an order; `options` go to `tracked`, none leaves it untracked."""
    # What `tracked` refuses must not leave a model in the registry of the app.
    decorate = tracking.tracked(**options) if options else None
    fields = {
        "number": models.CharField("number", max_length=40),
        "state": models.CharField("state", max_length=20, choices=[("new", "New"), ("ok", "Done")]),
        "amount": models.IntegerField("amount", default=0),
        "text": models.TextField("text", blank=True),
        "due_at": models.DateTimeField("due", default=timezone.now),
        "paid": models.BooleanField("paid", default=False),
        "geom": PointField("position", null=True, blank=True),
        "__module__": f"citymap.{APP_LABEL}.models",
        "Meta": type("Meta", (), {"app_label": APP_LABEL}),
    }
    model = type(name, (models.Model,), fields)
    return decorate(model) if decorate else model


@contextmanager
def tables(*found: type[models.Model]) -> Iterator[None]:
    """Make the models' tables, event tables and triggers, protected; forget them afterwards."""
    made = []
    for model in found:
        made.append(model)
        if tracking.tracking_of(model):
            made.append(model.pgh_event_model)
    try:
        with connection.schema_editor() as editor:
            for model in made:
                editor.create_model(model)
        for model, trigger in registry.registered():
            if model in found:
                trigger.install(model)
        hardening.wanted_functions.cache_clear()
        hardening.protect()
        yield
    finally:
        forget(*made)


def forget(*made: type[models.Model]) -> None:
    """Take models out of the registries; their tables are the caller's to drop or roll back."""
    for model, trigger in registry.registered():
        if model in made:
            trigger.unregister(model)
    for model in made:
        tracking._tracked.pop(model._meta.label_lower, None)
        apps.all_models[APP_LABEL].pop(model._meta.model_name, None)
        module = __import__(model.__module__, fromlist=["models"])
        if getattr(module, model.__name__, None) is model:
            delattr(module, model.__name__)
    apps.clear_cache()
    hardening.wanted_functions.cache_clear()
