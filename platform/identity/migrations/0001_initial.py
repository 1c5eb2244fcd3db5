import django.contrib.postgres.indexes
import django.db.models.deletion
import django.db.models.functions.comparison
import django.db.models.functions.text
import django.db.models.manager
from django.conf import settings
from django.db import migrations, models

import kernel.ids
import kernel.text.db


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="User",
            fields=[
                ("password", models.CharField(max_length=128, verbose_name="password")),
                ("last_login", models.DateTimeField(blank=True, null=True, verbose_name="last login")),
                ("id", models.UUIDField(default=kernel.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ("version", models.PositiveIntegerField(default=1, editable=False)),
                ("created_at", models.DateTimeField(auto_now_add=True, verbose_name="created")),
                ("updated_at", models.DateTimeField(auto_now=True, verbose_name="changed")),
                ("deleted_at", models.DateTimeField(blank=True, editable=False, null=True)),
                ("email", models.EmailField(blank=True, max_length=254, null=True, verbose_name="e-mail")),
                ("name", models.CharField(db_collation="fa-x-icu", max_length=150, verbose_name="name")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("active", "Active"),
                            ("invited", "Invited"),
                            ("placeholder", "Name only"),
                            ("deactivated", "Deactivated"),
                        ],
                        default="placeholder",
                        max_length=12,
                        verbose_name="state",
                    ),
                ),
                (
                    "title",
                    models.CharField(blank=True, db_collation="fa-x-icu", max_length=120, verbose_name="job title"),
                ),
                ("phone", models.CharField(blank=True, max_length=32, verbose_name="phone")),
                (
                    "language",
                    models.CharField(
                        blank=True,
                        choices=[("", "As the workspace"), ("fa", "فارسی"), ("en", "English")],
                        max_length=5,
                        verbose_name="language",
                    ),
                ),
                (
                    "calendar",
                    models.CharField(
                        blank=True,
                        choices=[("", "As the workspace"), ("jalali", "Jalali"), ("gregorian", "Gregorian")],
                        max_length=10,
                        verbose_name="calendar",
                    ),
                ),
                (
                    "digits",
                    models.CharField(
                        blank=True,
                        choices=[("", "As the language"), ("fa", "Persian (۱۲۳)"), ("latin", "Latin (123)")],
                        max_length=6,
                        verbose_name="digits",
                    ),
                ),
                ("time_zone", models.CharField(blank=True, max_length=60, verbose_name="time zone")),
                (
                    "theme",
                    models.CharField(
                        blank=True,
                        choices=[("", "As the device"), ("light", "Light"), ("dark", "Dark")],
                        max_length=6,
                        verbose_name="appearance",
                    ),
                ),
                (
                    "density",
                    models.CharField(
                        blank=True,
                        choices=[("", "Normal"), ("compact", "Compact"), ("roomy", "Roomy")],
                        max_length=8,
                        verbose_name="row height",
                    ),
                ),
                ("last_seen", models.DateTimeField(blank=True, editable=False, null=True, verbose_name="last seen")),
                (
                    "search_text",
                    models.GeneratedField(
                        db_persist=True,
                        expression=kernel.text.db.Fold(
                            django.db.models.functions.text.Concat(
                                django.db.models.functions.comparison.Coalesce(models.F("name"), models.Value("")),
                                models.Value(" "),
                                django.db.models.functions.comparison.Coalesce(models.F("email"), models.Value("")),
                                models.Value(" "),
                                django.db.models.functions.comparison.Coalesce(models.F("title"), models.Value("")),
                                models.Value(" "),
                                output_field=models.TextField(),
                            )
                        ),
                        output_field=models.TextField(),
                    ),
                ),
                (
                    "created_by",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="created by",
                    ),
                ),
            ],
            options={
                "verbose_name": "user",
                "verbose_name_plural": "users",
                "abstract": False,
                "base_manager_name": "everything",
            },
            managers=[
                ("objects", django.db.models.manager.Manager()),
                ("everything", django.db.models.manager.Manager()),
            ],
        ),
        migrations.CreateModel(
            name="Role",
            fields=[
                ("id", models.UUIDField(default=kernel.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ("version", models.PositiveIntegerField(default=1, editable=False)),
                ("created_at", models.DateTimeField(auto_now_add=True, verbose_name="created")),
                ("updated_at", models.DateTimeField(auto_now=True, verbose_name="changed")),
                ("deleted_at", models.DateTimeField(blank=True, editable=False, null=True)),
                ("name", models.CharField(db_collation="fa-x-icu", max_length=80, verbose_name="name")),
                ("key", models.SlugField(db_index=False, max_length=60, verbose_name="key")),
                ("levels", models.JSONField(default=dict)),
                ("description", models.CharField(blank=True, max_length=300, verbose_name="description")),
                ("is_builtin", models.BooleanField(default=False, editable=False, verbose_name="built in")),
                (
                    "created_by",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="created by",
                    ),
                ),
            ],
            options={
                "verbose_name": "role",
                "verbose_name_plural": "roles",
                "abstract": False,
                "base_manager_name": "everything",
            },
            managers=[
                ("objects", django.db.models.manager.Manager()),
                ("everything", django.db.models.manager.Manager()),
            ],
        ),
        migrations.AddField(
            model_name="user",
            name="role",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="users",
                to="identity.role",
                verbose_name="role",
            ),
        ),
        migrations.CreateModel(
            name="Team",
            fields=[
                ("id", models.UUIDField(default=kernel.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ("version", models.PositiveIntegerField(default=1, editable=False)),
                ("created_at", models.DateTimeField(auto_now_add=True, verbose_name="created")),
                ("updated_at", models.DateTimeField(auto_now=True, verbose_name="changed")),
                ("deleted_at", models.DateTimeField(blank=True, editable=False, null=True)),
                ("name", models.CharField(db_collation="fa-x-icu", max_length=120, verbose_name="name")),
                (
                    "region",
                    models.CharField(blank=True, db_collation="fa-x-icu", max_length=120, verbose_name="region"),
                ),
                (
                    "search_text",
                    models.GeneratedField(
                        db_persist=True,
                        expression=kernel.text.db.Fold(
                            django.db.models.functions.text.Concat(
                                django.db.models.functions.comparison.Coalesce(models.F("name"), models.Value("")),
                                models.Value(" "),
                                django.db.models.functions.comparison.Coalesce(models.F("region"), models.Value("")),
                                models.Value(" "),
                                output_field=models.TextField(),
                            )
                        ),
                        output_field=models.TextField(),
                    ),
                ),
                (
                    "created_by",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="created by",
                    ),
                ),
                (
                    "manager",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="team lead",
                    ),
                ),
                (
                    "parent",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="children",
                        to="identity.team",
                        verbose_name="parent team",
                    ),
                ),
            ],
            options={
                "verbose_name": "team",
                "verbose_name_plural": "teams",
                "abstract": False,
                "base_manager_name": "everything",
            },
            managers=[
                ("objects", django.db.models.manager.Manager()),
                ("everything", django.db.models.manager.Manager()),
            ],
        ),
        migrations.CreateModel(
            name="Invitation",
            fields=[
                ("id", models.UUIDField(default=kernel.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ("email", models.EmailField(max_length=254, verbose_name="e-mail")),
                ("name", models.CharField(blank=True, max_length=150, verbose_name="name")),
                ("token_hash", models.CharField(max_length=64)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("sent_at", models.DateTimeField(null=True)),
                ("expires_at", models.DateTimeField()),
                ("accepted_at", models.DateTimeField(null=True)),
                (
                    "invited_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "user",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="invitation",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "role",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="identity.role"
                    ),
                ),
                (
                    "team",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="identity.team",
                    ),
                ),
            ],
            options={
                "verbose_name": "invitation",
                "verbose_name_plural": "invitations",
            },
        ),
        migrations.AddField(
            model_name="user",
            name="team",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="members",
                to="identity.team",
                verbose_name="team",
            ),
        ),
        migrations.CreateModel(
            name="ApiToken",
            fields=[
                ("id", models.UUIDField(default=kernel.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ("name", models.CharField(max_length=80, verbose_name="name")),
                ("prefix", models.CharField(max_length=12)),
                ("hash", models.CharField(max_length=64)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("last_used_at", models.DateTimeField(null=True)),
                ("expires_at", models.DateTimeField(blank=True, null=True)),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="tokens", to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
            options={
                "verbose_name": "token",
                "verbose_name_plural": "tokens",
                "constraints": [models.UniqueConstraint(fields=("hash",), name="token_hash_unique")],
            },
        ),
        migrations.AddConstraint(
            model_name="role",
            constraint=models.UniqueConstraint(fields=("key",), name="role_key_unique"),
        ),
        migrations.AddIndex(
            model_name="team",
            index=django.contrib.postgres.indexes.GinIndex(
                fields=["search_text"], name="team_search", opclasses=["gin_trgm_ops"]
            ),
        ),
        migrations.AddConstraint(
            model_name="team",
            constraint=models.UniqueConstraint(
                condition=models.Q(("deleted_at", None)), fields=("name",), name="team_name_unique"
            ),
        ),
        migrations.AddConstraint(
            model_name="invitation",
            constraint=models.UniqueConstraint(fields=("token_hash",), name="invitation_token_unique"),
        ),
        migrations.AddIndex(
            model_name="user",
            index=django.contrib.postgres.indexes.GinIndex(
                fields=["search_text"], name="user_search", opclasses=["gin_trgm_ops"]
            ),
        ),
        migrations.AddConstraint(
            model_name="user",
            constraint=models.UniqueConstraint(
                django.db.models.functions.text.Lower("email"), name="user_email_unique"
            ),
        ),
    ]
