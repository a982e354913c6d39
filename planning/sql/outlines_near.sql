-- Current yards in or near some squares: id, outline.
SELECT y.id, ST_AsBinary(y.geom)
FROM layers_yard y
WHERE y.valid_to IS NULL AND y.id IN (
    SELECT near.id
    FROM unnest(%(west)s::float8[], %(south)s::float8[]) AS s (west, south)
    CROSS JOIN LATERAL (
        SELECT id
        FROM layers_yard
        WHERE geom && ST_Expand(ST_MakeEnvelope(
            s.west, s.south, s.west + %(side_m)s, s.south + %(side_m)s, %(srid)s), %(near_m)s)
        OFFSET 0
    ) near
)
