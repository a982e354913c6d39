-- A state of the queue by id of the yard.
SELECT yard_id, apartments, complaints, area_m2,
       coalesce((first_complaint - date '1970-01-01')::bigint, %(never)s), stability
FROM planning_queuerow
WHERE snapshot_id = %(snapshot)s
ORDER BY yard_id
