import django.utils.timezone
import uuid
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("identity", "0004_team_and_below"),
    ]

    operations = [
        migrations.CreateModel(
            name="SecondStepRule",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid.UUID("00000000-0000-0000-0000-000000000001"),
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                (
                    "who",
                    models.CharField(
                        choices=[("nobody", "Nobody has to"), ("admins", "Administrators"), ("everybody", "Everybody")],
                        default="nobody",
                        max_length=10,
                        verbose_name="who needs one",
                    ),
                ),
                ("grace_days", models.PositiveSmallIntegerField(default=7, verbose_name="time to set one up")),
                ("since", models.DateTimeField(default=django.utils.timezone.now)),
            ],
            options={
                "verbose_name": "rule for the second step",
                "verbose_name_plural": "rules for the second step",
            },
        ),
    ]
