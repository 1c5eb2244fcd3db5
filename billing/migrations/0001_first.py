from django.db import migrations, models

import kernel.ids


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="Plan",
            fields=[
                ("key", models.SlugField(max_length=40, primary_key=True, serialize=False)),
                ("position", models.PositiveSmallIntegerField(default=0)),
                ("is_featured", models.BooleanField(default=False)),
                ("is_listed", models.BooleanField(default=True)),
            ],
            options={
                "verbose_name": "plan",
                "ordering": ("position", "key"),
            },
        ),
        migrations.CreateModel(
            name="Price",
            fields=[
                ("id", models.UUIDField(default=kernel.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ("key", models.CharField(max_length=60)),
                ("currency", models.CharField(max_length=3)),
                (
                    "period",
                    models.CharField(choices=[("month", "month"), ("year", "year")], default="month", max_length=5),
                ),
                ("amount", models.DecimalField(decimal_places=4, max_digits=18)),
            ],
            options={
                "verbose_name": "price",
                "constraints": [models.UniqueConstraint(fields=("key", "currency", "period"), name="price_once")],
            },
        ),
    ]
