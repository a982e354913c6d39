-- Height: as stated, else 3 m a storey, else what is usual for the use.
SELECT CASE WHEN area_m2 > 1500 THEN 12 WHEN area_m2 > 250 THEN 13 ELSE 14 END AS minzoom,
       jsonb_build_object('height', round(coalesce(
           height_m, levels * 3.0,
           CASE use
               WHEN 'apartments' THEN 15 WHEN 'dormitory' THEN 15 WHEN 'education' THEN 9
               WHEN 'health' THEN 9 WHEN 'industrial' THEN 7 WHEN 'commercial' THEN 6
               WHEN 'public' THEN 7 WHEN 'garage' THEN 3 WHEN 'outbuilding' THEN 3
               ELSE 4
           END
       )::numeric, 1)) AS properties,
       geom, id
FROM layers_building
WHERE valid_to IS NULL
