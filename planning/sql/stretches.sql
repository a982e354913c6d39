-- Segments of one kind of network with their length and the breakages nearest to them.
WITH hits AS (
    SELECT near.id AS segment, count(*) AS breaks
    FROM planning_event e
    CROSS JOIN LATERAL (
        SELECT s.id
        FROM layers_networksegment s
        WHERE s.valid_to IS NULL AND s.kind = %(kind)s AND ST_DWithin(s.geom, e.geom, %(reach_m)s)
        ORDER BY ST_Distance(s.geom, e.geom), s.id
        LIMIT 1
    ) near
    WHERE e.theme = %(theme)s AND e.source IN ('breakages', 'incidents')
      AND e.occurred_at >= %(since)s AND e.occurred_at < %(until)s
    GROUP BY near.id
)
SELECT s.id, s.length_m, s.material, coalesce(s.laid_year / 10 * 10, 0), coalesce(hits.breaks, 0)
FROM layers_networksegment s
LEFT JOIN hits ON hits.segment = s.id
WHERE s.valid_to IS NULL AND s.kind = %(kind)s AND s.length_m > 0
ORDER BY s.id
