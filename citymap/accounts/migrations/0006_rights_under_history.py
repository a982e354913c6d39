import citymap.geo
import citymap.migrating
import django.contrib.postgres.indexes
import django.db.models.deletion
import django.db.models.fields.json
import pghistory.utils
import pgtrigger.compiler
import pgtrigger.migrations
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0005_sign_in_attempts'),
    ]

    operations = [
        citymap.migrating.Together(
            operations=[
                migrations.CreateModel(
                    name='AreaEvent',
                    fields=[
                        ('pgh_id', models.BigAutoField(primary_key=True, serialize=False)),
                        ('pgh_created_at', models.DateTimeField(db_comment="When the change was made, by the database's clock", verbose_name='when')),
                        ('pgh_label', models.TextField(db_comment='insert, update or delete', verbose_name='change')),
                        ('geom', citymap.geo.MultiPolygonField(db_comment='City CRS, metres', spatial_index=False, verbose_name='boundary')),
                        ('pgh_context', pghistory.utils.JSONField()),
                        ('id', models.BigIntegerField()),
                        ('name', models.CharField(max_length=200, verbose_name='name')),
                        ('source', models.CharField(default='manual', max_length=40, verbose_name='source')),
                        ('source_id', models.CharField(blank=True, max_length=120, verbose_name='id in the source')),
                        ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='history_events', to='accounts.area')),
                    ],
                    options={
                        'db_table_comment': 'Changes of accounts_area, written by triggers, never edited',
                        'abstract': False,
                        'indexes': [django.contrib.postgres.indexes.BrinIndex(fields=['pgh_created_at'], name='accounts_area_1bfc_ev_when'), models.Index(django.db.models.fields.json.KeyTextTransform('user', 'pgh_context'), condition=models.Q(('pgh_context__has_key', 'user')), name='accounts_area_1bfc_ev_who')],
                    },
                ),
                migrations.CreateModel(
                    name='ContactEvent',
                    fields=[
                        ('pgh_id', models.BigAutoField(primary_key=True, serialize=False)),
                        ('pgh_created_at', models.DateTimeField(db_comment="When the change was made, by the database's clock", verbose_name='when')),
                        ('pgh_label', models.TextField(db_comment='insert, update or delete', verbose_name='change')),
                        ('pgh_context', pghistory.utils.JSONField()),
                        ('id', models.BigIntegerField()),
                        ('kind', models.CharField(choices=[('phone', 'Telephone'), ('on_duty', 'On duty'), ('email', 'E-mail'), ('address', 'Address'), ('website', 'Website')], max_length=20, verbose_name='kind')),
                        ('value', models.CharField(max_length=300, verbose_name='value')),
                        ('label_ru', models.CharField(blank=True, max_length=200, verbose_name='what it is for, in Russian')),
                        ('label_kk', models.CharField(blank=True, max_length=200, verbose_name='what it is for, in Kazakh')),
                        ('label_en', models.CharField(blank=True, max_length=200, verbose_name='what it is for, in English')),
                        ('is_public', models.BooleanField(db_default=False, default=False, help_text='Shown in the directory.', verbose_name='public')),
                        ('position', models.PositiveSmallIntegerField(db_default=0, default=0, verbose_name='order')),
                        ('organization', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='accounts.organization', verbose_name='organisation')),
                        ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='history_events', to='accounts.contact')),
                    ],
                    options={
                        'db_table_comment': 'Changes of accounts_contact, written by triggers, never edited',
                        'abstract': False,
                        'indexes': [django.contrib.postgres.indexes.BrinIndex(fields=['pgh_created_at'], name='accounts_contact_34bd_ev_when'), models.Index(django.db.models.fields.json.KeyTextTransform('user', 'pgh_context'), condition=models.Q(('pgh_context__has_key', 'user')), name='accounts_contact_34bd_ev_who')],
                    },
                ),
                migrations.CreateModel(
                    name='OrganizationAreasEvent',
                    fields=[
                        ('pgh_id', models.BigAutoField(primary_key=True, serialize=False)),
                        ('pgh_created_at', models.DateTimeField(db_comment="When the change was made, by the database's clock", verbose_name='when')),
                        ('pgh_label', models.TextField(db_comment='insert, update or delete', verbose_name='change')),
                        ('pgh_context', pghistory.utils.JSONField()),
                        ('id', models.BigIntegerField()),
                        ('area', models.ForeignKey(db_constraint=False, db_index=False, db_tablespace='', on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='accounts.area')),
                        ('organization', models.ForeignKey(db_constraint=False, db_index=False, db_tablespace='', on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='accounts.organization')),
                        ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='history_events', to='accounts.organization_areas')),
                    ],
                    options={
                        'db_table_comment': 'Changes of accounts_organization_areas, written by triggers, never edited',
                        'abstract': False,
                        'indexes': [django.contrib.postgres.indexes.BrinIndex(fields=['pgh_created_at'], name='accounts_organiza_2ea3_ev_when'), models.Index(django.db.models.fields.json.KeyTextTransform('user', 'pgh_context'), condition=models.Q(('pgh_context__has_key', 'user')), name='accounts_organiza_2ea3_ev_who')],
                    },
                ),
                migrations.CreateModel(
                    name='OrganizationGroupsEvent',
                    fields=[
                        ('pgh_id', models.BigAutoField(primary_key=True, serialize=False)),
                        ('pgh_created_at', models.DateTimeField(db_comment="When the change was made, by the database's clock", verbose_name='when')),
                        ('pgh_label', models.TextField(db_comment='insert, update or delete', verbose_name='change')),
                        ('pgh_context', pghistory.utils.JSONField()),
                        ('id', models.BigIntegerField()),
                        ('organization', models.ForeignKey(db_constraint=False, db_index=False, db_tablespace='', on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='accounts.organization')),
                        ('organizationgroup', models.ForeignKey(db_constraint=False, db_index=False, db_tablespace='', on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='accounts.organizationgroup')),
                        ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='history_events', to='accounts.organization_groups')),
                    ],
                    options={
                        'db_table_comment': 'Changes of accounts_organization_groups, written by triggers, never edited',
                        'abstract': False,
                        'indexes': [django.contrib.postgres.indexes.BrinIndex(fields=['pgh_created_at'], name='accounts_organiza_1f93_ev_when'), models.Index(django.db.models.fields.json.KeyTextTransform('user', 'pgh_context'), condition=models.Q(('pgh_context__has_key', 'user')), name='accounts_organiza_1f93_ev_who')],
                    },
                ),
                migrations.CreateModel(
                    name='SubstitutionEvent',
                    fields=[
                        ('pgh_id', models.BigAutoField(primary_key=True, serialize=False)),
                        ('pgh_created_at', models.DateTimeField(db_comment="When the change was made, by the database's clock", verbose_name='when')),
                        ('pgh_label', models.TextField(db_comment='insert, update or delete', verbose_name='change')),
                        ('pgh_context', pghistory.utils.JSONField()),
                        ('id', models.BigIntegerField()),
                        ('valid_from', models.DateField(db_comment='First day, local date', verbose_name='from')),
                        ('valid_to', models.DateField(blank=True, db_comment='First day no longer; null: open', null=True, verbose_name='until')),
                        ('reason', models.CharField(max_length=300, verbose_name='reason')),
                        ('organization', models.ForeignKey(db_comment='The body that is substituted', db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='accounts.organization', verbose_name='organisation')),
                        ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='history_events', to='accounts.substitution')),
                        ('substitute', models.ForeignKey(db_comment='The body that does its work', db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='accounts.organization', verbose_name='substitute')),
                    ],
                    options={
                        'db_table_comment': 'Changes of accounts_substitution, written by triggers, never edited',
                        'abstract': False,
                        'indexes': [django.contrib.postgres.indexes.BrinIndex(fields=['pgh_created_at'], name='accounts_substitu_1958_ev_when'), models.Index(django.db.models.fields.json.KeyTextTransform('user', 'pgh_context'), condition=models.Q(('pgh_context__has_key', 'user')), name='accounts_substitu_1958_ev_who')],
                    },
                ),
                migrations.CreateModel(
                    name='UserAreasEvent',
                    fields=[
                        ('pgh_id', models.BigAutoField(primary_key=True, serialize=False)),
                        ('pgh_created_at', models.DateTimeField(db_comment="When the change was made, by the database's clock", verbose_name='when')),
                        ('pgh_label', models.TextField(db_comment='insert, update or delete', verbose_name='change')),
                        ('pgh_context', pghistory.utils.JSONField()),
                        ('id', models.BigIntegerField()),
                        ('area', models.ForeignKey(db_constraint=False, db_index=False, db_tablespace='', on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='accounts.area')),
                        ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='history_events', to='accounts.user_areas')),
                        ('user', models.ForeignKey(db_constraint=False, db_index=False, db_tablespace='', on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL)),
                    ],
                    options={
                        'db_table_comment': 'Changes of accounts_user_areas, written by triggers, never edited',
                        'abstract': False,
                        'indexes': [django.contrib.postgres.indexes.BrinIndex(fields=['pgh_created_at'], name='accounts_user_are_272f_ev_when'), models.Index(django.db.models.fields.json.KeyTextTransform('user', 'pgh_context'), condition=models.Q(('pgh_context__has_key', 'user')), name='accounts_user_are_272f_ev_who')],
                    },
                ),
            ],
        ),
        citymap.migrating.Together(
            operations=[
                pgtrigger.migrations.AddTrigger(
                    model_name='area',
                    trigger=pgtrigger.compiler.Trigger(name='history_insert', sql=pgtrigger.compiler.UpsertTriggerSql(declare='DECLARE history_who jsonb := public.history_context();', func='WITH source AS MATERIALIZED (SELECT v.*  FROM new_values v ORDER BY v."id" ) INSERT INTO public."accounts_areaevent" ("geom", "id", "name", "source", "source_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "pgh_context") SELECT v."geom", v."id", v."name", v."source", v."source_id", clock_timestamp(), \'insert\', v."id", history_who FROM source v ; RETURN NULL;', hash='89a94008d9795ae328122bb3e3c75c61311d2f1a', level='STATEMENT', operation='INSERT', pgid='pgtrigger_history_insert_09895', referencing='REFERENCING NEW TABLE AS new_values ', table='accounts_area', when='AFTER')),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='area',
                    trigger=pgtrigger.compiler.Trigger(name='history_update', sql=pgtrigger.compiler.UpsertTriggerSql(declare='DECLARE history_who jsonb := public.history_context();', func='WITH source AS MATERIALIZED (SELECT v.* FROM new_values v LEFT JOIN old_values o ON o."id" = v."id" WHERE CASE WHEN o."id" IS NULL THEN public.history_key_changed() ELSE (v."geom", v."id", v."name", v."source", v."source_id") IS DISTINCT FROM (o."geom", o."id", o."name", o."source", o."source_id") END ORDER BY v."id" ) INSERT INTO public."accounts_areaevent" ("geom", "id", "name", "source", "source_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "pgh_context") SELECT v."geom", v."id", v."name", v."source", v."source_id", clock_timestamp(), \'update\', v."id", history_who FROM source v ; RETURN NULL;', hash='8961583e2c357e562e44fcdcf4e0465bb6eea77f', level='STATEMENT', operation='UPDATE', pgid='pgtrigger_history_update_264a2', referencing='REFERENCING OLD TABLE AS old_values  NEW TABLE AS new_values ', table='accounts_area', when='AFTER')),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='area',
                    trigger=pgtrigger.compiler.Trigger(name='history_delete', sql=pgtrigger.compiler.UpsertTriggerSql(declare='DECLARE history_who jsonb := public.history_context();', func='WITH source AS MATERIALIZED (SELECT v.*  FROM old_values v ORDER BY v."id" ) INSERT INTO public."accounts_areaevent" ("geom", "id", "name", "source", "source_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "pgh_context") SELECT v."geom", v."id", v."name", v."source", v."source_id", clock_timestamp(), \'delete\', v."id", history_who FROM source v ; RETURN NULL;', hash='419efeafb1f66ac3e6c6d7abd4d2f61d67d061b9', level='STATEMENT', operation='DELETE', pgid='pgtrigger_history_delete_9659c', referencing='REFERENCING OLD TABLE AS old_values ', table='accounts_area', when='AFTER')),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='contact',
                    trigger=pgtrigger.compiler.Trigger(name='history_insert', sql=pgtrigger.compiler.UpsertTriggerSql(declare='DECLARE history_who jsonb := public.history_context();', func='WITH source AS MATERIALIZED (SELECT v.*  FROM new_values v ORDER BY v."id" ) INSERT INTO public."accounts_contactevent" ("id", "is_public", "kind", "label_en", "label_kk", "label_ru", "organization_id", "position", "value", "pgh_created_at", "pgh_label", "pgh_obj_id", "pgh_context") SELECT v."id", v."is_public", v."kind", v."label_en", v."label_kk", v."label_ru", v."organization_id", v."position", v."value", clock_timestamp(), \'insert\', v."id", history_who FROM source v ; RETURN NULL;', hash='c6fb97b88b75b9402a9e2a36d7dbf56be8da3aca', level='STATEMENT', operation='INSERT', pgid='pgtrigger_history_insert_fef28', referencing='REFERENCING NEW TABLE AS new_values ', table='accounts_contact', when='AFTER')),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='contact',
                    trigger=pgtrigger.compiler.Trigger(name='history_update', sql=pgtrigger.compiler.UpsertTriggerSql(declare='DECLARE history_who jsonb := public.history_context();', func='WITH source AS MATERIALIZED (SELECT v.* FROM new_values v LEFT JOIN old_values o ON o."id" = v."id" WHERE CASE WHEN o."id" IS NULL THEN public.history_key_changed() ELSE (v."id", v."is_public", v."kind", v."label_en", v."label_kk", v."label_ru", v."organization_id", v."position", v."value") IS DISTINCT FROM (o."id", o."is_public", o."kind", o."label_en", o."label_kk", o."label_ru", o."organization_id", o."position", o."value") END ORDER BY v."id" ) INSERT INTO public."accounts_contactevent" ("id", "is_public", "kind", "label_en", "label_kk", "label_ru", "organization_id", "position", "value", "pgh_created_at", "pgh_label", "pgh_obj_id", "pgh_context") SELECT v."id", v."is_public", v."kind", v."label_en", v."label_kk", v."label_ru", v."organization_id", v."position", v."value", clock_timestamp(), \'update\', v."id", history_who FROM source v ; RETURN NULL;', hash='e4dfb781a871c441b73827e2722afad8047a0422', level='STATEMENT', operation='UPDATE', pgid='pgtrigger_history_update_8a0a4', referencing='REFERENCING OLD TABLE AS old_values  NEW TABLE AS new_values ', table='accounts_contact', when='AFTER')),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='contact',
                    trigger=pgtrigger.compiler.Trigger(name='history_delete', sql=pgtrigger.compiler.UpsertTriggerSql(declare='DECLARE history_who jsonb := public.history_context();', func='WITH source AS MATERIALIZED (SELECT v.*  FROM old_values v ORDER BY v."id" ) INSERT INTO public."accounts_contactevent" ("id", "is_public", "kind", "label_en", "label_kk", "label_ru", "organization_id", "position", "value", "pgh_created_at", "pgh_label", "pgh_obj_id", "pgh_context") SELECT v."id", v."is_public", v."kind", v."label_en", v."label_kk", v."label_ru", v."organization_id", v."position", v."value", clock_timestamp(), \'delete\', v."id", history_who FROM source v ; RETURN NULL;', hash='d74e45a90cab9c4c2592f30a2ef4398c09b0c03a', level='STATEMENT', operation='DELETE', pgid='pgtrigger_history_delete_8aba5', referencing='REFERENCING OLD TABLE AS old_values ', table='accounts_contact', when='AFTER')),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='substitution',
                    trigger=pgtrigger.compiler.Trigger(name='history_insert', sql=pgtrigger.compiler.UpsertTriggerSql(declare='DECLARE history_who jsonb := public.history_context();', func='WITH source AS MATERIALIZED (SELECT v.*  FROM new_values v ORDER BY v."id" ), made AS MATERIALIZED (INSERT INTO public."accounts_substitutionevent" ("id", "organization_id", "reason", "substitute_id", "valid_from", "valid_to", "pgh_created_at", "pgh_label", "pgh_obj_id", "pgh_context") SELECT v."id", v."organization_id", v."reason", v."substitute_id", v."valid_from", v."valid_to", clock_timestamp(), \'insert\', v."id", history_who FROM source v RETURNING * ), payloads AS MATERIALIZED (SELECT made.pgh_id AS event, made.pgh_obj_id::text AS key, made.pgh_created_at AS at, coalesce(before.number, 0) + 1 AS number, before.hash AS previous, jsonb_build_object( \'v\', 1, \'stream\', \'access\', \'model\', \'accounts.substitution\', \'key\', made.pgh_obj_id::text, \'number\', coalesce(before.number, 0) + 1, \'previous\', encode(before.hash, \'hex\'), \'event\', made.pgh_id, \'label\', made.pgh_label, \'at\', made.pgh_created_at, \'context\', history_who, \'data\', ((to_jsonb(made) - ARRAY[\'pgh_id\', \'pgh_created_at\', \'pgh_label\', \'pgh_obj_id\', \'pgh_context\'])) )::text AS payload FROM made LEFT JOIN LATERAL ( SELECT r.number, r.hash FROM public.history_chainrecord r WHERE r.model = \'accounts.substitution\' AND r.key = made.pgh_obj_id::text ORDER BY r.number DESC LIMIT 1 ) before ON true ORDER BY made.pgh_id ), records AS MATERIALIZED (INSERT INTO public.history_chainrecord (stream, model, key, number, event, made_at, previous, payload, hash) SELECT \'access\', \'accounts.substitution\', key, number, event, at, previous, payload, sha256(\'\\x00\'::bytea || convert_to(payload, \'UTF8\')) FROM payloads RETURNING id ) INSERT INTO public.history_unsealed (record) SELECT id FROM records ; RETURN NULL;', hash='6b9c34bf80b7fc69f32009cfd93e712db4dfaa15', level='STATEMENT', operation='INSERT', pgid='pgtrigger_history_insert_59703', referencing='REFERENCING NEW TABLE AS new_values ', table='accounts_substitution', when='AFTER')),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='substitution',
                    trigger=pgtrigger.compiler.Trigger(name='history_update', sql=pgtrigger.compiler.UpsertTriggerSql(declare='DECLARE history_who jsonb := public.history_context();', func='WITH source AS MATERIALIZED (SELECT v.* FROM new_values v LEFT JOIN old_values o ON o."id" = v."id" WHERE CASE WHEN o."id" IS NULL THEN public.history_key_changed() ELSE (v."id", v."organization_id", v."reason", v."substitute_id", v."valid_from", v."valid_to") IS DISTINCT FROM (o."id", o."organization_id", o."reason", o."substitute_id", o."valid_from", o."valid_to") END ORDER BY v."id" ), made AS MATERIALIZED (INSERT INTO public."accounts_substitutionevent" ("id", "organization_id", "reason", "substitute_id", "valid_from", "valid_to", "pgh_created_at", "pgh_label", "pgh_obj_id", "pgh_context") SELECT v."id", v."organization_id", v."reason", v."substitute_id", v."valid_from", v."valid_to", clock_timestamp(), \'update\', v."id", history_who FROM source v RETURNING * ), payloads AS MATERIALIZED (SELECT made.pgh_id AS event, made.pgh_obj_id::text AS key, made.pgh_created_at AS at, coalesce(before.number, 0) + 1 AS number, before.hash AS previous, jsonb_build_object( \'v\', 1, \'stream\', \'access\', \'model\', \'accounts.substitution\', \'key\', made.pgh_obj_id::text, \'number\', coalesce(before.number, 0) + 1, \'previous\', encode(before.hash, \'hex\'), \'event\', made.pgh_id, \'label\', made.pgh_label, \'at\', made.pgh_created_at, \'context\', history_who, \'data\', ((to_jsonb(made) - ARRAY[\'pgh_id\', \'pgh_created_at\', \'pgh_label\', \'pgh_obj_id\', \'pgh_context\'])) )::text AS payload FROM made LEFT JOIN LATERAL ( SELECT r.number, r.hash FROM public.history_chainrecord r WHERE r.model = \'accounts.substitution\' AND r.key = made.pgh_obj_id::text ORDER BY r.number DESC LIMIT 1 ) before ON true ORDER BY made.pgh_id ), records AS MATERIALIZED (INSERT INTO public.history_chainrecord (stream, model, key, number, event, made_at, previous, payload, hash) SELECT \'access\', \'accounts.substitution\', key, number, event, at, previous, payload, sha256(\'\\x00\'::bytea || convert_to(payload, \'UTF8\')) FROM payloads RETURNING id ) INSERT INTO public.history_unsealed (record) SELECT id FROM records ; RETURN NULL;', hash='fc5e2d47085e4fd4f060893a7843f6527426fb61', level='STATEMENT', operation='UPDATE', pgid='pgtrigger_history_update_37131', referencing='REFERENCING OLD TABLE AS old_values  NEW TABLE AS new_values ', table='accounts_substitution', when='AFTER')),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='substitution',
                    trigger=pgtrigger.compiler.Trigger(name='history_delete', sql=pgtrigger.compiler.UpsertTriggerSql(declare='DECLARE history_who jsonb := public.history_context();', func='WITH source AS MATERIALIZED (SELECT v.*  FROM old_values v ORDER BY v."id" ), made AS MATERIALIZED (INSERT INTO public."accounts_substitutionevent" ("id", "organization_id", "reason", "substitute_id", "valid_from", "valid_to", "pgh_created_at", "pgh_label", "pgh_obj_id", "pgh_context") SELECT v."id", v."organization_id", v."reason", v."substitute_id", v."valid_from", v."valid_to", clock_timestamp(), \'delete\', v."id", history_who FROM source v RETURNING * ), payloads AS MATERIALIZED (SELECT made.pgh_id AS event, made.pgh_obj_id::text AS key, made.pgh_created_at AS at, coalesce(before.number, 0) + 1 AS number, before.hash AS previous, jsonb_build_object( \'v\', 1, \'stream\', \'access\', \'model\', \'accounts.substitution\', \'key\', made.pgh_obj_id::text, \'number\', coalesce(before.number, 0) + 1, \'previous\', encode(before.hash, \'hex\'), \'event\', made.pgh_id, \'label\', made.pgh_label, \'at\', made.pgh_created_at, \'context\', history_who, \'data\', ((to_jsonb(made) - ARRAY[\'pgh_id\', \'pgh_created_at\', \'pgh_label\', \'pgh_obj_id\', \'pgh_context\'])) )::text AS payload FROM made LEFT JOIN LATERAL ( SELECT r.number, r.hash FROM public.history_chainrecord r WHERE r.model = \'accounts.substitution\' AND r.key = made.pgh_obj_id::text ORDER BY r.number DESC LIMIT 1 ) before ON true ORDER BY made.pgh_id ), records AS MATERIALIZED (INSERT INTO public.history_chainrecord (stream, model, key, number, event, made_at, previous, payload, hash) SELECT \'access\', \'accounts.substitution\', key, number, event, at, previous, payload, sha256(\'\\x00\'::bytea || convert_to(payload, \'UTF8\')) FROM payloads RETURNING id ) INSERT INTO public.history_unsealed (record) SELECT id FROM records ; RETURN NULL;', hash='9c244d75fe36a178ffa82c50862d1a51d60e6358', level='STATEMENT', operation='DELETE', pgid='pgtrigger_history_delete_e9b69', referencing='REFERENCING OLD TABLE AS old_values ', table='accounts_substitution', when='AFTER')),
                ),
            ],
        ),
    ]
