-- Events of a theme in a period, and where they lie; in any order.
SELECT id, ST_X(geom) AS x, ST_Y(geom) AS y
FROM planning_event
WHERE source <> 'voices' AND theme = %(theme)s AND occurred_at >= %(since)s AND occurred_at < %(until)s
  AND (%(months)s::int[] IS NULL
       OR extract(month FROM occurred_at AT TIME ZONE %(zone)s) = ANY(%(months)s::int[]))
