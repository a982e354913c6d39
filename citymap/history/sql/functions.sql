-- Functions of the history, made again by the owner after every migrate (hardening.py).
-- All have a fixed search path; those that write are SECURITY DEFINER: only they may.

-- pgtrigger's switch-off by a session setting, switched off for good.
CREATE OR REPLACE FUNCTION public._pgtrigger_should_ignore(trigger_name name)
RETURNS boolean LANGUAGE sql IMMUTABLE
AS $$ SELECT false $$;

-- Who acts, as carried by citymap/history/context.py; else what the server knows by itself.
CREATE OR REPLACE FUNCTION public.history_context()
RETURNS jsonb LANGUAGE sql STABLE
AS $$
    SELECT coalesce(
        nullif(current_setting('pghistory.context_metadata', true), '')::jsonb,
        jsonb_strip_nulls(jsonb_build_object(
            'role', session_user,
            'application', nullif(current_setting('application_name', true), ''),
            'address', host(inet_client_addr())
        ))
    )
$$;

CREATE OR REPLACE FUNCTION public.history_key_changed()
RETURNS boolean LANGUAGE plpgsql
AS $$
BEGIN
    RAISE EXCEPTION 'history: the primary key of a tracked row never changes'
        USING ERRCODE = 'restrict_violation';
END;
$$;

-- The number of a protocol: the next of its year, without gaps.
CREATE OR REPLACE FUNCTION public.history_number_protocol()
RETURNS trigger LANGUAGE plpgsql
AS $$
BEGIN
    NEW.made_at := clock_timestamp();
    NEW.year := extract(year FROM NEW.made_at AT TIME ZONE TG_ARGV[0]);
    PERFORM pg_advisory_xact_lock(hashtext('citymap.history.protocol'));
    SELECT coalesce(max(p.number), 0) + 1 INTO NEW.number
        FROM public.history_protocol p WHERE p.year = NEW.year;
    RETURN NEW;
END;
$$;

-- Append committed records to the log and write a root over it.
--
-- most: how many records at once. beat: a root is written even when nothing is new after this
-- long. Returns the root written, or no row when none was due.
CREATE OR REPLACE FUNCTION public.history_seal(most integer, beat interval)
RETURNS TABLE (root_number bigint, tree_size bigint, sealed bigint) LANGUAGE plpgsql
AS $$
DECLARE
    newest public.history_root;
    records bigint[];
    hashes bytea[];
    leaf bytea;
    frontier bytea[];
    top integer;
    size bigint;
    place bigint;
    level smallint;
    levels smallint[] := '{}';
    places bigint[] := '{}';
    nodes bytea[] := '{}';
    total bytea;
BEGIN
    PERFORM pg_advisory_xact_lock(hashtext('citymap.history.seal'));
    SELECT * INTO newest FROM public.history_root r ORDER BY r.number DESC LIMIT 1;
    size := coalesce(newest.size, 0);
    frontier := coalesce(newest.frontier, '{}');
    top := cardinality(frontier);
    IF size <> (SELECT coalesce(max(l.position) + 1, 0) FROM public.history_leaf l) THEN
        RAISE EXCEPTION 'history: the newest root is of % records, the log has %', size,
            (SELECT coalesce(max(l.position) + 1, 0) FROM public.history_leaf l);
    END IF;

    SELECT array_agg(due.record ORDER BY due.record), array_agg(due.hash ORDER BY due.record)
        INTO records, hashes
        FROM (SELECT u.record, r.hash FROM public.history_unsealed u
              JOIN public.history_chainrecord r ON r.id = u.record
              ORDER BY u.record LIMIT most) due;
    sealed := coalesce(cardinality(records), 0);
    IF sealed = 0 AND newest.made_at > clock_timestamp() - beat THEN
        RETURN;
    END IF;

    IF sealed > 0 THEN
        INSERT INTO public.history_leaf (position, record)
            SELECT size + due.place - 1, due.record
            FROM unnest(records) WITH ORDINALITY AS due (record, place);
        DELETE FROM public.history_unsealed u WHERE u.record = ANY (records);
        FOREACH leaf IN ARRAY hashes LOOP
            place := size;
            level := 0;
            WHILE place & 1 = 1 LOOP
                leaf := sha256('\x01'::bytea || frontier[top] || leaf);
                frontier := frontier[1:top - 1];
                top := top - 1;
                place := place >> 1;
                level := level + 1;
                IF level >= 8 THEN
                    levels := levels || level;
                    places := places || place;
                    nodes := nodes || leaf;
                END IF;
            END LOOP;
            frontier := frontier || leaf;
            top := top + 1;
            size := size + 1;
        END LOOP;
        INSERT INTO public.history_node (level, index, hash)
            SELECT * FROM unnest(levels, places, nodes);
    END IF;

    total := CASE WHEN top = 0 THEN sha256(''::bytea) ELSE frontier[top] END;
    FOR part IN REVERSE top - 1 .. 1 LOOP
        total := sha256('\x01'::bytea || frontier[part] || total);
    END LOOP;
    root_number := coalesce(newest.number, 0) + 1;
    tree_size := size;
    INSERT INTO public.history_root (number, size, hash, frontier, made_at)
        VALUES (root_number, size, total, frontier, clock_timestamp());
    RETURN NEXT;
END;
$$;
