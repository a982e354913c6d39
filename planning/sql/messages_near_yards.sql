-- What somebody wrote in or beside some yards.
SELECT DISTINCT e.id, e.person
FROM layers_yard y
JOIN planning_event e ON ST_DWithin(e.geom, y.geom, %(near_m)s)
WHERE y.id = ANY(%(yards)s) AND e.theme = %(theme)s AND e.person IS NOT NULL
  AND e.occurred_at >= %(since)s AND e.occurred_at < %(until)s
