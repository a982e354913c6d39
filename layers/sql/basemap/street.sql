-- Lines to write street names along: stretches of one name and class joined end to end.
WITH named AS (
    SELECT coalesce(street.name, road.name) AS name,
           coalesce(nullif(street.name_ru, ''), road.name_ru) AS name_ru,
           coalesce(nullif(street.name_kk, ''), road.name_kk) AS name_kk,
           road.road_class, road.geom
    FROM layers_road AS road
    LEFT JOIN layers_street AS street ON street.id = road.street_id AND street.kind = 'street'
    WHERE road.valid_to IS NULL AND coalesce(street.name, road.name) <> ''
)
SELECT CASE WHEN road_class IN ('motorway', 'trunk', 'primary', 'secondary', 'tertiary') THEN 12
            ELSE 14 END AS minzoom,
       jsonb_build_object(
           'class', road_class, 'name', name,
           'name_ru', nullif(nullif(name_ru, ''), name), 'name_kk', nullif(nullif(name_kk, ''), name)
       ) AS properties,
       ST_LineMerge(ST_Collect(geom)) AS geom, NULL::bigint AS id
FROM named
GROUP BY name, name_ru, name_kk, road_class
