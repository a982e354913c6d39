-- The latest snowplow track that passed the place on its street. The tracks near the point are
-- found by the GiST index first (MATERIALIZED), so that a quiet street does not read the
-- whole winter newest first.
WITH anchor AS (
    SELECT coalesce(
        (
            SELECT ST_ClosestPoint(s.geom, %(shape)s::geometry) FROM layers_street s
            WHERE s.id = %(street)s AND ST_DWithin(s.geom, %(shape)s::geometry, %(street_m)s)
        ),
        ST_PointOnSurface(%(shape)s::geometry)
    ) AS point
), passed AS MATERIALIZED (
    SELECT t.id, t.vehicle, t.vehicle_kind, t.ended_at
    FROM anchor JOIN layers_snowplowtrack t ON ST_DWithin(t.geom, anchor.point, %(track_m)s)
    WHERE t.valid_to IS NULL AND t.started_at < (%(date)s::date + 1)
)
SELECT id, vehicle, vehicle_kind, ended_at FROM passed ORDER BY ended_at DESC, id LIMIT 1
