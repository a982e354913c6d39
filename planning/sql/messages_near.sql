-- What somebody wrote within reach of some events (themselves too).
SELECT DISTINCT near.id, near.person
FROM planning_event e
JOIN planning_event near ON ST_DWithin(near.geom, e.geom, %(reach_m)s)
WHERE e.id = ANY(%(events)s) AND near.theme = %(theme)s AND near.person IS NOT NULL
  AND near.occurred_at >= %(since)s AND near.occurred_at < %(until)s
