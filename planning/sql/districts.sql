-- The smallest district or microdistrict around a point of each yard.
SELECT yard.id, district.id
FROM layers_yard yard
CROSS JOIN LATERAL (
    SELECT t.id
    FROM layers_territory t
    WHERE t.valid_to IS NULL AND t.kind IN ('district', 'suburb', 'microdistrict')
      AND ST_Intersects(t.geom, ST_PointOnSurface(yard.geom))
    ORDER BY ST_Area(t.geom), t.id
    LIMIT 1
) district
WHERE yard.id = ANY(%(yards)s)
