-- Whether a JSON value is a week of office hours as citymap/calendars/weeks.py reads them.
CREATE FUNCTION calendars_is_week(week jsonb) RETURNS boolean
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE SET search_path = pg_catalog AS $$
DECLARE
    day jsonb;
    span jsonb;
    opens text;
    closes text;
    previous text;
    open_days integer := 0;
BEGIN
    IF jsonb_typeof(week) <> 'array' THEN RETURN false; END IF;
    IF jsonb_array_length(week) <> 7 THEN RETURN false; END IF;
    FOR day IN SELECT value FROM jsonb_array_elements(week) LOOP
        IF jsonb_typeof(day) <> 'array' THEN RETURN false; END IF;
        IF jsonb_array_length(day) > 12 THEN RETURN false; END IF;
        previous := '';
        FOR span IN SELECT value FROM jsonb_array_elements(day) LOOP
            IF jsonb_typeof(span) <> 'array' THEN RETURN false; END IF;
            IF jsonb_array_length(span) <> 2
                OR jsonb_typeof(span -> 0) <> 'string'
                OR jsonb_typeof(span -> 1) <> 'string' THEN RETURN false; END IF;
            opens := span ->> 0;
            closes := span ->> 1;
            IF opens !~ '^([01][0-9]|2[0-3]):[0-5][0-9]$'
                OR closes !~ '^(([01][0-9]|2[0-3]):[0-5][0-9]|24:00)$'
                OR opens COLLATE "C" <= previous COLLATE "C"
                OR closes COLLATE "C" <= opens COLLATE "C" THEN RETURN false; END IF;
            previous := closes;
        END LOOP;
        IF jsonb_array_length(day) > 0 THEN open_days := open_days + 1; END IF;
    END LOOP;
    RETURN open_days > 0;
END $$;
