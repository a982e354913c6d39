-- All that some people wrote about a theme: event, person, local day as days since 1970.
SELECT id, person, (occurred_at AT TIME ZONE %(zone)s)::date - date '1970-01-01'
FROM planning_event
WHERE person = ANY(%(people)s) AND theme = %(theme)s
  AND occurred_at >= %(since)s AND occurred_at < %(until)s
ORDER BY id
