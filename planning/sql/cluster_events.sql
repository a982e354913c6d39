INSERT INTO planning_clusterevent (cluster_id, event_id)
SELECT c.id, m.event
FROM unnest(%(event)s::bigint[], %(number)s::int[]) AS m (event, number)
JOIN planning_cluster c ON c.run_id = %(run)s AND c.number = m.number
ORDER BY m.event
