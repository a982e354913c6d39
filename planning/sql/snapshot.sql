-- A state of the queue as columns, by id of the yard.
SELECT array_agg(yard_id ORDER BY yard_id),
       array_agg(apartments ORDER BY yard_id),
       array_agg(complaints ORDER BY yard_id),
       array_agg(area_m2 ORDER BY yard_id),
       array_agg(coalesce((first_complaint - date '1970-01-01')::bigint, %(never)s)
                 ORDER BY yard_id),
       array_agg(stability ORDER BY yard_id)
FROM planning_queuerow
WHERE snapshot_id = %(snapshot)s
