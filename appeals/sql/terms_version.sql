-- Rows of policy renew the token of the calendars that they are counted on, statement by statement.
CREATE TRIGGER appeals_policyterm_changed
AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON appeals_policyterm
FOR EACH STATEMENT EXECUTE FUNCTION calendars_renew_version();

CREATE TRIGGER appeals_deadlinepolicy_changed
AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON appeals_deadlinepolicy
FOR EACH STATEMENT EXECUTE FUNCTION calendars_renew_version();
