-- The nearest current address of each point asked, within a radius: one index walk per point.
SELECT asked.number, nearest.id
FROM unnest(%(xs)s::float8[], %(ys)s::float8[]) WITH ORDINALITY AS asked (x, y, number)
CROSS JOIN LATERAL (SELECT ST_SetSRID(ST_MakePoint(asked.x, asked.y), %(srid)s) AS point) AS here
CROSS JOIN LATERAL (
    SELECT address.id
    FROM layers_address AS address
    WHERE address.valid_to IS NULL
        AND ST_DWithin(address.geom, here.point, %(metres)s)
    ORDER BY address.geom <-> here.point, address.id
    LIMIT 1
) AS nearest
