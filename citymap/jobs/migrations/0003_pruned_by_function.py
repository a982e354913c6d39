"""Old runs leave the log by a function of the owner's; nothing else can be removed from it."""

from django.db import migrations

# By the database's own clock: whoever calls it says no more than "prune".
PRUNE = """
CREATE FUNCTION jobs_prune_log() RETURNS integer
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    WITH gone AS (
        DELETE FROM public.jobs_joboutcome AS old
        USING (
            SELECT id, row_number() OVER (PARTITION BY name ORDER BY id DESC) AS place
            FROM public.jobs_joboutcome
        ) AS ranked
        WHERE ranked.id = old.id AND ranked.place > 200
          AND (old.error = '' OR old.started_at < statement_timestamp() - interval '90 days')
        RETURNING 1
    )
    SELECT count(*)::integer FROM gone
$$;
COMMENT ON FUNCTION jobs_prune_log() IS
    'Removes runs older than the last 200 of their sweep, failures after 90 days';
"""
UNDO = "DROP FUNCTION jobs_prune_log();"


class Migration(migrations.Migration):
    dependencies = [("jobs", "0002_log_and_requests")]

    operations = [migrations.RunSQL(PRUNE, UNDO)]
