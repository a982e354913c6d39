-- All that some people wrote about a theme: event, person, local day.
SELECT id, person, (occurred_at AT TIME ZONE %(zone)s)::date
FROM planning_event
WHERE person = ANY(%(people)s) AND theme = %(theme)s
  AND occurred_at >= %(since)s AND occurred_at < %(until)s
ORDER BY id
