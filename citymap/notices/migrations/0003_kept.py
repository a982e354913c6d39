"""What is owed is never removed, nor what goes with it: whoever writes."""

from django.db import migrations

FORWARD = """
CREATE TRIGGER notice_kept BEFORE DELETE ON notices_notice
  FOR EACH ROW EXECUTE FUNCTION notices_refuse('what is owed is never removed');

CREATE TRIGGER notice_file_kept BEFORE UPDATE OR DELETE ON notices_noticefile
  FOR EACH ROW EXECUTE FUNCTION notices_refuse('what goes with a notice stays with it');
"""
BACKWARD = """
DROP TRIGGER notice_file_kept ON notices_noticefile;
DROP TRIGGER notice_kept ON notices_notice;
"""


class Migration(migrations.Migration):
    dependencies = [("notices", "0002_append_only")]
    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
