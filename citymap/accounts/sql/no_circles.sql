-- A body is never above itself. Changes of parents wait for each other: two of them at once
-- could each be right and together make a circle.
CREATE OR REPLACE FUNCTION accounts_no_circle() RETURNS trigger
LANGUAGE plpgsql
AS $$
BEGIN
    PERFORM pg_advisory_xact_lock(hashtext('accounts_organization.parent'));
    IF EXISTS (
        WITH RECURSIVE above(id, parent_id) AS (
            SELECT id, parent_id FROM accounts_organization WHERE id = NEW.parent_id
            UNION
            SELECT o.id, o.parent_id
            FROM accounts_organization o JOIN above ON o.id = above.parent_id
        )
        SELECT FROM above WHERE id = NEW.id
    ) THEN
        RAISE EXCEPTION 'organisation % would be a part of itself', NEW.id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'organization_no_circle';
    END IF;
    RETURN NULL;
END
$$;

CREATE CONSTRAINT TRIGGER organization_no_circle
AFTER INSERT OR UPDATE OF parent_id ON accounts_organization
FOR EACH ROW WHEN (NEW.parent_id IS NOT NULL)
EXECUTE FUNCTION accounts_no_circle();
