-- The smallest pgh_id of an event table whose event is not before a moment, found by halving:
-- events are numbered in the order of their times, and the tables have no other ordered index.
CREATE FUNCTION audit_event_at(events regclass, moment timestamptz) RETURNS bigint
LANGUAGE plpgsql STABLE AS $$
DECLARE
    low bigint;
    high bigint;
    middle bigint;
    found timestamptz;
BEGIN
    IF moment IS NULL THEN
        RETURN NULL;
    END IF;
    EXECUTE format('SELECT min(pgh_id), max(pgh_id) FROM %s', events) INTO low, high;
    IF low IS NULL THEN
        RETURN 0;
    END IF;
    WHILE low <= high LOOP
        middle := low + (high - low) / 2;
        EXECUTE format(
            'SELECT pgh_created_at FROM %s WHERE pgh_id >= $1 ORDER BY pgh_id LIMIT 1', events
        ) INTO found USING middle;
        IF found >= moment THEN
            high := middle - 1;
        ELSE
            low := middle + 1;
        END IF;
    END LOOP;
    RETURN low;
END $$;
