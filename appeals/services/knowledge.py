"""Articles are written in versions: what an operator read stays as it was."""

import datetime as dt

from django.db.models import Max
from django.utils import timezone

from appeals.models import KnowledgeArticle, KnowledgeVersion
from appeals.services.base import write
from citymap.accounts.models import User


@write
def publish(
    *, article: KnowledgeArticle, user: User | None, now: dt.datetime | None = None, **text: str
) -> KnowledgeVersion:
    """The next version of an article, in force from now on; `text` are its fields."""
    row = KnowledgeArticle.objects.select_for_update().get(pk=article.pk)
    last = row.versions.aggregate(last=Max("number"))["last"] or 0
    made = KnowledgeVersion(
        article=row, number=last + 1, author=user, made_at=now or timezone.now(), **text
    )
    made.full_clean(exclude=["author"])
    made.save(force_insert=True)
    row.current = made
    row.save(update_fields=["current"])
    return made
