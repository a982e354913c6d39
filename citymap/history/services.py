"""Writes to the history that are not its own doing: forgetting salts."""

from django.db import models, transaction

from citymap.history.models import Salt
from citymap.history.tracking import DIGEST_SUFFIX, tracking_of


@transaction.atomic
def forget(*, instance: models.Model, fields: tuple[str, ...] = ()) -> int:
    """Delete the salts of an object's salted texts, of all times; how many.

    fields: some of the model's salted fields, all when empty. After it nobody can tell from the
    digests what the texts were, and the chain still verifies. Erase the texts themselves too.
    """
    tracking = tracking_of(type(instance))
    names = set(fields or (tracking.salted if tracking else ()))
    if tracking is None or not names <= set(tracking.salted):
        raise ValueError(f"{type(instance).__name__} has no such salted fields: {sorted(names)}")
    columns = [
        f"{tracking.model._meta.get_field(name).attname}{DIGEST_SUFFIX}" for name in sorted(names)
    ]
    digests = {
        digest
        for row in tracking.event_model.objects.of_object(instance).values_list(*columns)
        for digest in row
        if digest
    }
    return Salt.objects.filter(digest__in=digests).delete()[0]
