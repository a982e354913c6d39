-- The latest snowplow track that passed the place on its street. All passes of the point are
-- found by the GiST index on parts of tracks first (MATERIALIZED), so that a quiet street does
-- not read the whole winter newest first.
WITH anchor AS (
    SELECT coalesce(
        (
            SELECT ST_ClosestPoint(s.geom, %(shape)s::geometry) FROM layers_street s
            WHERE s.id = %(street)s AND ST_DWithin(s.geom, %(shape)s::geometry, %(street_m)s)
        ),
        ST_PointOnSurface(%(shape)s::geometry)
    ) AS point
), passed AS MATERIALIZED (
    SELECT DISTINCT part.track_id
    FROM anchor
    JOIN layers_snowplowtrackpart part ON ST_DWithin(part.geom, anchor.point, %(track_m)s)
)
SELECT t.id, t.vehicle, t.vehicle_kind, t.ended_at
FROM passed JOIN layers_snowplowtrack t ON t.id = passed.track_id
WHERE t.valid_to IS NULL AND t.started_at < %(until)s
ORDER BY t.ended_at DESC, t.id
LIMIT 1
