-- The tiles at zooms low..high that show any of the geometries (EPSG:3857), with a margin of
-- twice the tiles' own buffer, so that rounding to the tile's grid never reaches outside.
-- Lines and large areas are tested tile by tile; the box of anything smaller is near enough.
CREATE OR REPLACE FUNCTION tiles_covering(shapes geometry[], low integer, high integer)
RETURNS TABLE (z integer, x integer, y integer)
LANGUAGE sql STABLE PARALLEL SAFE SET search_path = pg_catalog, public AS $$
    SELECT DISTINCT zoom, col, line
    FROM unnest(shapes) AS shape
    CROSS JOIN generate_series(low, high) AS zoom
    CROSS JOIN LATERAL (SELECT 40075016.685578488 / (1 << zoom) AS width) AS tile
    CROSS JOIN LATERAL (
        SELECT
            greatest(floor((ST_XMin(shape) + 20037508.342789244) / width - 128 / 4096.0), 0)::integer AS west,
            least(floor((ST_XMax(shape) + 20037508.342789244) / width + 128 / 4096.0), (1 << zoom) - 1)::integer AS east,
            greatest(floor((20037508.342789244 - ST_YMax(shape)) / width - 128 / 4096.0), 0)::integer AS north,
            least(floor((20037508.342789244 - ST_YMin(shape)) / width + 128 / 4096.0), (1 << zoom) - 1)::integer AS south
    ) AS box
    CROSS JOIN LATERAL generate_series(west, east) AS col
    CROSS JOIN LATERAL generate_series(north, south) AS line
    WHERE (east - west) * (south - north) < 4
       OR ST_Intersects(shape, ST_TileEnvelope(zoom, col, line, margin => 128 / 4096.0))
$$;

-- Trigger: marks the tiles that a statement has changed, in its own transaction.
-- Arguments: source, geometry column (EPSG:3857; empty when the table only feeds attributes),
-- first and last zoom. A statement or transaction that changes much marks the whole source.
CREATE OR REPLACE FUNCTION tiles_mark_dirty() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
DECLARE
    most_rows CONSTANT integer := 500;
    most_tiles CONSTANT integer := 2000;
    drawn_in CONSTANT text := TG_ARGV[0];
    geometry_column CONSTANT text := TG_ARGV[1];
    low CONSTANT integer := TG_ARGV[2];
    high CONSTANT integer := TG_ARGV[3];
    changed text := CASE TG_OP
        WHEN 'INSERT' THEN 'SELECT * FROM new_rows'
        WHEN 'DELETE' THEN 'SELECT * FROM old_rows'
        WHEN 'UPDATE' THEN 'SELECT * FROM new_rows UNION ALL SELECT * FROM old_rows'
    END;
    whole boolean := TG_OP = 'TRUNCATE';
    shapes geometry[];
    tiles bigint;
BEGIN
    PERFORM FROM tiles_dirtytile AS mark
    WHERE mark.transaction = pg_current_xact_id() AND mark.source = drawn_in AND mark.z IS NULL;
    IF FOUND THEN
        RETURN NULL;
    END IF;
    IF NOT whole AND geometry_column = '' THEN
        EXECUTE format('SELECT EXISTS (SELECT FROM (%s) AS rows)', changed) INTO whole;
        IF NOT whole THEN
            RETURN NULL;
        END IF;
    ELSIF NOT whole THEN
        EXECUTE format(
            'SELECT array_agg(shape) FROM (SELECT %1$I AS shape FROM (%2$s) AS rows'
            ' WHERE NOT ST_IsEmpty(%1$I) LIMIT %3$s) AS few',
            geometry_column, changed, most_rows + 1
        ) INTO shapes;
        IF shapes IS NULL THEN
            RETURN NULL;
        END IF;
        -- An upper bound from the boxes at the last zoom, and what this transaction has marked.
        SELECT sum(
            ((ST_XMax(shape) - ST_XMin(shape)) / width + 1)
            * ((ST_YMax(shape) - ST_YMin(shape)) / width + 1)
        ) + (
            SELECT count(*) FROM (
                SELECT FROM tiles_dirtytile AS mark
                WHERE mark.transaction = pg_current_xact_id() AND mark.source = drawn_in
                LIMIT most_tiles
            ) AS marked
        )
        FROM unnest(shapes) AS shape, (SELECT 40075016.685578488 / (1 << high) AS width) AS tile
        INTO tiles;
        whole := cardinality(shapes) > most_rows OR tiles > most_tiles;
    END IF;
    IF whole THEN
        INSERT INTO tiles_dirtytile (source) VALUES (drawn_in);
    ELSE
        INSERT INTO tiles_dirtytile (source, z, x, y)
        SELECT drawn_in, tile.z, tile.x, tile.y FROM tiles_covering(shapes, low, high) AS tile;
    END IF;
    RETURN NULL;
END
$$;

-- Whether a tile drawn from a snapshot may be kept: true unless a transaction that the snapshot
-- does not see has marked it. Takes the source's lock, shared, until the transaction ends; being
-- volatile, the function looks again after it has the lock.
CREATE OR REPLACE FUNCTION tiles_may_store(
    lock_class integer, source_name text, zoom integer, col integer, line integer, seen pg_snapshot
) RETURNS boolean
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, public AS $$
BEGIN
    PERFORM pg_advisory_xact_lock_shared(lock_class, hashtext(source_name));
    RETURN NOT EXISTS (
        SELECT FROM tiles_dirtytile AS mark
        WHERE mark.source = source_name
          AND (mark.z IS NULL OR (mark.z = zoom AND mark.x = col AND mark.y = line))
          AND NOT pg_visible_in_snapshot(mark.transaction, seen)
    );
END
$$;
