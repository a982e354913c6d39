-- Where complaints cluster and in which yard they lie (or beside which: the houses stand in holes
-- of its ground); -1 where there is none. Rows in the order of ids.
WITH chosen AS (
    SELECT id, geom,
           ST_ClusterDBSCAN(geom, eps => %(reach_m)s, minpoints => 1)
           OVER (ORDER BY id ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING) AS cluster
    FROM planning_event
    WHERE id = ANY(%(events)s)
)
SELECT chosen.id, chosen.cluster, coalesce(near.id, -1)
FROM chosen
LEFT JOIN LATERAL (
    SELECT yard.id
    FROM layers_yard yard
    WHERE yard.valid_to IS NULL AND ST_DWithin(yard.geom, chosen.geom, %(near_m)s)
    ORDER BY ST_Distance(yard.geom, chosen.geom), yard.id
    LIMIT 1
) near ON true
ORDER BY chosen.id
