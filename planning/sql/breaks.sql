-- Breakages of a period by the nearest current segment of their network within 30 m.
SELECT near.id, count(*)
FROM planning_event e
CROSS JOIN LATERAL (
    SELECT s.id
    FROM layers_networksegment s
    WHERE s.valid_to IS NULL AND s.kind = e.theme AND ST_DWithin(s.geom, e.geom, 30)
    ORDER BY ST_Distance(s.geom, e.geom), s.id
    LIMIT 1
) near
WHERE e.source IN ('breakages', 'incidents')
  AND e.theme IN ('heat', 'water', 'sewer', 'gas', 'power')
  AND e.occurred_at >= %(since)s AND e.occurred_at < %(until)s
GROUP BY near.id
