-- One row a cluster: how many events, when, and the hull of their places with 15 m around it.
INSERT INTO planning_cluster (run_id, theme, number, events, first_at, last_at, geom)
SELECT %(run)s, %(theme)s, m.number, count(*), min(e.occurred_at), max(e.occurred_at),
       ST_Buffer(ST_ConvexHull(ST_Collect(e.geom)), 15, 'quad_segs=4')
FROM unnest(%(event)s::bigint[], %(number)s::int[]) AS m (event, number)
JOIN planning_event e ON e.id = m.event
GROUP BY m.number
ORDER BY m.number
