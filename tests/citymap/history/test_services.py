"""Forgetting: texts are gone for good, the chain stands."""

import pytest

from citymap.history.models import Salt
from citymap.history.sealing import seal
from citymap.history.services import forget
from citymap.history.verify import verify
from citymap.jobs.models import JobRun

pytestmark = pytest.mark.django_db


def test_an_erased_text_leaves_the_chain_whole(ledger, runtime_role):
    row = ledger.objects.create(number="1", text="первый")
    other = ledger.objects.create(number="2", text="чужой")
    row.text = "второй"
    row.save()
    seal()
    row.text = ""
    row.save()
    assert forget(instance=row) == 3
    assert Salt.objects.get().digest == other.history_events.get().text_digest
    assert forget(instance=row) == 0
    assert verify().holds


def test_only_salted_fields(ledger):
    row = ledger.objects.create(number="1")
    with pytest.raises(ValueError, match="number"):
        forget(instance=row, fields=("number",))
    with pytest.raises(ValueError, match="JobRun"):
        forget(instance=JobRun(name="x"), fields=("name",))
