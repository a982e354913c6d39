-- Current yards near any of some positions, by id.
SELECT y.id, ST_AsBinary(y.geom)
FROM layers_yard y
WHERE y.valid_to IS NULL AND y.id IN (
    SELECT yard.id
    FROM unnest(%(x)s::float8[], %(y)s::float8[]) AS p (x, y)
    JOIN layers_yard yard
      ON ST_DWithin(yard.geom, ST_SetSRID(ST_MakePoint(p.x, p.y), %(srid)s), %(near_m)s)
)
ORDER BY y.id
