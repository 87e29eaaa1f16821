"""What values look like, how tables join, and which questions were refused."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("workspaces", "0004_database_report"),
    ]

    operations = [
        migrations.CreateModel(
            name="WrittenDescription",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("key", models.CharField(max_length=64, unique=True)),
                ("texts", models.JSONField()),
                ("input_tokens", models.BigIntegerField(default=0)),
                ("output_tokens", models.BigIntegerField(default=0)),
                ("cost_usd", models.FloatField(null=True)),
                ("written_at", models.DateTimeField(auto_now_add=True)),
            ],
        ),
        migrations.AddField(
            model_name="column",
            name="derived",
            field=models.TextField(blank=True, help_text="What follows of its profile."),
        ),
        migrations.AddField(
            model_name="column",
            name="judged",
            field=models.BooleanField(default=False, help_text="Somebody said whether it does."),
        ),
        migrations.AddField(
            model_name="column",
            name="profile",
            field=models.JSONField(
                blank=True, default=dict, help_text="What its values look like."
            ),
        ),
        migrations.AddField(
            model_name="database",
            name="joins",
            field=models.JSONField(
                blank=True, default=list, help_text="Likely ones, by their values."
            ),
        ),
        migrations.AddField(
            model_name="table",
            name="derived",
            field=models.TextField(blank=True, help_text="What follows of its profile."),
        ),
        migrations.AddField(
            model_name="workspace",
            name="values_shared",
            field=models.CharField(
                choices=[("safe", "Safe"), ("all", "All"), ("none", "None")],
                default="safe",
                max_length=10,
            ),
        ),
        migrations.AddField(
            model_name="column",
            name="told_by_model",
            field=models.BooleanField(default=False, help_text="A language model derived it."),
        ),
        migrations.AddField(
            model_name="table",
            name="told_by_model",
            field=models.BooleanField(default=False, help_text="A language model derived it."),
        ),
        migrations.CreateModel(
            name="RejectedExample",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("question", models.TextField()),
                ("sql", models.TextField(verbose_name="SQL")),
                ("evidence", models.TextField(blank=True)),
                ("difficulty", models.CharField(blank=True, max_length=40)),
                (
                    "origin",
                    models.CharField(
                        choices=[
                            ("demo", "Demo"),
                            ("user", "User"),
                            ("bird", "Bird"),
                            ("generated", "Generated"),
                        ],
                        default="bird",
                        max_length=20,
                    ),
                ),
                ("reason", models.TextField()),
                (
                    "workspace",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="rejected_examples",
                        to="workspaces.workspace",
                    ),
                ),
            ],
            options={
                "ordering": ("workspace", "id"),
            },
        ),
    ]
