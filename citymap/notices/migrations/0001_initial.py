import citymap.migrating
import django.contrib.postgres.fields
import django.db.models.deletion
import django.db.models.functions.comparison
import django.db.models.lookups
import uuid
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('accounts', '0002_bodies_and_limits'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
        ('contenttypes', '0002_remove_content_type_name'),
        ('personal', '0002_append_only_and_first_rule'),
    ]

    operations = [
        citymap.migrating.Together(
            operations=[
                migrations.CreateModel(
                    name='ChannelState',
                    fields=[
                        ('name', models.CharField(max_length=40, primary_key=True, serialize=False, verbose_name='channel')),
                        ('failures_in_a_row', models.PositiveIntegerField(default=0, verbose_name='failures in a row')),
                        ('open_until', models.DateTimeField(blank=True, db_comment='No attempt before; null: works', null=True, verbose_name='waits until')),
                        ('last_error', models.TextField(blank=True, verbose_name='last error')),
                        ('last_failure_at', models.DateTimeField(blank=True, null=True, verbose_name='last failure')),
                        ('last_success_at', models.DateTimeField(blank=True, null=True, verbose_name='last success')),
                    ],
                    options={
                        'verbose_name': 'state of a channel',
                        'verbose_name_plural': 'states of channels',
                        'db_table_comment': 'Circuit breakers of the channels',
                        'ordering': ['name'],
                    },
                ),
                migrations.CreateModel(
                    name='Attachment',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('sha256', models.CharField(max_length=64, unique=True, verbose_name='SHA-256')),
                        ('content', models.BinaryField(verbose_name='content')),
                        ('size_bytes', models.PositiveIntegerField(verbose_name='size, bytes')),
                        ('content_type', models.CharField(max_length=100, verbose_name='content type')),
                        ('created_at', models.DateTimeField(auto_now_add=True, verbose_name='created')),
                    ],
                    options={
                        'verbose_name': 'attachment',
                        'verbose_name_plural': 'attachments',
                        'db_table_comment': 'Files that go with notices',
                        'constraints': [models.CheckConstraint(condition=models.Q(('size_bytes__gt', 0), ('size_bytes__lte', 10485760)), name='attachment_size_allowed'), models.CheckConstraint(condition=django.db.models.lookups.Exact(models.F('size_bytes'), models.Func(models.F('content'), function='octet_length', output_field=models.IntegerField())), name='attachment_size_true'), models.CheckConstraint(condition=django.db.models.lookups.Exact(models.F('sha256'), models.Func(models.Func(models.F('content'), function='sha256', output_field=models.BinaryField()), models.Value('hex'), function='encode', output_field=models.CharField())), name='attachment_sha256_true')],
                    },
                ),
                migrations.CreateModel(
                    name='Callback',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('channel', models.CharField(max_length=40, verbose_name='channel')),
                        ('digest', models.CharField(max_length=64, verbose_name='SHA-256 of the report')),
                        ('received_at', models.DateTimeField(auto_now_add=True, verbose_name='received')),
                    ],
                    options={
                        'verbose_name': 'delivery report',
                        'verbose_name_plural': 'delivery reports',
                        'db_table_comment': 'Delivery reports already acted upon',
                        'constraints': [models.UniqueConstraint(fields=('channel', 'digest'), name='callback_acted_once')],
                    },
                ),
                migrations.CreateModel(
                    name='Notice',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('public_id', models.UUIDField(default=uuid.uuid4, editable=False, unique=True, verbose_name='public id')),
                        ('kind', models.CharField(db_comment='Name in the registry of kinds', max_length=60, verbose_name='kind')),
                        ('source_id', models.CharField(db_comment='Primary key of what it is about, as text', max_length=64, verbose_name='id of the object')),
                        ('stage', models.CharField(blank=True, db_comment='Which step of the source it tells of', max_length=100, verbose_name='stage')),
                        ('address', models.CharField(blank=True, db_comment='Bare address of an office; people are recipients by reference', max_length=254, verbose_name='to address')),
                        ('language', models.CharField(choices=[('kk', 'Kazakh'), ('ru', 'Russian'), ('en', 'English')], max_length=2, verbose_name='language')),
                        ('channels', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=40), db_comment='Channels to try, in order', size=None, verbose_name='channels')),
                        ('channel', models.CharField(db_comment='The one to try next', max_length=40, verbose_name='channel')),
                        ('why', models.CharField(db_comment='Basis on which it is owed', max_length=500, verbose_name='why')),
                        ('context', models.JSONField(blank=True, db_comment='Values for the template, without personal data', default=dict, verbose_name='values')),
                        ('not_before', models.DateTimeField(blank=True, null=True, verbose_name='not before')),
                        ('due_at', models.DateTimeField(blank=True, null=True, verbose_name='due by')),
                        ('state', models.CharField(choices=[('queued', 'Queued'), ('sending', 'Being sent'), ('sent', 'Sent'), ('delivered', 'Delivered'), ('bounced', 'Bounced'), ('dead', 'Not delivered'), ('cancelled', 'Cancelled')], default='queued', max_length=10, verbose_name='state')),
                        ('attempts', models.PositiveSmallIntegerField(db_comment='Failed attempts by the present channel', default=0, verbose_name='attempts')),
                        ('next_attempt_at', models.DateTimeField(blank=True, db_comment='Set exactly while queued', null=True, verbose_name='next attempt')),
                        ('lease', models.UUIDField(blank=True, db_comment='Who is sending it; set exactly while being sent', editable=False, null=True, verbose_name='lease')),
                        ('lease_until', models.DateTimeField(blank=True, db_comment='Database time after which the sender counts as gone', editable=False, null=True, verbose_name='lease until')),
                        ('message_id', models.CharField(db_comment='The same for every attempt, so that a double is recognised', max_length=200, unique=True, verbose_name='Message-ID')),
                        ('reference', models.CharField(blank=True, db_comment="The gateway's own id of the message", max_length=200, verbose_name='reference')),
                        ('created_at', models.DateTimeField(auto_now_add=True, verbose_name='created')),
                        ('sent_at', models.DateTimeField(blank=True, null=True, verbose_name='sent')),
                        ('delivered_at', models.DateTimeField(blank=True, null=True, verbose_name='delivered')),
                        ('organization', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='notices', to='accounts.organization', verbose_name='to organisation')),
                        ('person', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='notices', to='personal.person', verbose_name='to person')),
                        ('replaces', models.OneToOneField(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='replaced_by', to='notices.notice', verbose_name='replaces')),
                        ('source_type', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='contenttypes.contenttype', verbose_name='about')),
                        ('user', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='notices', to=settings.AUTH_USER_MODEL, verbose_name='to staff')),
                        ('files', models.ManyToManyField(related_name='notices', through='notices.NoticeFile', to='notices.attachment', verbose_name='attachments')),
                    ],
                    options={
                        'verbose_name': 'notice',
                        'verbose_name_plural': 'notices',
                        'db_table_comment': 'Outbox: what is owed to whom, delivered by the worker',
                        'ordering': ['-pk'],
                        'indexes': [models.Index(condition=models.Q(('state', 'queued')), fields=['channel', 'next_attempt_at', 'id'], name='notice_queue'), models.Index(condition=models.Q(('state', 'sending')), fields=['channel', 'lease_until'], name='notice_leases'), models.Index(fields=['source_type', 'source_id'], name='notice_source'), models.Index(fields=['state', '-id'], name='notice_state'), models.Index(fields=['kind', '-id'], name='notice_kind')],
                        'constraints': [models.UniqueConstraint(fields=('kind', 'source_type', 'source_id', 'stage', 'user', 'organization', 'person', 'address'), name='notice_owed_once', nulls_distinct=False), models.CheckConstraint(condition=django.db.models.lookups.Exact(models.Func(models.F('user'), models.F('organization'), models.F('person'), django.db.models.functions.comparison.NullIf(models.F('address'), models.Value('')), function='num_nonnulls', output_field=models.IntegerField()), 1), name='notice_one_recipient'), models.CheckConstraint(condition=models.Q(('state__in', ['queued', 'sending', 'sent', 'delivered', 'bounced', 'dead', 'cancelled'])), name='notice_state_known'), models.CheckConstraint(condition=models.Q(('language__in', ['kk', 'ru', 'en'])), name='notice_language_known'), models.CheckConstraint(condition=models.Q(models.Q(('next_attempt_at__isnull', False), ('state', 'queued')), models.Q(models.Q(('state', 'queued'), _negated=True), ('next_attempt_at__isnull', True)), _connector='OR'), name='notice_queued_has_time'), models.CheckConstraint(condition=models.Q(models.Q(('lease__isnull', False), ('lease_until__isnull', False), ('state', 'sending')), models.Q(models.Q(('state', 'sending'), _negated=True), ('lease__isnull', True), ('lease_until__isnull', True)), _connector='OR'), name='notice_sending_has_lease'), models.CheckConstraint(condition=models.Q(models.Q(('state', 'sent'), _negated=True), ('sent_at__isnull', False), _connector='OR'), name='notice_sent_has_time'), models.CheckConstraint(condition=models.Q(models.Q(('state', 'delivered'), _negated=True), ('delivered_at__isnull', False), _connector='OR'), name='notice_delivered_has_time'), models.CheckConstraint(condition=models.Q(('not_before__isnull', True), ('due_at__isnull', True), ('not_before__lte', models.F('due_at')), _connector='OR'), name='notice_not_before_due'), models.CheckConstraint(condition=django.db.models.lookups.Exact(models.Func(models.F('channel'), models.F('channels'), arg_joiner=' = ANY(', output_field=models.BooleanField(), template='%(expressions)s)'), True), name='notice_channel_listed')],
                    },
                ),
                migrations.CreateModel(
                    name='NoticeFile',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('filename', models.CharField(max_length=150, verbose_name='file name')),
                        ('position', models.PositiveSmallIntegerField(verbose_name='position')),
                        ('attachment', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='notices.attachment')),
                        ('notice', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='notice_files', to='notices.notice')),
                    ],
                    options={
                        'verbose_name': 'attached file',
                        'verbose_name_plural': 'attached files',
                        'db_table_comment': 'Which attachment goes with which notice',
                        'ordering': ['position'],
                        'constraints': [models.UniqueConstraint(fields=('notice', 'position'), name='noticefile_position')],
                    },
                ),
                migrations.CreateModel(
                    name='BellItem',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('created_at', models.DateTimeField(verbose_name='shown since')),
                        ('read_at', models.DateTimeField(blank=True, null=True, verbose_name='read')),
                        ('user', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='bell_items', to=settings.AUTH_USER_MODEL)),
                        ('notice', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='bell_items', to='notices.notice')),
                    ],
                    options={
                        'verbose_name': 'bell item',
                        'verbose_name_plural': 'bell items',
                        'db_table_comment': 'Notices as members of staff see them at the bell',
                        'ordering': ['-pk'],
                        'indexes': [models.Index(condition=models.Q(('read_at__isnull', True)), fields=['user'], name='bellitem_unread')],
                        'constraints': [models.UniqueConstraint(fields=('notice', 'user'), name='bellitem_once')],
                    },
                ),
                migrations.CreateModel(
                    name='Attempt',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('at', models.DateTimeField(verbose_name='when')),
                        ('channel', models.CharField(blank=True, max_length=40, verbose_name='channel')),
                        ('outcome', models.CharField(choices=[('sent', 'taken by the server'), ('delivered', 'delivered'), ('deferred', 'put off by the server'), ('refused', 'refused for good'), ('trouble', 'the server did not answer as it should'), ('no_address', 'no address for this channel'), ('failed', 'could not be written'), ('interrupted', 'interrupted: may have been sent'), ('bounced', 'came back'), ('delayed', 'delayed on the way'), ('cancelled', 'cancelled'), ('retried', 'to be tried again'), ('readdressed', 'sent to another address')], max_length=12, verbose_name='outcome')),
                        ('answer', models.TextField(blank=True, db_comment='What the server said, addresses masked', verbose_name='answer')),
                        ('language', models.CharField(blank=True, choices=[('kk', 'Kazakh'), ('ru', 'Russian'), ('en', 'English')], db_comment="Differs from the notice's where there were no words in that language", max_length=2, verbose_name='language used')),
                        ('words', models.CharField(blank=True, db_comment='Beginning of the SHA-256 of the template', max_length=16, verbose_name='version of the words')),
                        ('actor', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='who')),
                        ('notice', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='log', to='notices.notice')),
                    ],
                    options={
                        'verbose_name': 'attempt',
                        'verbose_name_plural': 'attempts',
                        'db_table_comment': 'Delivery log of notices, append-only',
                        'ordering': ['pk'],
                        'indexes': [models.Index(fields=['channel', '-at'], name='attempt_channel_at')],
                        'constraints': [models.CheckConstraint(condition=models.Q(('outcome__in', ['sent', 'delivered', 'deferred', 'refused', 'trouble', 'no_address', 'failed', 'interrupted', 'bounced', 'delayed', 'cancelled', 'retried', 'readdressed'])), name='attempt_outcome_known')],
                    },
                ),
            ],
        ),
    ]
