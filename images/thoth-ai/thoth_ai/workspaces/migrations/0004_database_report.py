"""What the import of a database verified."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("workspaces", "0003_vector_places")]

    operations = [
        migrations.AddField(
            model_name="database",
            name="report",
            field=models.JSONField(blank=True, default=dict, help_text="What its import verified."),
        ),
    ]
