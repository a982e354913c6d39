-- What somebody wrote about a theme: event, person, days since 1970, place.
SELECT id, person, (occurred_at AT TIME ZONE %(zone)s)::date - date '1970-01-01',
       ST_X(geom), ST_Y(geom)
FROM planning_event
WHERE theme = %(theme)s AND person IS NOT NULL
  AND occurred_at >= %(since)s AND occurred_at < %(until)s
