-- The snapshot of now, and whether something that public pages read was committed since another.
-- A transaction that had ended when the other was taken is visible in it; only the few that began
-- after its oldest open one are looked at.
SELECT pg_current_snapshot()::text,
       EXISTS (
           SELECT FROM planning_publicchange
           WHERE transaction >= pg_snapshot_xmin(%(known)s::pg_snapshot)::text::bigint
             AND NOT pg_visible_in_snapshot(transaction::text::xid8, %(known)s::pg_snapshot)
       )
