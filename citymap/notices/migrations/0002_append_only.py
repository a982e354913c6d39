"""The delivery log only grows, and what a notice is about never changes: whoever writes."""

from django.db import migrations

FORWARD = """
CREATE FUNCTION notices_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION '% on % is refused: %', TG_OP, TG_TABLE_NAME, TG_ARGV[0]
    USING ERRCODE = 'insufficient_privilege';
END $$;

CREATE TRIGGER attempt_append_only BEFORE UPDATE OR DELETE ON notices_attempt
  FOR EACH ROW EXECUTE FUNCTION notices_refuse('the delivery log only grows');

CREATE TRIGGER notice_identity BEFORE UPDATE ON notices_notice
  FOR EACH ROW WHEN (
    (OLD.public_id, OLD.kind, OLD.source_type_id, OLD.source_id, OLD.stage, OLD.user_id,
     OLD.organization_id, OLD.person_id, OLD.address, OLD.message_id, OLD.why)
    IS DISTINCT FROM
    (NEW.public_id, NEW.kind, NEW.source_type_id, NEW.source_id, NEW.stage, NEW.user_id,
     NEW.organization_id, NEW.person_id, NEW.address, NEW.message_id, NEW.why)
  ) EXECUTE FUNCTION notices_refuse('what is owed to whom does not change');
"""
BACKWARD = """
DROP TRIGGER notice_identity ON notices_notice;
DROP TRIGGER attempt_append_only ON notices_attempt;
DROP FUNCTION notices_refuse();
"""


class Migration(migrations.Migration):
    dependencies = [("notices", "0001_initial")]
    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
