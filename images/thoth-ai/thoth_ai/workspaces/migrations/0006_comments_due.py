"""Whether the comments in PostgreSQL say what is said; those of before are written anew."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("workspaces", "0005_profiles"),
    ]

    operations = [
        migrations.AddField(
            model_name="database",
            name="said",
            field=models.BigIntegerField(db_default=1, default=1, editable=False),
        ),
        migrations.AddField(
            model_name="database",
            name="commented",
            field=models.BigIntegerField(db_default=0, default=0, editable=False),
        ),
    ]
