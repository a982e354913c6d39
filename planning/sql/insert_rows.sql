-- The rows of a new state of the queue.
INSERT INTO planning_queuerow
    (snapshot_id, yard_id, position, score, apartments, complaints, area_m2, scaled, points, moves,
     first_complaint, stability)
SELECT %(snapshot)s, n.yard, n.position, n.score, n.apartments, n.complaints, n.area_m2,
       ARRAY[n.scaled_apartments, n.scaled_complaints, n.scaled_area_m2],
       ARRAY[n.points_apartments, n.points_complaints, n.points_area_m2],
       n.moves::jsonb, date '1970-01-01' + n.first_complaint, n.stability
FROM unnest(
    %(yard)s::bigint[], %(position)s::int[], %(score)s::int[],
    %(apartments)s::float8[], %(complaints)s::float8[], %(area_m2)s::float8[],
    %(scaled_apartments)s::float8[], %(scaled_complaints)s::float8[],
    %(scaled_area_m2)s::float8[],
    %(points_apartments)s::int[], %(points_complaints)s::int[], %(points_area_m2)s::int[],
    %(moves)s::text[], %(first_complaint)s::int[], %(stability)s::float8[]
) AS n (yard, position, score, apartments, complaints, area_m2, scaled_apartments,
        scaled_complaints, scaled_area_m2, points_apartments, points_complaints, points_area_m2,
        moves, first_complaint, stability)
ORDER BY n.position
