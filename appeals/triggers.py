"""The state machine inside the database: no path, raw SQL neither, reaches an illegal state."""

from string import Template

import pgtrigger
from django.db import models

from appeals.choices import State
from appeals.workflow import INITIAL, TRANSITIONS
from citymap.sqlfiles import load_sql


class WorkflowTrigger(pgtrigger.Trigger):
    """Refuses what `workflow.TRANSITIONS` does not allow, and changes of what never changes.

    Refusals are check violations (IntegrityError in Django). Imported rows (`source` is set)
    may be born in any state.
    """

    name = "appeals_workflow"
    when = pgtrigger.Before
    operation = pgtrigger.Insert | pgtrigger.Update

    def get_func(self, model: type[models.Model]) -> str:
        """The body of the trigger function, made from the table of transitions."""
        allowed = ", ".join(f"'{source}>{target}'" for source, target in TRANSITIONS)
        return self.format_sql(
            Template(load_sql(__file__, "workflow.sql")).substitute(
                initial=INITIAL.value, mediation=State.MEDIATION.value, allowed=allowed
            )
        )
