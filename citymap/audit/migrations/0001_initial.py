import citymap.migrating
import django.contrib.postgres.indexes
import django.db.models.deletion
import django.db.models.fields.json
import django.db.models.functions.datetime
import django.db.models.lookups
import pghistory.utils
import pgtrigger.compiler
import pgtrigger.migrations
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
                    name='Verification',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('asked_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), verbose_name='asked')),
                        ('started_at', models.DateTimeField(blank=True, null=True, verbose_name='started')),
                        ('finished_at', models.DateTimeField(blank=True, null=True, verbose_name='finished')),
                        ('done', models.BigIntegerField(default=0, verbose_name='records checked')),
                        ('total', models.BigIntegerField(default=0, verbose_name='records to check')),
                        ('holds', models.BooleanField(blank=True, db_comment='Empty: not finished, or failed for the reason in error', null=True, verbose_name='the chain holds')),
                        ('report', models.JSONField(blank=True, db_comment='What manage.py verify_history --json says', default=dict, verbose_name='report')),
                        ('error', models.TextField(blank=True, db_comment='Why it could not be finished', verbose_name='error')),
                        ('asked_by', models.ForeignKey(blank=True, db_comment='Empty: the daily one', null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='asked by')),
                    ],
                    options={
                        'verbose_name': 'verification of the chain',
                        'verbose_name_plural': 'verifications of the chain',
                        'db_table_comment': 'Verifications of the hash chain and what they found',
                        'ordering': ['-pk'],
                        'constraints': [models.UniqueConstraint(django.db.models.lookups.IsNull(models.F('finished_at'), True), condition=models.Q(('finished_at__isnull', True)), name='audit_verification_one_open'), models.CheckConstraint(condition=models.Q(('holds__isnull', True), ('finished_at__isnull', False), _connector='OR'), name='audit_verification_result_when_finished')],
                    },
                ),
                migrations.CreateModel(
                    name='VerificationEvent',
                    fields=[
                        ('pgh_id', models.BigAutoField(primary_key=True, serialize=False)),
                        ('pgh_created_at', models.DateTimeField(db_comment="When the change was made, by the database's clock", verbose_name='when')),
                        ('pgh_label', models.TextField(db_comment='insert, update or delete', verbose_name='change')),
                        ('pgh_context', pghistory.utils.JSONField()),
                        ('id', models.BigIntegerField()),
                        ('asked_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), verbose_name='asked')),
                        ('started_at', models.DateTimeField(blank=True, null=True, verbose_name='started')),
                        ('finished_at', models.DateTimeField(blank=True, null=True, verbose_name='finished')),
                        ('holds', models.BooleanField(blank=True, db_comment='Empty: not finished, or failed for the reason in error', null=True, verbose_name='the chain holds')),
                        ('error', models.TextField(blank=True, db_comment='Why it could not be finished', verbose_name='error')),
                        ('asked_by', models.ForeignKey(blank=True, db_comment='Empty: the daily one', db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL, verbose_name='asked by')),
                        ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='history_events', to='audit.verification')),
                    ],
                    options={
                        'db_table_comment': 'Changes of audit_verification, written by triggers, never edited',
                        'abstract': False,
                        'indexes': [django.contrib.postgres.indexes.BrinIndex(fields=['pgh_created_at'], name='audit_verificatio_82e2_ev_when'), models.Index(django.db.models.fields.json.KeyTextTransform('user', 'pgh_context'), condition=models.Q(('pgh_context__has_key', 'user')), name='audit_verificatio_82e2_ev_who')],
                    },
                ),
            ],
        ),
        citymap.migrating.Together(
            operations=[
                pgtrigger.migrations.AddTrigger(
                    model_name='verification',
                    trigger=pgtrigger.compiler.Trigger(name='history_insert', sql=pgtrigger.compiler.UpsertTriggerSql(declare='DECLARE history_who jsonb := public.history_context();', func='WITH source AS MATERIALIZED (SELECT v.*  FROM new_values v ORDER BY v."id" ) INSERT INTO public."audit_verificationevent" ("asked_at", "asked_by_id", "error", "finished_at", "holds", "id", "started_at", "pgh_created_at", "pgh_label", "pgh_obj_id", "pgh_context") SELECT v."asked_at", v."asked_by_id", v."error", v."finished_at", v."holds", v."id", v."started_at", clock_timestamp(), \'insert\', v."id", history_who FROM source v ; RETURN NULL;', hash='60c00748aea60d1311afe56563bc0786aa091309', level='STATEMENT', operation='INSERT', pgid='pgtrigger_history_insert_06f45', referencing='REFERENCING NEW TABLE AS new_values ', table='audit_verification', when='AFTER')),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='verification',
                    trigger=pgtrigger.compiler.Trigger(name='history_update', sql=pgtrigger.compiler.UpsertTriggerSql(declare='DECLARE history_who jsonb := public.history_context();', func='WITH source AS MATERIALIZED (SELECT v.* FROM new_values v LEFT JOIN old_values o ON o."id" = v."id" WHERE CASE WHEN o."id" IS NULL THEN public.history_key_changed() ELSE (v."asked_at", v."asked_by_id", v."error", v."finished_at", v."holds", v."id", v."started_at") IS DISTINCT FROM (o."asked_at", o."asked_by_id", o."error", o."finished_at", o."holds", o."id", o."started_at") END ORDER BY v."id" ) INSERT INTO public."audit_verificationevent" ("asked_at", "asked_by_id", "error", "finished_at", "holds", "id", "started_at", "pgh_created_at", "pgh_label", "pgh_obj_id", "pgh_context") SELECT v."asked_at", v."asked_by_id", v."error", v."finished_at", v."holds", v."id", v."started_at", clock_timestamp(), \'update\', v."id", history_who FROM source v ; RETURN NULL;', hash='9705c3f6d7ffde241964de56bd4356860ea0c53d', level='STATEMENT', operation='UPDATE', pgid='pgtrigger_history_update_948f4', referencing='REFERENCING OLD TABLE AS old_values  NEW TABLE AS new_values ', table='audit_verification', when='AFTER')),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='verification',
                    trigger=pgtrigger.compiler.Trigger(name='history_delete', sql=pgtrigger.compiler.UpsertTriggerSql(declare='DECLARE history_who jsonb := public.history_context();', func='WITH source AS MATERIALIZED (SELECT v.*  FROM old_values v ORDER BY v."id" ) INSERT INTO public."audit_verificationevent" ("asked_at", "asked_by_id", "error", "finished_at", "holds", "id", "started_at", "pgh_created_at", "pgh_label", "pgh_obj_id", "pgh_context") SELECT v."asked_at", v."asked_by_id", v."error", v."finished_at", v."holds", v."id", v."started_at", clock_timestamp(), \'delete\', v."id", history_who FROM source v ; RETURN NULL;', hash='505dfdf9604e73c14533389bbbb04f17bc6a9d4c', level='STATEMENT', operation='DELETE', pgid='pgtrigger_history_delete_3b10f', referencing='REFERENCING OLD TABLE AS old_values ', table='audit_verification', when='AFTER')),
                ),
            ],
        ),
    ]
