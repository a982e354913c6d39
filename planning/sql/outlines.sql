-- Current yards and their outlines, by id.
SELECT id, ST_AsBinary(geom) FROM layers_yard WHERE valid_to IS NULL ORDER BY id
