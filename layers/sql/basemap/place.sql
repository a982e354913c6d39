SELECT CASE kind
           WHEN 'city' THEN 8 WHEN 'suburb' THEN 10 WHEN 'village' THEN 10
           WHEN 'neighbourhood' THEN 11 ELSE 12
       END AS minzoom,
       jsonb_build_object(
           'kind', kind, 'name', name,
           'name_ru', nullif(nullif(name_ru, ''), name), 'name_kk', nullif(nullif(name_kk, ''), name)
       ) AS properties,
       geom, NULL::bigint AS id
FROM layers_placename
WHERE valid_to IS NULL
ORDER BY population DESC NULLS LAST, name
