-- Statement triggers that note which rows of the rooms changed: for the sources named in the
-- arguments after the column that holds the fact's key.
CREATE FUNCTION planning_note_change() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public AS $$
BEGIN
    EXECUTE format(
        'INSERT INTO public.planning_eventchange (source, object_id)'
        ' SELECT s, r.%I FROM changed_rows r CROSS JOIN unnest($1) AS s',
        TG_ARGV[0]
    ) USING TG_ARGV[1:];
    RETURN NULL;
END $$;
