-- A new token in the transaction of every change, whoever makes it; statement by statement.
CREATE FUNCTION calendars_renew_version() RETURNS trigger
LANGUAGE plpgsql SET search_path = public, pg_catalog AS $$
BEGIN
    INSERT INTO calendars_calendarversion (singleton, token) VALUES (true, gen_random_uuid())
    ON CONFLICT (singleton) DO UPDATE SET token = excluded.token;
    RETURN NULL;
END $$;

CREATE TRIGGER calendars_schedule_changed
AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON calendars_workschedule
FOR EACH STATEMENT EXECUTE FUNCTION calendars_renew_version();

CREATE TRIGGER calendars_override_changed
AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON calendars_dayoverride
FOR EACH STATEMENT EXECUTE FUNCTION calendars_renew_version();
