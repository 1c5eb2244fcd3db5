import django.contrib.postgres.indexes
import django.db.models.deletion
import django.db.models.functions.comparison
import django.db.models.functions.datetime
import django.db.models.functions.text
import django.db.models.manager
import kernel.ids
import kernel.text.db
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Account',
            fields=[
                ('id', models.UUIDField(default=kernel.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('version', models.PositiveIntegerField(default=1, editable=False)),
                ('created_at', models.DateTimeField(auto_now_add=True, verbose_name='created')),
                ('updated_at', models.DateTimeField(auto_now=True, verbose_name='changed')),
                ('deleted_at', models.DateTimeField(blank=True, editable=False, null=True)),
                ('name', models.CharField(db_collation='fa-x-icu', max_length=200, verbose_name='name')),
                ('sector', models.CharField(blank=True, max_length=100, verbose_name='sector')),
                ('website', models.URLField(blank=True, verbose_name='website')),
                ('phone', models.CharField(blank=True, max_length=40, verbose_name='phone')),
                ('email', models.EmailField(blank=True, max_length=254, verbose_name='e-mail')),
                ('national_id', models.CharField(blank=True, max_length=11, verbose_name='national legal ID')),
                ('country', models.CharField(blank=True, max_length=100, verbose_name='country')),
                ('city', models.CharField(blank=True, max_length=100, verbose_name='city')),
                ('address', models.TextField(blank=True, verbose_name='address')),
                ('employees', models.PositiveIntegerField(blank=True, null=True, verbose_name='employees')),
                ('revenue', models.DecimalField(blank=True, decimal_places=2, max_digits=20, null=True, verbose_name='yearly revenue')),
                ('year_established', models.PositiveSmallIntegerField(blank=True, null=True, verbose_name='established in')),
                ('description', models.TextField(blank=True, verbose_name='description')),
                ('search_text', models.GeneratedField(db_persist=True, expression=kernel.text.db.Fold(django.db.models.functions.text.Concat(django.db.models.functions.comparison.Coalesce(models.F('name'), models.Value('')), models.Value(' '), django.db.models.functions.comparison.Coalesce(models.F('phone'), models.Value('')), models.Value(' '), django.db.models.functions.comparison.Coalesce(models.F('email'), models.Value('')), models.Value(' '), django.db.models.functions.comparison.Coalesce(models.F('website'), models.Value('')), models.Value(' '), django.db.models.functions.comparison.Coalesce(models.F('national_id'), models.Value('')), models.Value(' '), output_field=models.TextField())), output_field=models.TextField())),
                ('name_key', models.GeneratedField(db_persist=True, expression=kernel.text.db.MatchKey(models.F('name')), output_field=models.TextField())),
                ('created_by', models.ForeignKey(blank=True, db_index=False, editable=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='created by')),
                ('owner', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='owner')),
                ('parent', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='branches', to='crm.account', verbose_name='belongs to')),
            ],
            options={
                'abstract': False,
                'base_manager_name': 'everything',
            },
            managers=[
                ('objects', django.db.models.manager.Manager()),
                ('everything', django.db.models.manager.Manager()),
            ],
        ),
        migrations.CreateModel(
            name='Contact',
            fields=[
                ('id', models.UUIDField(default=kernel.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('version', models.PositiveIntegerField(default=1, editable=False)),
                ('created_at', models.DateTimeField(auto_now_add=True, verbose_name='created')),
                ('updated_at', models.DateTimeField(auto_now=True, verbose_name='changed')),
                ('deleted_at', models.DateTimeField(blank=True, editable=False, null=True)),
                ('first_name', models.CharField(blank=True, max_length=100, verbose_name='first name')),
                ('last_name', models.CharField(max_length=100, verbose_name='last name')),
                ('name', models.GeneratedField(db_persist=True, expression=django.db.models.functions.text.Trim(django.db.models.functions.text.Concat('first_name', models.Value(' '), 'last_name')), output_field=models.CharField(db_collation='fa-x-icu', max_length=201, verbose_name='name'), verbose_name='name')),
                ('job_title', models.CharField(blank=True, max_length=150, verbose_name='job title')),
                ('email', models.EmailField(blank=True, max_length=254, verbose_name='e-mail')),
                ('phone', models.CharField(blank=True, max_length=40, verbose_name='phone')),
                ('mobile', models.CharField(blank=True, max_length=40, verbose_name='mobile')),
                ('city', models.CharField(blank=True, max_length=100, verbose_name='city')),
                ('birthday', models.DateField(blank=True, null=True, verbose_name='birthday')),
                ('preferred_channel', models.CharField(blank=True, choices=[('phone', 'Phone'), ('email', 'E-mail'), ('sms', 'SMS'), ('post', 'Letter')], max_length=10, verbose_name='preferred channel')),
                ('description', models.TextField(blank=True, verbose_name='description')),
                ('search_text', models.GeneratedField(db_persist=True, expression=kernel.text.db.Fold(django.db.models.functions.text.Concat(django.db.models.functions.comparison.Coalesce(models.F('first_name'), models.Value('')), models.Value(' '), django.db.models.functions.comparison.Coalesce(models.F('last_name'), models.Value('')), models.Value(' '), django.db.models.functions.comparison.Coalesce(models.F('email'), models.Value('')), models.Value(' '), django.db.models.functions.comparison.Coalesce(models.F('phone'), models.Value('')), models.Value(' '), django.db.models.functions.comparison.Coalesce(models.F('mobile'), models.Value('')), models.Value(' '), output_field=models.TextField())), output_field=models.TextField())),
                ('name_key', models.GeneratedField(db_persist=True, expression=kernel.text.db.MatchKey(django.db.models.functions.text.Concat('first_name', 'last_name')), output_field=models.TextField())),
                ('account', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='contacts', to='crm.account', verbose_name='account')),
                ('created_by', models.ForeignKey(blank=True, db_index=False, editable=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='created by')),
                ('owner', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='owner')),
            ],
            options={
                'abstract': False,
                'base_manager_name': 'everything',
            },
            managers=[
                ('objects', django.db.models.manager.Manager()),
                ('everything', django.db.models.manager.Manager()),
            ],
        ),
        migrations.CreateModel(
            name='ImportMapping',
            fields=[
                ('id', models.UUIDField(default=kernel.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('entity', models.CharField(max_length=60)),
                ('signature', models.CharField(max_length=64)),
                ('mapping', models.JSONField(default=dict)),
                ('match', models.JSONField(default=list)),
                ('options', models.JSONField(default=dict)),
                ('used_at', models.DateTimeField(auto_now=True, db_default=django.db.models.functions.datetime.Now())),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('entity', 'signature'), name='import_mapping_once')],
            },
        ),
        migrations.CreateModel(
            name='ImportRun',
            fields=[
                ('id', models.UUIDField(default=kernel.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('created_by_id', models.UUIDField(null=True)),
                ('created_by_label', models.CharField(blank=True, max_length=200)),
                ('entity', models.CharField(max_length=60)),
                ('file', models.CharField(max_length=80)),
                ('filename', models.CharField(max_length=255)),
                ('size', models.BigIntegerField(default=0)),
                ('table', models.JSONField(default=dict)),
                ('mapping', models.JSONField(default=dict)),
                ('match', models.JSONField(default=list)),
                ('options', models.JSONField(default=dict)),
                ('preview', models.JSONField(default=dict)),
                ('preview_job', models.UUIDField(null=True)),
                ('state', models.CharField(choices=[('draft', 'Draft'), ('waiting', 'Waiting'), ('running', 'Running'), ('done', 'Done'), ('failed', 'Failed'), ('cancelled', 'Stopped')], default='draft', max_length=10)),
                ('job_id', models.UUIDField(null=True)),
                ('batch', models.UUIDField(default=kernel.ids.uuid7)),
                ('rows_total', models.BigIntegerField(null=True)),
                ('checkpoint', models.BigIntegerField(default=0)),
                ('made', models.BigIntegerField(default=0)),
                ('changed', models.BigIntegerField(default=0)),
                ('unchanged', models.BigIntegerField(default=0)),
                ('refused', models.BigIntegerField(default=0)),
                ('related_made', models.JSONField(default=dict)),
                ('problem', models.JSONField(default=dict)),
                ('started_at', models.DateTimeField(null=True)),
                ('finished_at', models.DateTimeField(null=True)),
            ],
            options={
                'indexes': [models.Index(fields=['-id'], name='import_run_newest')],
            },
        ),
        migrations.CreateModel(
            name='ImportProblem',
            fields=[
                ('id', models.BigAutoField(primary_key=True, serialize=False)),
                ('row', models.BigIntegerField()),
                ('column', models.CharField(blank=True, max_length=200)),
                ('field', models.CharField(blank=True, max_length=130)),
                ('value', models.CharField(blank=True, max_length=300)),
                ('code', models.CharField(max_length=60)),
                ('message', models.TextField(blank=True)),
                ('params', models.JSONField(default=dict)),
                ('run', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='problems', to='crm.importrun')),
            ],
        ),
        migrations.CreateModel(
            name='SavedView',
            fields=[
                ('id', models.UUIDField(default=kernel.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('entity', models.CharField(max_length=60)),
                ('name', models.CharField(max_length=100)),
                ('shared', models.BooleanField(default=False)),
                ('params', models.JSONField(default=dict)),
                ('position', models.PositiveSmallIntegerField(default=0)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
        ),
        migrations.CreateModel(
            name='ViewChoice',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('entity', models.CharField(max_length=60)),
                ('params', models.JSONField(default=dict)),
                ('default_view', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='crm.savedview')),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
        ),
        migrations.AddIndex(
            model_name='account',
            index=django.contrib.postgres.indexes.GinIndex(fields=['search_text'], name='account_search', opclasses=['gin_trgm_ops']),
        ),
        migrations.AddIndex(
            model_name='account',
            index=models.Index(fields=['name_key'], name='account_key'),
        ),
        migrations.AddIndex(
            model_name='account',
            index=models.Index(fields=['name', 'id'], name='account_name'),
        ),
        migrations.AddIndex(
            model_name='account',
            index=models.Index(fields=['-created_at', '-id'], name='account_created'),
        ),
        migrations.AddIndex(
            model_name='contact',
            index=django.contrib.postgres.indexes.GinIndex(fields=['search_text'], name='contact_search', opclasses=['gin_trgm_ops']),
        ),
        migrations.AddIndex(
            model_name='contact',
            index=models.Index(fields=['name_key'], name='contact_key'),
        ),
        migrations.AddIndex(
            model_name='contact',
            index=models.Index(fields=['name', 'id'], name='contact_name'),
        ),
        migrations.AddIndex(
            model_name='contact',
            index=models.Index(fields=['-created_at', '-id'], name='contact_created'),
        ),
        migrations.AddIndex(
            model_name='importproblem',
            index=models.Index(fields=['run', 'row', 'id'], name='import_problem_row'),
        ),
        migrations.AddIndex(
            model_name='savedview',
            index=models.Index(fields=['entity', 'position'], name='saved_view_entity'),
        ),
        migrations.AddConstraint(
            model_name='viewchoice',
            constraint=models.UniqueConstraint(fields=('user', 'entity'), name='view_choice_once'),
        ),
    ]
