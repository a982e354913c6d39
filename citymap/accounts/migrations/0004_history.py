import citymap.accounts.bin
import citymap.accounts.models.organizations
import citymap.geo
import citymap.migrating
import django.contrib.auth.validators
import django.contrib.postgres.fields
import django.contrib.postgres.indexes
import django.db.models.deletion
import django.db.models.fields.json
import django.utils.timezone
import pghistory.utils
import pgtrigger.compiler
import pgtrigger.migrations
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0003_recovery_codes'),
        ('calendars', '0001_initial'),
        ('history', '0002_functions'),
    ]

    operations = [
        citymap.migrating.Together(
            operations=[
                migrations.CreateModel(
                    name='OrganizationEvent',
                    fields=[
                        ('pgh_id', models.BigAutoField(primary_key=True, serialize=False)),
                        ('pgh_created_at', models.DateTimeField(db_comment="When the change was made, by the database's clock", verbose_name='when')),
                        ('pgh_label', models.TextField(db_comment='insert, update or delete', verbose_name='change')),
                        ('geom', citymap.geo.PointField(blank=True, db_comment='Entrance for visitors; city CRS, metres', null=True, spatial_index=False, verbose_name='position')),
                        ('pgh_context', pghistory.utils.JSONField()),
                        ('id', models.BigIntegerField()),
                        ('kind', models.CharField(choices=[('state_body', 'State body'), ('utility', 'Utility'), ('contractor', 'Contractor'), ('house_manager', 'House manager'), ('police', 'Police'), ('emergency', 'Emergency service'), ('carrier', 'Carrier'), ('other', 'Other')], max_length=20, verbose_name='kind')),
                        ('name', models.CharField(max_length=300, verbose_name='name')),
                        ('name_ru', models.CharField(blank=True, max_length=300, verbose_name='name in Russian')),
                        ('name_kk', models.CharField(blank=True, max_length=300, verbose_name='name in Kazakh')),
                        ('name_en', models.CharField(blank=True, max_length=300, verbose_name='name in English')),
                        ('short_name', models.CharField(blank=True, max_length=100, verbose_name='short name')),
                        ('bin', models.CharField(blank=True, db_comment='БИН: twelve digits, the last is a checksum', db_default='', max_length=12, validators=[citymap.accounts.bin.validate_bin], verbose_name='BIN')),
                        ('languages', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(choices=[('kk', 'Kazakh'), ('ru', 'Russian'), ('en', 'English')], max_length=2), db_comment='Languages that the body answers in', db_default=['kk', 'ru'], default=citymap.accounts.models.organizations.state_languages, size=None, verbose_name='languages')),
                        ('phone', models.CharField(blank=True, max_length=100, verbose_name='telephone')),
                        ('address', models.CharField(blank=True, db_default='', max_length=300, verbose_name='address')),
                        ('valid_from', models.DateField(blank=True, db_comment='First day it counts; null: always', null=True, verbose_name='valid from')),
                        ('valid_to', models.DateField(blank=True, db_comment='First day it no longer counts; null: now', null=True, verbose_name='valid to')),
                        ('source', models.CharField(default='manual', max_length=40, verbose_name='source')),
                        ('source_id', models.CharField(blank=True, max_length=100, verbose_name='id in the source')),
                        ('parent', models.ForeignKey(blank=True, db_comment='Never in a circle: a trigger checks', db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='accounts.organization', verbose_name='part of')),
                        ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='history_events', to='accounts.organization')),
                        ('schedule', models.ForeignKey(blank=True, db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='calendars.workschedule', verbose_name='office hours')),
                    ],
                    options={
                        'db_table_comment': 'Changes of accounts_organization, written by triggers, never edited',
                        'abstract': False,
                        'indexes': [django.contrib.postgres.indexes.BrinIndex(fields=['pgh_created_at'], name='accounts_organiza_e6e5_ev_when'), models.Index(django.db.models.fields.json.KeyTextTransform('user', 'pgh_context'), condition=models.Q(('pgh_context__has_key', 'user')), name='accounts_organiza_e6e5_ev_who')],
                    },
                ),
                migrations.CreateModel(
                    name='UserEvent',
                    fields=[
                        ('pgh_id', models.BigAutoField(primary_key=True, serialize=False)),
                        ('pgh_created_at', models.DateTimeField(db_comment="When the change was made, by the database's clock", verbose_name='when')),
                        ('pgh_label', models.TextField(db_comment='insert, update or delete', verbose_name='change')),
                        ('first_name_digest', models.CharField(db_comment='Salted SHA-256 of first_name where it was set or changed', editable=False, max_length=64, null=True)),
                        ('last_name_digest', models.CharField(db_comment='Salted SHA-256 of last_name where it was set or changed', editable=False, max_length=64, null=True)),
                        ('email_digest', models.CharField(db_comment='Salted SHA-256 of email where it was set or changed', editable=False, max_length=64, null=True)),
                        ('pgh_context', pghistory.utils.JSONField()),
                        ('id', models.BigIntegerField()),
                        ('is_superuser', models.BooleanField(default=False, help_text='Designates that this user has all permissions without explicitly assigning them.', verbose_name='superuser status')),
                        ('username', models.CharField(error_messages={'unique': 'A user with that username already exists.'}, help_text='Required. 150 characters or fewer. Letters, digits and @/./+/-/_ only.', max_length=150, validators=[django.contrib.auth.validators.UnicodeUsernameValidator()], verbose_name='username')),
                        ('is_staff', models.BooleanField(default=False, help_text='Designates whether the user can log into this admin site.', verbose_name='staff status')),
                        ('is_active', models.BooleanField(default=True, help_text='Designates whether this user should be treated as active. Unselect this instead of deleting accounts.', verbose_name='active')),
                        ('date_joined', models.DateTimeField(default=django.utils.timezone.now, verbose_name='date joined')),
                        ('roles', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(choices=[('operator', 'Operator'), ('coordinator', 'Coordinator'), ('executor', 'Executor'), ('inspector', 'Inspector'), ('analyst', 'Analyst'), ('lawyer', 'Lawyer'), ('works', 'Works office'), ('planner', 'Planner'), ('head', 'Head of the centre'), ('akim', 'Akim'), ('auditor', 'Auditor'), ('admin', 'Administrator')], max_length=20), blank=True, db_comment='Role codes, see accounts/choices.py', default=list, size=None, verbose_name='roles')),
                        ('post', models.CharField(blank=True, max_length=200, verbose_name='post')),
                        ('language', models.CharField(choices=[('kk', 'Kazakh'), ('ru', 'Russian'), ('en', 'English')], db_comment='Language of notices to this user', db_default='ru', default='ru', max_length=2, verbose_name='language')),
                        ('whole_city', models.BooleanField(db_comment='Limits by territory do not apply to this user', db_default=False, default=False, help_text='Not limited by territory.', verbose_name='whole city')),
                        ('session_epoch', models.PositiveIntegerField(db_comment="Part of every session's key: raising it signs the user out everywhere", db_default=0, default=0, editable=False)),
                        ('organization', models.ForeignKey(blank=True, db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='accounts.organization', verbose_name='organisation')),
                        ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='history_events', to=settings.AUTH_USER_MODEL)),
                    ],
                    options={
                        'db_table_comment': 'Changes of accounts_user, written by triggers, never edited',
                        'abstract': False,
                        'indexes': [django.contrib.postgres.indexes.BrinIndex(fields=['pgh_created_at'], name='accounts_user_4fec_ev_when'), models.Index(django.db.models.fields.json.KeyTextTransform('user', 'pgh_context'), condition=models.Q(('pgh_context__has_key', 'user')), name='accounts_user_4fec_ev_who')],
                    },
                ),
            ],
        ),
        citymap.migrating.Together(
            operations=[
                pgtrigger.migrations.AddTrigger(
                    model_name='organization',
                    trigger=pgtrigger.compiler.Trigger(name='history_insert', sql=pgtrigger.compiler.UpsertTriggerSql(declare='DECLARE history_who jsonb := public.history_context();', func='WITH source AS MATERIALIZED (SELECT v.*  FROM new_values v ORDER BY v."id" ) INSERT INTO public."accounts_organizationevent" ("address", "bin", "geom", "id", "kind", "languages", "name", "name_en", "name_kk", "name_ru", "parent_id", "phone", "schedule_id", "short_name", "source", "source_id", "valid_from", "valid_to", "pgh_created_at", "pgh_label", "pgh_obj_id", "pgh_context") SELECT v."address", v."bin", v."geom", v."id", v."kind", v."languages", v."name", v."name_en", v."name_kk", v."name_ru", v."parent_id", v."phone", v."schedule_id", v."short_name", v."source", v."source_id", v."valid_from", v."valid_to", clock_timestamp(), \'insert\', v."id", history_who FROM source v ; RETURN NULL;', hash='2c5bd7c78d041692805107ac2a8c506bb2f0a0ba', level='STATEMENT', operation='INSERT', pgid='pgtrigger_history_insert_5d390', referencing='REFERENCING NEW TABLE AS new_values ', table='accounts_organization', when='AFTER')),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='organization',
                    trigger=pgtrigger.compiler.Trigger(name='history_update', sql=pgtrigger.compiler.UpsertTriggerSql(declare='DECLARE history_who jsonb := public.history_context();', func='WITH source AS MATERIALIZED (SELECT v.* FROM new_values v LEFT JOIN old_values o ON o."id" = v."id" WHERE CASE WHEN o."id" IS NULL THEN public.history_key_changed() ELSE (v."address", v."bin", v."geom", v."id", v."kind", v."languages", v."name", v."name_en", v."name_kk", v."name_ru", v."parent_id", v."phone", v."schedule_id", v."short_name", v."source", v."source_id", v."valid_from", v."valid_to") IS DISTINCT FROM (o."address", o."bin", o."geom", o."id", o."kind", o."languages", o."name", o."name_en", o."name_kk", o."name_ru", o."parent_id", o."phone", o."schedule_id", o."short_name", o."source", o."source_id", o."valid_from", o."valid_to") END ORDER BY v."id" ) INSERT INTO public."accounts_organizationevent" ("address", "bin", "geom", "id", "kind", "languages", "name", "name_en", "name_kk", "name_ru", "parent_id", "phone", "schedule_id", "short_name", "source", "source_id", "valid_from", "valid_to", "pgh_created_at", "pgh_label", "pgh_obj_id", "pgh_context") SELECT v."address", v."bin", v."geom", v."id", v."kind", v."languages", v."name", v."name_en", v."name_kk", v."name_ru", v."parent_id", v."phone", v."schedule_id", v."short_name", v."source", v."source_id", v."valid_from", v."valid_to", clock_timestamp(), \'update\', v."id", history_who FROM source v ; RETURN NULL;', hash='07b70570a4d39d04dbca827c0a4797ee82f57b77', level='STATEMENT', operation='UPDATE', pgid='pgtrigger_history_update_adf74', referencing='REFERENCING OLD TABLE AS old_values  NEW TABLE AS new_values ', table='accounts_organization', when='AFTER')),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='organization',
                    trigger=pgtrigger.compiler.Trigger(name='history_delete', sql=pgtrigger.compiler.UpsertTriggerSql(declare='DECLARE history_who jsonb := public.history_context();', func='WITH source AS MATERIALIZED (SELECT v.*  FROM old_values v ORDER BY v."id" ) INSERT INTO public."accounts_organizationevent" ("address", "bin", "geom", "id", "kind", "languages", "name", "name_en", "name_kk", "name_ru", "parent_id", "phone", "schedule_id", "short_name", "source", "source_id", "valid_from", "valid_to", "pgh_created_at", "pgh_label", "pgh_obj_id", "pgh_context") SELECT v."address", v."bin", v."geom", v."id", v."kind", v."languages", v."name", v."name_en", v."name_kk", v."name_ru", v."parent_id", v."phone", v."schedule_id", v."short_name", v."source", v."source_id", v."valid_from", v."valid_to", clock_timestamp(), \'delete\', v."id", history_who FROM source v ; RETURN NULL;', hash='b48685cada738c929bb542968d8d9622cc06bcdb', level='STATEMENT', operation='DELETE', pgid='pgtrigger_history_delete_dba27', referencing='REFERENCING OLD TABLE AS old_values ', table='accounts_organization', when='AFTER')),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='user',
                    trigger=pgtrigger.compiler.Trigger(name='history_insert', sql=pgtrigger.compiler.UpsertTriggerSql(declare='DECLARE history_who jsonb := public.history_context();', func='WITH source AS MATERIALIZED (SELECT v.* , CASE WHEN true THEN gen_random_uuid() END AS history_salt_0, CASE WHEN true THEN gen_random_uuid() END AS history_salt_1, CASE WHEN true THEN gen_random_uuid() END AS history_salt_2 FROM new_values v ORDER BY v."id" ), made AS MATERIALIZED (INSERT INTO public."accounts_userevent" ("date_joined", "id", "is_active", "is_staff", "is_superuser", "language", "organization_id", "post", "roles", "session_epoch", "username", "whole_city", "pgh_created_at", "pgh_label", "pgh_obj_id", "pgh_context", "first_name_digest", "last_name_digest", "email_digest") SELECT v."date_joined", v."id", v."is_active", v."is_staff", v."is_superuser", v."language", v."organization_id", v."post", v."roles", v."session_epoch", v."username", v."whole_city", clock_timestamp(), \'insert\', v."id", history_who, encode(sha256(uuid_send(v.history_salt_0) || convert_to(coalesce(v."first_name"::text, \'\'), \'UTF8\')), \'hex\'), encode(sha256(uuid_send(v.history_salt_1) || convert_to(coalesce(v."last_name"::text, \'\'), \'UTF8\')), \'hex\'), encode(sha256(uuid_send(v.history_salt_2) || convert_to(coalesce(v."email"::text, \'\'), \'UTF8\')), \'hex\') FROM source v RETURNING * ), salts AS MATERIALIZED (INSERT INTO public.history_salt (digest, salt) SELECT encode(sha256(uuid_send(v.history_salt_0) || convert_to(coalesce(v."first_name"::text, \'\'), \'UTF8\')), \'hex\'), v.history_salt_0 FROM source v WHERE v.history_salt_0 IS NOT NULL UNION ALL SELECT encode(sha256(uuid_send(v.history_salt_1) || convert_to(coalesce(v."last_name"::text, \'\'), \'UTF8\')), \'hex\'), v.history_salt_1 FROM source v WHERE v.history_salt_1 IS NOT NULL UNION ALL SELECT encode(sha256(uuid_send(v.history_salt_2) || convert_to(coalesce(v."email"::text, \'\'), \'UTF8\')), \'hex\'), v.history_salt_2 FROM source v WHERE v.history_salt_2 IS NOT NULL ), payloads AS MATERIALIZED (SELECT made.pgh_id AS event, made.pgh_obj_id::text AS key, made.pgh_created_at AS at, coalesce(before.number, 0) + 1 AS number, before.hash AS previous, jsonb_build_object( \'v\', 1, \'stream\', \'access\', \'model\', \'accounts.user\', \'key\', made.pgh_obj_id::text, \'number\', coalesce(before.number, 0) + 1, \'previous\', encode(before.hash, \'hex\'), \'event\', made.pgh_id, \'label\', made.pgh_label, \'at\', made.pgh_created_at, \'context\', history_who, \'data\', ((to_jsonb(made) - ARRAY[\'pgh_id\', \'pgh_created_at\', \'pgh_label\', \'pgh_obj_id\', \'pgh_context\'])) )::text AS payload FROM made LEFT JOIN LATERAL ( SELECT r.number, r.hash FROM public.history_chainrecord r WHERE r.model = \'accounts.user\' AND r.key = made.pgh_obj_id::text ORDER BY r.number DESC LIMIT 1 ) before ON true ORDER BY made.pgh_id ), records AS MATERIALIZED (INSERT INTO public.history_chainrecord (stream, model, key, number, event, made_at, previous, payload, hash) SELECT \'access\', \'accounts.user\', key, number, event, at, previous, payload, sha256(\'\\x00\'::bytea || convert_to(payload, \'UTF8\')) FROM payloads RETURNING id ) INSERT INTO public.history_unsealed (record) SELECT id FROM records ; RETURN NULL;', hash='2d217859d7476dbdb0dae4de83834c657dae24b0', level='STATEMENT', operation='INSERT', pgid='pgtrigger_history_insert_e218e', referencing='REFERENCING NEW TABLE AS new_values ', table='accounts_user', when='AFTER')),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='user',
                    trigger=pgtrigger.compiler.Trigger(name='history_update', sql=pgtrigger.compiler.UpsertTriggerSql(declare='DECLARE history_who jsonb := public.history_context();', func='WITH source AS MATERIALIZED (SELECT v.* , CASE WHEN v."first_name" IS DISTINCT FROM o."first_name" THEN gen_random_uuid() END AS history_salt_0, CASE WHEN v."last_name" IS DISTINCT FROM o."last_name" THEN gen_random_uuid() END AS history_salt_1, CASE WHEN v."email" IS DISTINCT FROM o."email" THEN gen_random_uuid() END AS history_salt_2 FROM new_values v LEFT JOIN old_values o ON o."id" = v."id" WHERE CASE WHEN o."id" IS NULL THEN public.history_key_changed() ELSE (v."date_joined", v."id", v."is_active", v."is_staff", v."is_superuser", v."language", v."organization_id", v."post", v."roles", v."session_epoch", v."username", v."whole_city", v."first_name", v."last_name", v."email") IS DISTINCT FROM (o."date_joined", o."id", o."is_active", o."is_staff", o."is_superuser", o."language", o."organization_id", o."post", o."roles", o."session_epoch", o."username", o."whole_city", o."first_name", o."last_name", o."email") END ORDER BY v."id" ), made AS MATERIALIZED (INSERT INTO public."accounts_userevent" ("date_joined", "id", "is_active", "is_staff", "is_superuser", "language", "organization_id", "post", "roles", "session_epoch", "username", "whole_city", "pgh_created_at", "pgh_label", "pgh_obj_id", "pgh_context", "first_name_digest", "last_name_digest", "email_digest") SELECT v."date_joined", v."id", v."is_active", v."is_staff", v."is_superuser", v."language", v."organization_id", v."post", v."roles", v."session_epoch", v."username", v."whole_city", clock_timestamp(), \'update\', v."id", history_who, encode(sha256(uuid_send(v.history_salt_0) || convert_to(coalesce(v."first_name"::text, \'\'), \'UTF8\')), \'hex\'), encode(sha256(uuid_send(v.history_salt_1) || convert_to(coalesce(v."last_name"::text, \'\'), \'UTF8\')), \'hex\'), encode(sha256(uuid_send(v.history_salt_2) || convert_to(coalesce(v."email"::text, \'\'), \'UTF8\')), \'hex\') FROM source v RETURNING * ), salts AS MATERIALIZED (INSERT INTO public.history_salt (digest, salt) SELECT encode(sha256(uuid_send(v.history_salt_0) || convert_to(coalesce(v."first_name"::text, \'\'), \'UTF8\')), \'hex\'), v.history_salt_0 FROM source v WHERE v.history_salt_0 IS NOT NULL UNION ALL SELECT encode(sha256(uuid_send(v.history_salt_1) || convert_to(coalesce(v."last_name"::text, \'\'), \'UTF8\')), \'hex\'), v.history_salt_1 FROM source v WHERE v.history_salt_1 IS NOT NULL UNION ALL SELECT encode(sha256(uuid_send(v.history_salt_2) || convert_to(coalesce(v."email"::text, \'\'), \'UTF8\')), \'hex\'), v.history_salt_2 FROM source v WHERE v.history_salt_2 IS NOT NULL ), payloads AS MATERIALIZED (SELECT made.pgh_id AS event, made.pgh_obj_id::text AS key, made.pgh_created_at AS at, coalesce(before.number, 0) + 1 AS number, before.hash AS previous, jsonb_build_object( \'v\', 1, \'stream\', \'access\', \'model\', \'accounts.user\', \'key\', made.pgh_obj_id::text, \'number\', coalesce(before.number, 0) + 1, \'previous\', encode(before.hash, \'hex\'), \'event\', made.pgh_id, \'label\', made.pgh_label, \'at\', made.pgh_created_at, \'context\', history_who, \'data\', ((to_jsonb(made) - ARRAY[\'pgh_id\', \'pgh_created_at\', \'pgh_label\', \'pgh_obj_id\', \'pgh_context\'])) )::text AS payload FROM made LEFT JOIN LATERAL ( SELECT r.number, r.hash FROM public.history_chainrecord r WHERE r.model = \'accounts.user\' AND r.key = made.pgh_obj_id::text ORDER BY r.number DESC LIMIT 1 ) before ON true ORDER BY made.pgh_id ), records AS MATERIALIZED (INSERT INTO public.history_chainrecord (stream, model, key, number, event, made_at, previous, payload, hash) SELECT \'access\', \'accounts.user\', key, number, event, at, previous, payload, sha256(\'\\x00\'::bytea || convert_to(payload, \'UTF8\')) FROM payloads RETURNING id ) INSERT INTO public.history_unsealed (record) SELECT id FROM records ; RETURN NULL;', hash='7fb337e86da185bffd29943c1176a3bcd050bb7c', level='STATEMENT', operation='UPDATE', pgid='pgtrigger_history_update_e821b', referencing='REFERENCING OLD TABLE AS old_values  NEW TABLE AS new_values ', table='accounts_user', when='AFTER')),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='user',
                    trigger=pgtrigger.compiler.Trigger(name='history_delete', sql=pgtrigger.compiler.UpsertTriggerSql(declare='DECLARE history_who jsonb := public.history_context();', func='WITH source AS MATERIALIZED (SELECT v.*  FROM old_values v ORDER BY v."id" ), made AS MATERIALIZED (INSERT INTO public."accounts_userevent" ("date_joined", "id", "is_active", "is_staff", "is_superuser", "language", "organization_id", "post", "roles", "session_epoch", "username", "whole_city", "pgh_created_at", "pgh_label", "pgh_obj_id", "pgh_context") SELECT v."date_joined", v."id", v."is_active", v."is_staff", v."is_superuser", v."language", v."organization_id", v."post", v."roles", v."session_epoch", v."username", v."whole_city", clock_timestamp(), \'delete\', v."id", history_who FROM source v RETURNING * ), payloads AS MATERIALIZED (SELECT made.pgh_id AS event, made.pgh_obj_id::text AS key, made.pgh_created_at AS at, coalesce(before.number, 0) + 1 AS number, before.hash AS previous, jsonb_build_object( \'v\', 1, \'stream\', \'access\', \'model\', \'accounts.user\', \'key\', made.pgh_obj_id::text, \'number\', coalesce(before.number, 0) + 1, \'previous\', encode(before.hash, \'hex\'), \'event\', made.pgh_id, \'label\', made.pgh_label, \'at\', made.pgh_created_at, \'context\', history_who, \'data\', ((to_jsonb(made) - ARRAY[\'pgh_id\', \'pgh_created_at\', \'pgh_label\', \'pgh_obj_id\', \'pgh_context\'])) )::text AS payload FROM made LEFT JOIN LATERAL ( SELECT r.number, r.hash FROM public.history_chainrecord r WHERE r.model = \'accounts.user\' AND r.key = made.pgh_obj_id::text ORDER BY r.number DESC LIMIT 1 ) before ON true ORDER BY made.pgh_id ), records AS MATERIALIZED (INSERT INTO public.history_chainrecord (stream, model, key, number, event, made_at, previous, payload, hash) SELECT \'access\', \'accounts.user\', key, number, event, at, previous, payload, sha256(\'\\x00\'::bytea || convert_to(payload, \'UTF8\')) FROM payloads RETURNING id ) INSERT INTO public.history_unsealed (record) SELECT id FROM records ; RETURN NULL;', hash='f94845f768153a4ccceeafec1dc32c7ab0dcd13f', level='STATEMENT', operation='DELETE', pgid='pgtrigger_history_delete_3f525', referencing='REFERENCING OLD TABLE AS old_values ', table='accounts_user', when='AFTER')),
                ),
            ],
        ),
    ]
