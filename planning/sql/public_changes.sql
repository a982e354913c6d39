-- Statement triggers that note that a transaction touched what public pages read. One row a
-- transaction; nobody waits for anybody.
CREATE FUNCTION planning_note_public_change() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public AS $$
BEGIN
    INSERT INTO public.planning_publicchange (transaction, noted_at)
    VALUES (pg_current_xact_id()::text::bigint, clock_timestamp())
    ON CONFLICT DO NOTHING;
    RETURN NULL;
END $$;
