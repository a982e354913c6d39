-- Who wrote these events.
SELECT id, person FROM planning_event WHERE id = ANY(%(events)s) AND person IS NOT NULL
