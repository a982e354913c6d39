SELECT CASE
           WHEN road_class IN ('motorway', 'trunk', 'primary') THEN 8
           WHEN road_class IN ('secondary', 'tertiary') THEN 10
           WHEN road_class IN ('residential', 'pedestrian') THEN 12
           WHEN road_class = 'service' THEN 14
           ELSE 14
       END AS minzoom,
       jsonb_build_object('class', road_class) AS properties, geom, NULL::bigint AS id
FROM layers_road
WHERE valid_to IS NULL
