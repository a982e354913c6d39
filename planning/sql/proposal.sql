-- Appeals of a period by group of categories: people, places, what was said to need money,
-- what stays unmet, promises given. A place is a cluster of appeals of one group.
WITH asked AS (
    SELECT a.id, coalesce(c.parent_id, c.id) AS grp, ST_PointOnSurface(a.geom) AS spot
    FROM appeals_appeal a
    JOIN appeals_category c ON c.id = a.category_id
    WHERE NOT a.practice AND a.state <> ALL(%(ignored)s)
      AND a.registered_at >= %(since)s AND a.registered_at < %(until)s
), placed AS (
    SELECT id, grp,
           ST_ClusterDBSCAN(spot, eps => %(reach_m)s, minpoints => 1)
           OVER (PARTITION BY grp ORDER BY id
                 ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING) AS place
    FROM asked
), said AS (
    SELECT DISTINCT ON (r.appeal_id) r.appeal_id, r.outcome, r.cost_class
    FROM appeals_report r
    JOIN asked ON asked.id = r.appeal_id
    WHERE r.sent_back_at IS NULL
    ORDER BY r.appeal_id, r.made_at DESC, r.id DESC
), costs AS (
    -- One repair puts a whole place right: the greatest class said there counts once.
    SELECT p.grp, p.place, max((%(costs)s::jsonb ->> s.cost_class)::bigint) AS tenge
    FROM placed p
    JOIN said s ON s.appeal_id = p.id
    WHERE s.outcome = %(needs_funding)s AND s.cost_class <> ''
    GROUP BY p.grp, p.place
), people AS (
    SELECT asked.grp, count(DISTINCT x.person_id) AS applicants
    FROM asked JOIN appeals_applicant x ON x.appeal_id = asked.id
    GROUP BY asked.grp
), promised AS (
    SELECT asked.grp,
           count(*) FILTER (WHERE m.state = 'open') AS open,
           count(*) FILTER (WHERE m.state = 'broken') AS broken
    FROM asked JOIN appeals_promise m ON m.appeal_id = asked.id
    GROUP BY asked.grp
)
SELECT p.grp, count(*), count(DISTINCT p.place),
       coalesce(max(people.applicants), 0),
       coalesce((SELECT sum(tenge) FROM costs WHERE costs.grp = p.grp), 0),
       count(*) FILTER (WHERE s.outcome = ANY(%(unmet)s)),
       coalesce(max(promised.open), 0), coalesce(max(promised.broken), 0)
FROM placed p
LEFT JOIN said s ON s.appeal_id = p.id
LEFT JOIN people ON people.grp = p.grp
LEFT JOIN promised ON promised.grp = p.grp
GROUP BY p.grp
ORDER BY 4 DESC, p.grp
