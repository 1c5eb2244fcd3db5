import django.contrib.postgres.indexes
import django.core.validators
import django.db.models.deletion
import django.db.models.functions.comparison
import django.db.models.functions.text
import django.db.models.manager
import kernel.ids
import kernel.text.db
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('crm', '0001_initial'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Pipeline',
            fields=[
                ('id', models.UUIDField(default=kernel.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('version', models.PositiveIntegerField(default=1, editable=False)),
                ('created_at', models.DateTimeField(auto_now_add=True, verbose_name='created')),
                ('updated_at', models.DateTimeField(auto_now=True, verbose_name='changed')),
                ('deleted_at', models.DateTimeField(blank=True, editable=False, null=True)),
                ('name', models.CharField(db_collation='fa-x-icu', max_length=100, verbose_name='name')),
                ('is_default', models.BooleanField(default=False, verbose_name='default')),
                ('position', models.PositiveSmallIntegerField(default=0, verbose_name='position')),
                ('search_text', models.GeneratedField(db_persist=True, expression=kernel.text.db.Fold(django.db.models.functions.text.Concat(django.db.models.functions.comparison.Coalesce(models.F('name'), models.Value('')), models.Value(' '), output_field=models.TextField())), output_field=models.TextField())),
                ('name_key', models.GeneratedField(db_persist=True, expression=kernel.text.db.MatchKey(models.F('name')), output_field=models.TextField())),
                ('created_by', models.ForeignKey(blank=True, db_index=False, editable=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='created by')),
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
            name='Product',
            fields=[
                ('id', models.UUIDField(default=kernel.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('version', models.PositiveIntegerField(default=1, editable=False)),
                ('created_at', models.DateTimeField(auto_now_add=True, verbose_name='created')),
                ('updated_at', models.DateTimeField(auto_now=True, verbose_name='changed')),
                ('deleted_at', models.DateTimeField(blank=True, editable=False, null=True)),
                ('name', models.CharField(db_collation='fa-x-icu', max_length=200, verbose_name='name')),
                ('code', models.CharField(blank=True, max_length=60, verbose_name='code')),
                ('series', models.CharField(blank=True, max_length=100, verbose_name='series')),
                ('unit_price', models.DecimalField(blank=True, decimal_places=2, max_digits=20, null=True, verbose_name='price')),
                ('currency', models.CharField(blank=True, max_length=3, verbose_name='currency')),
                ('is_active', models.BooleanField(default=True, verbose_name='on sale')),
                ('description', models.TextField(blank=True, verbose_name='description')),
                ('search_text', models.GeneratedField(db_persist=True, expression=kernel.text.db.Fold(django.db.models.functions.text.Concat(django.db.models.functions.comparison.Coalesce(models.F('name'), models.Value('')), models.Value(' '), django.db.models.functions.comparison.Coalesce(models.F('code'), models.Value('')), models.Value(' '), django.db.models.functions.comparison.Coalesce(models.F('series'), models.Value('')), models.Value(' '), output_field=models.TextField())), output_field=models.TextField())),
                ('name_key', models.GeneratedField(db_persist=True, expression=kernel.text.db.MatchKey(models.F('name')), output_field=models.TextField())),
                ('created_by', models.ForeignKey(blank=True, db_index=False, editable=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='created by')),
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
            name='Stage',
            fields=[
                ('id', models.UUIDField(default=kernel.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('version', models.PositiveIntegerField(default=1, editable=False)),
                ('created_at', models.DateTimeField(auto_now_add=True, verbose_name='created')),
                ('updated_at', models.DateTimeField(auto_now=True, verbose_name='changed')),
                ('deleted_at', models.DateTimeField(blank=True, editable=False, null=True)),
                ('name', models.CharField(db_collation='fa-x-icu', max_length=100, verbose_name='name')),
                ('key', models.SlugField(blank=True, db_index=False, verbose_name='code')),
                ('kind', models.CharField(choices=[('open', 'Open'), ('won', 'Won'), ('lost', 'Lost')], default='open', max_length=10, verbose_name='kind')),
                ('probability', models.PositiveSmallIntegerField(default=0, validators=[django.core.validators.MaxValueValidator(100)], verbose_name='probability')),
                ('position', models.PositiveSmallIntegerField(default=0, verbose_name='position')),
                ('search_text', models.GeneratedField(db_persist=True, expression=kernel.text.db.Fold(django.db.models.functions.text.Concat(django.db.models.functions.comparison.Coalesce(models.F('name'), models.Value('')), models.Value(' '), django.db.models.functions.comparison.Coalesce(models.F('key'), models.Value('')), models.Value(' '), output_field=models.TextField())), output_field=models.TextField())),
                ('name_key', models.GeneratedField(db_persist=True, expression=kernel.text.db.MatchKey(models.F('name')), output_field=models.TextField())),
                ('created_by', models.ForeignKey(blank=True, db_index=False, editable=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='created by')),
                ('pipeline', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='stages', to='sfa.pipeline', verbose_name='pipeline')),
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
            name='Deal',
            fields=[
                ('id', models.UUIDField(default=kernel.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('version', models.PositiveIntegerField(default=1, editable=False)),
                ('created_at', models.DateTimeField(auto_now_add=True, verbose_name='created')),
                ('updated_at', models.DateTimeField(auto_now=True, verbose_name='changed')),
                ('deleted_at', models.DateTimeField(blank=True, editable=False, null=True)),
                ('name', models.CharField(blank=True, db_collation='fa-x-icu', max_length=300, verbose_name='name')),
                ('reference', models.CharField(blank=True, max_length=60, verbose_name='reference')),
                ('kind', models.CharField(choices=[('open', 'Open'), ('won', 'Won'), ('lost', 'Lost')], default='open', editable=False, max_length=10, verbose_name='state')),
                ('amount', models.DecimalField(blank=True, decimal_places=2, max_digits=20, null=True, verbose_name='amount')),
                ('currency', models.CharField(blank=True, max_length=3, verbose_name='currency')),
                ('probability', models.PositiveSmallIntegerField(blank=True, null=True, validators=[django.core.validators.MaxValueValidator(100)], verbose_name='probability')),
                ('opened_on', models.DateField(blank=True, null=True, verbose_name='opened on')),
                ('close_date', models.DateField(blank=True, null=True, verbose_name='close date')),
                ('closed_at', models.DateTimeField(blank=True, editable=False, null=True, verbose_name='closed at')),
                ('next_step', models.CharField(blank=True, max_length=200, verbose_name='next step')),
                ('lost_reason', models.CharField(blank=True, max_length=200, verbose_name='reason for losing')),
                ('description', models.TextField(blank=True, verbose_name='description')),
                ('search_text', models.GeneratedField(db_persist=True, expression=kernel.text.db.Fold(django.db.models.functions.text.Concat(django.db.models.functions.comparison.Coalesce(models.F('name'), models.Value('')), models.Value(' '), django.db.models.functions.comparison.Coalesce(models.F('reference'), models.Value('')), models.Value(' '), output_field=models.TextField())), output_field=models.TextField())),
                ('account', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='deals', to='crm.account', verbose_name='account')),
                ('contact', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='deals', to='crm.contact', verbose_name='contact')),
                ('created_by', models.ForeignKey(blank=True, db_index=False, editable=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='created by')),
                ('owner', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='owner')),
                ('pipeline', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='deals', to='sfa.pipeline', verbose_name='pipeline')),
                ('product', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='deals', to='sfa.product', verbose_name='product')),
                ('stage', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='deals', to='sfa.stage', verbose_name='stage')),
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
        migrations.AddIndex(
            model_name='product',
            index=django.contrib.postgres.indexes.GinIndex(fields=['search_text'], name='product_search', opclasses=['gin_trgm_ops']),
        ),
        migrations.AddIndex(
            model_name='product',
            index=models.Index(fields=['name_key'], name='product_key'),
        ),
        migrations.AddIndex(
            model_name='deal',
            index=django.contrib.postgres.indexes.GinIndex(fields=['search_text'], name='deal_search', opclasses=['gin_trgm_ops']),
        ),
        migrations.AddIndex(
            model_name='deal',
            index=models.Index(fields=['reference'], name='deal_reference'),
        ),
        migrations.AddIndex(
            model_name='deal',
            index=models.Index(fields=['pipeline', 'stage', '-created_at', '-id'], name='deal_board'),
        ),
        migrations.AddIndex(
            model_name='deal',
            index=models.Index(fields=['-created_at', '-id'], name='deal_created'),
        ),
        migrations.AddIndex(
            model_name='deal',
            index=models.Index(fields=['close_date', 'id'], name='deal_close_date'),
        ),
        migrations.AddIndex(
            model_name='deal',
            index=models.Index(fields=['name', 'id'], name='deal_name'),
        ),
    ]
