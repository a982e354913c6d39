-- Outages of a building and repairs near its shape (city CRS), for the place card: one row each,
-- the columns that the card shows, in one query. Repairs are found by the GiST index on geom.
(
    SELECT 'outage' AS what, 0::double precision AS distance_m, NULL::geometry AS point,
           jsonb_build_object(
               'id', outage.id, 'kind', outage.kind,
               'starts_at', outage.starts_at, 'ends_at', outage.ends_at,
               'order', CASE WHEN o.id IS NOT NULL THEN jsonb_build_object(
                   'id', o.id, 'year', o.year, 'serial', o.serial
               ) END,
               'holder', CASE WHEN holder.id IS NOT NULL THEN jsonb_build_object(
                   'id', holder.id, 'name', holder.name, 'name_ru', holder.name_ru,
                   'name_kk', holder.name_kk, 'name_en', holder.name_en
               ) END,
               'contractor', CASE WHEN contractor.id IS NOT NULL THEN jsonb_build_object(
                   'id', contractor.id, 'name', contractor.name, 'name_ru', contractor.name_ru,
                   'name_kk', contractor.name_kk, 'name_en', contractor.name_en
               ) END,
               'work', CASE WHEN w.id IS NOT NULL THEN jsonb_build_object(
                   'id', w.id, 'title', w.title
               ) END,
               'organization', CASE WHEN service.id IS NOT NULL THEN jsonb_build_object(
                   'id', service.id, 'name', service.name, 'name_ru', service.name_ru,
                   'name_kk', service.name_kk, 'name_en', service.name_en
               ) END
           ) AS facts
    FROM earthworks_outage outage
    LEFT JOIN earthworks_order o ON o.id = outage.order_id
    LEFT JOIN accounts_organization holder ON holder.id = o.holder_id
    LEFT JOIN accounts_organization contractor ON contractor.id = o.contractor_id
    LEFT JOIN earthworks_repairwork w ON w.id = outage.work_id
    LEFT JOIN accounts_organization service ON service.id = w.organization_id
    WHERE outage.ends_at >= %(start)s
      AND outage.id IN (
          SELECT b.outage_id FROM earthworks_outage_buildings b WHERE b.building_id = %(building)s
      )
    ORDER BY outage.starts_at, outage.id LIMIT %(most)s
)
UNION ALL
(
    SELECT 'repair', r.distance_m, ST_PointOnSurface(r.geom),
           jsonb_build_object(
               'id', r.id, 'state', r.state, 'title', r.title, 'begins_on', r.begins_on,
               'ends_on', r.ends_on, 'done_on', r.done_on,
               'plan', CASE WHEN plan.id IS NOT NULL THEN jsonb_build_object(
                   'id', plan.id, 'title', plan.title
               ) END,
               'organization', jsonb_build_object(
                   'id', service.id, 'name', service.name, 'name_ru', service.name_ru,
                   'name_kk', service.name_kk, 'name_en', service.name_en
               )
           )
    FROM (
        SELECT *, ST_Distance(geom, %(shape)s::geometry) AS distance_m
        FROM earthworks_repairwork
        WHERE ST_DWithin(geom, %(shape)s::geometry, %(near_m)s)
          AND state <> %(cancelled)s AND (done_on IS NULL OR done_on >= %(recent)s)
        ORDER BY distance_m, id LIMIT %(most)s
    ) r
    JOIN accounts_organization service ON service.id = r.organization_id
    LEFT JOIN earthworks_repairplan plan ON plan.id = r.plan_id
)
