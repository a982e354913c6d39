-- Parts of snowplow tracks follow their tracks, whoever writes them: at most 16 stretches
-- (17 fixes) each, the last fix of one being the first of the next.
CREATE OR REPLACE FUNCTION layers_line_parts(line geometry) RETURNS SETOF geometry
LANGUAGE sql IMMUTABLE PARALLEL SAFE
SET search_path = public, pg_temp
AS $$
    SELECT ST_MakeLine(fix.geom ORDER BY fix.path[1])
    FROM ST_DumpPoints(line) AS fix
    CROSS JOIN LATERAL (
        SELECT (fix.path[1] - 1) / 16 AS part
        UNION ALL
        SELECT (fix.path[1] - 1) / 16 - 1 WHERE fix.path[1] > 1 AND (fix.path[1] - 1) % 16 = 0
    ) AS chosen
    GROUP BY chosen.part
    HAVING count(*) > 1
$$;

CREATE OR REPLACE FUNCTION layers_track_parts_insert() RETURNS trigger
LANGUAGE plpgsql
SET search_path = public, pg_temp
AS $$
BEGIN
    INSERT INTO layers_snowplowtrackpart (track_id, geom)
    SELECT t.id, part FROM new_rows t CROSS JOIN LATERAL layers_line_parts(t.geom) AS part;
    RETURN NULL;
END
$$;

CREATE OR REPLACE FUNCTION layers_track_parts_update() RETURNS trigger
LANGUAGE plpgsql
SET search_path = public, pg_temp
AS $$
BEGIN
    DELETE FROM layers_snowplowtrackpart p
    USING old_rows o JOIN new_rows n USING (id)
    WHERE p.track_id = o.id AND o.geom::bytea <> n.geom::bytea;
    INSERT INTO layers_snowplowtrackpart (track_id, geom)
    SELECT n.id, part
    FROM new_rows n JOIN old_rows o USING (id)
    CROSS JOIN LATERAL layers_line_parts(n.geom) AS part
    WHERE o.geom::bytea <> n.geom::bytea;
    RETURN NULL;
END
$$;

CREATE OR REPLACE FUNCTION layers_track_parts_delete() RETURNS trigger
LANGUAGE plpgsql
SET search_path = public, pg_temp
AS $$
BEGIN
    DELETE FROM layers_snowplowtrackpart p USING old_rows o WHERE p.track_id = o.id;
    RETURN NULL;
END
$$;

CREATE TRIGGER track_parts_insert AFTER INSERT ON layers_snowplowtrack
REFERENCING NEW TABLE AS new_rows
FOR EACH STATEMENT EXECUTE FUNCTION layers_track_parts_insert();

CREATE TRIGGER track_parts_update AFTER UPDATE ON layers_snowplowtrack
REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
FOR EACH STATEMENT EXECUTE FUNCTION layers_track_parts_update();

CREATE TRIGGER track_parts_delete AFTER DELETE ON layers_snowplowtrack
REFERENCING OLD TABLE AS old_rows
FOR EACH STATEMENT EXECUTE FUNCTION layers_track_parts_delete();

INSERT INTO layers_snowplowtrackpart (track_id, geom)
SELECT t.id, part FROM layers_snowplowtrack t CROSS JOIN LATERAL layers_line_parts(t.geom) AS part;
