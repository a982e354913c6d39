"""News of this room for later ones."""

from django.dispatch import Signal

# kept, duplicate: sent in the transaction of a merge before the rows that point at `duplicate`
# are turned to `kept`. A room whose rows would clash (one row per person) joins its own here.
people_merged = Signal()
