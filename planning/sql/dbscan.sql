-- Labels of clusters by event, -1 outside of them; windows look at events in the order of ids.
SELECT id,
       coalesce(ST_ClusterDBSCAN(geom, eps => %(reach_m)s, minpoints => %(least_events)s)
                OVER (ORDER BY id ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING), -1)
FROM planning_event
WHERE source <> 'voices' AND theme = %(theme)s AND occurred_at >= %(since)s AND occurred_at < %(until)s
  AND (%(months)s::int[] IS NULL
       OR extract(month FROM occurred_at AT TIME ZONE %(zone)s) = ANY(%(months)s::int[]))
ORDER BY id
