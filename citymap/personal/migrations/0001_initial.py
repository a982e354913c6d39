import citymap.migrating
import citymap.personal.models
import citymap.personal.sealed
import django.contrib.postgres.fields
import django.contrib.postgres.indexes
import django.db.models.deletion
import django.db.models.functions.datetime
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        citymap.migrating.Together(
            operations=[
                migrations.CreateModel(
                    name='KeyCanary',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('key_id', models.CharField(max_length=12, unique=True, verbose_name='key')),
                        ('value', citymap.personal.sealed.SealedField(db_comment='Sealed with the key: a known word', verbose_name='known value')),
                        ('made_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False, verbose_name='made')),
                    ],
                    options={
                        'verbose_name': 'key in use',
                        'verbose_name_plural': 'keys in use',
                        'db_table_comment': 'One known value per key that seals personal data',
                    },
                ),
                migrations.CreateModel(
                    name='Person',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('number', models.CharField(db_comment='Opaque random number, the only name of the person outside this table', default=citymap.personal.models.new_number, editable=False, max_length=10, unique=True, verbose_name='number')),
                        ('state', models.CharField(choices=[('active', 'Kept'), ('merged', 'Merged into another'), ('erased', 'Erased')], default='active', max_length=10, verbose_name='state')),
                        ('name', citymap.personal.sealed.SealedField(db_comment='Sealed: full name', verbose_name='name')),
                        ('phones', citymap.personal.sealed.SealedField(db_comment='Sealed: JSON list of +77011234567', verbose_name='telephones')),
                        ('emails', citymap.personal.sealed.SealedField(db_comment='Sealed: JSON list, lower case', verbose_name='e-mail addresses')),
                        ('iin', citymap.personal.sealed.SealedField(db_comment='Sealed: 12 digits', verbose_name='IIN')),
                        ('address', citymap.personal.sealed.SealedField(db_comment='Sealed: address as told', verbose_name='address')),
                        ('notes', citymap.personal.sealed.SealedField(db_comment='Sealed: free text', verbose_name='notes')),
                        ('language', models.CharField(blank=True, choices=[('ru', 'Русский'), ('kk', 'Қазақша'), ('en', 'English')], default='ru', max_length=2, verbose_name='preferred language')),
                        ('phone_keys', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=32), db_comment='HMAC of each telephone, for exact look-up', default=list, editable=False, size=None)),
                        ('email_keys', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=32), db_comment='HMAC of each e-mail address, for exact look-up', default=list, editable=False, size=None)),
                        ('iin_key', models.CharField(blank=True, db_comment='HMAC of the IIN', editable=False, max_length=32)),
                        ('key_id', models.CharField(blank=True, db_comment='Which key all values of this row are sealed with', db_index=True, editable=False, max_length=12)),
                        ('created_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False, verbose_name='recorded')),
                        ('changed_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False, verbose_name='changed')),
                        ('erasure_asked_at', models.DateTimeField(blank=True, db_comment='The person asked to be erased; done as soon as nothing needs the record', editable=False, null=True, verbose_name='erasure asked for')),
                        ('erased_at', models.DateTimeField(blank=True, editable=False, null=True, verbose_name='erased')),
                        ('merged_into', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='duplicates', to='personal.person', verbose_name='merged into')),
                    ],
                    options={
                        'verbose_name': 'person',
                        'verbose_name_plural': 'people',
                        'db_table_comment': 'People outside the staff; every personal value is sealed',
                        'indexes': [django.contrib.postgres.indexes.GinIndex(fields=['phone_keys'], name='person_phone_keys'), django.contrib.postgres.indexes.GinIndex(fields=['email_keys'], name='person_email_keys'), models.Index(condition=models.Q(('iin_key', ''), _negated=True), fields=['iin_key'], name='person_iin_key'), models.Index(condition=models.Q(('state', 'active')), fields=['changed_at'], name='person_kept_changed_at')],
                        'constraints': [models.CheckConstraint(condition=models.Q(('name', ''), ('name__regex', '^gAAAA[A-Za-z0-9_-]+=*$'), _connector='OR'), name='person_name_sealed'), models.CheckConstraint(condition=models.Q(('phones', ''), ('phones__regex', '^gAAAA[A-Za-z0-9_-]+=*$'), _connector='OR'), name='person_phones_sealed'), models.CheckConstraint(condition=models.Q(('emails', ''), ('emails__regex', '^gAAAA[A-Za-z0-9_-]+=*$'), _connector='OR'), name='person_emails_sealed'), models.CheckConstraint(condition=models.Q(('iin', ''), ('iin__regex', '^gAAAA[A-Za-z0-9_-]+=*$'), _connector='OR'), name='person_iin_sealed'), models.CheckConstraint(condition=models.Q(('address', ''), ('address__regex', '^gAAAA[A-Za-z0-9_-]+=*$'), _connector='OR'), name='person_address_sealed'), models.CheckConstraint(condition=models.Q(('notes', ''), ('notes__regex', '^gAAAA[A-Za-z0-9_-]+=*$'), _connector='OR'), name='person_notes_sealed'), models.CheckConstraint(condition=models.Q(('state__in', ['active', 'merged', 'erased'])), name='person_state_known'), models.CheckConstraint(condition=models.Q(('language__in', ['', 'ru', 'kk', 'en'])), name='person_language_known'), models.CheckConstraint(condition=models.Q(('state', 'active'), models.Q(('address', ''), ('emails', ''), ('iin', ''), ('name', ''), ('notes', ''), ('phones', ''), ('email_keys', []), ('iin_key', ''), ('key_id', ''), ('language', ''), ('phone_keys', [])), _connector='OR'), name='person_tombstone_is_empty'), models.CheckConstraint(condition=models.Q(models.Q(('erased_at__isnull', False), ('state', 'erased')), models.Q(models.Q(('state', 'erased'), _negated=True), ('erased_at__isnull', True)), _connector='OR'), name='person_erased_has_a_time'), models.CheckConstraint(condition=models.Q(models.Q(('merged_into__isnull', False), ('state', 'merged')), models.Q(models.Q(('state', 'merged'), _negated=True), ('merged_into__isnull', True)), _connector='OR'), name='person_merged_into_somebody'), models.CheckConstraint(condition=models.Q(('merged_into', models.F('id')), _negated=True), name='person_not_merged_into_itself')],
                    },
                ),
                migrations.CreateModel(
                    name='PersonalEvent',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('kind', models.CharField(choices=[('looked', 'Looked at'), ('exported', 'Exported'), ('created', 'Recorded'), ('changed', 'Changed'), ('merged', 'Merged'), ('erasure_asked', 'Erasure asked for'), ('erased', 'Erased')], max_length=20, verbose_name='what was done')),
                        ('fields', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(choices=[('name', 'Name'), ('phones', 'Telephones'), ('emails', 'E-mail addresses'), ('iin', 'IIN'), ('address', 'Address'), ('notes', 'Notes')], max_length=20), default=list, size=None, verbose_name='fields')),
                        ('why', models.CharField(blank=True, max_length=300, verbose_name='why')),
                        ('request_id', models.CharField(blank=True, db_comment='X-Request-Id of the answer', max_length=40, verbose_name='request')),
                        ('at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False, verbose_name='when')),
                        ('person', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='events', to='personal.person', verbose_name='person')),
                        ('user', models.ForeignKey(blank=True, db_comment='Empty: the system itself, for the reason stated', null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='by whom')),
                    ],
                    options={
                        'verbose_name': 'look at personal data',
                        'verbose_name_plural': 'looks at personal data',
                        'db_table_comment': 'Who did what with whose personal data, and why; append-only',
                        'indexes': [models.Index(fields=['-at', '-id'], name='personal_event_at'), models.Index(fields=['person', '-at', '-id'], name='personal_event_person_at'), models.Index(fields=['user', '-at', '-id'], name='personal_event_user_at')],
                        'constraints': [models.CheckConstraint(condition=models.Q(('kind__in', ['looked', 'exported', 'created', 'changed', 'merged', 'erasure_asked', 'erased'])), name='personal_event_kind_known'), models.CheckConstraint(condition=models.Q(('fields__contained_by', ['name', 'phones', 'emails', 'iin', 'address', 'notes'])), name='personal_event_fields_known'), models.CheckConstraint(condition=models.Q(models.Q(('kind__in', ['looked', 'exported']), _negated=True), models.Q(('why', ''), _negated=True), _connector='OR'), name='personal_event_look_has_a_reason')],
                    },
                ),
                migrations.CreateModel(
                    name='RetentionRule',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('code', models.SlugField(db_comment='`idle`, or the code of a room that needs people', max_length=60, verbose_name='code')),
                        ('valid_from', models.DateField(verbose_name='in force from')),
                        ('keep_months', models.PositiveSmallIntegerField(db_comment='Months after the event that the code names', verbose_name='keep, months')),
                        ('citation', models.TextField(db_comment='The act and its article', verbose_name='act')),
                        ('verified', models.BooleanField(db_comment='A lawyer has confirmed the term', default=False, verbose_name='verified by a lawyer')),
                    ],
                    options={
                        'verbose_name': 'retention rule',
                        'verbose_name_plural': 'retention rules',
                        'db_table_comment': 'Dated policy: how long personal data is kept',
                        'ordering': ['code', '-valid_from'],
                        'constraints': [models.UniqueConstraint(fields=('code', 'valid_from'), name='retention_rule_unique'), models.CheckConstraint(condition=models.Q(('keep_months__gt', 0)), name='retention_rule_positive'), models.CheckConstraint(condition=models.Q(('citation', ''), _negated=True), name='retention_rule_cited')],
                    },
                ),
            ],
        ),
    ]
