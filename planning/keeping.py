"""People whom planning needs: those who follow a yard, for as long as they do."""

import datetime as dt
from collections.abc import Mapping, Sequence

from citymap.personal.retention import FOREVER
from planning.models import YardFollower


def followers_needed_until(person_ids: Sequence[int]) -> Mapping[int, dt.date]:
    """Of these people the ones who follow a yard now."""
    following = YardFollower.objects.lasting().filter(person__in=person_ids)
    return dict.fromkeys(following.values_list("person_id", flat=True), FOREVER)
