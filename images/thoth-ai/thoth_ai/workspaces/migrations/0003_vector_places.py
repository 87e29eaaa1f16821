"""Vectors may lie in a store beside the rows; those that exist lie in the rows."""

import uuid

from django.db import migrations, models

import thoth_ai.workspaces.models
from thoth_ai import environment


def give_keys(apps, _schema_editor):
    points = apps.get_model("workspaces", "VectorPoint").objects
    for batch in _batches(points.values_list("pk", flat=True)):
        rows = [points.model(pk=pk, key=uuid.uuid4()) for pk in batch]
        points.bulk_update(rows, ["key"])
    points.exclude(vector=b"").update(place="embedded")


def make_room(_apps, schema_editor):
    """Let the application make tables of vectors, one for each model, in a schema of their own."""
    if schema_editor.connection.vendor != "postgresql":
        return
    schema_editor.execute("CREATE SCHEMA IF NOT EXISTS vectors")
    role = environment.text("POSTGRES_APP_USER", "thoth_app")
    with schema_editor.connection.cursor() as cursor:
        cursor.execute("SELECT FROM pg_roles WHERE rolname = %s", (role,))
        if cursor.fetchone() is not None:
            quoted = schema_editor.quote_name(role)
            cursor.execute(f"GRANT USAGE, CREATE ON SCHEMA vectors TO {quoted}")


def _batches(keys, size=256):
    found = list(keys)
    return (found[start : start + size] for start in range(0, len(found), size))


class Migration(migrations.Migration):
    dependencies = [("workspaces", "0002_column_values")]

    operations = [
        migrations.AddField(
            "indexrevision",
            "installation",
            models.CharField(
                default=thoth_ai.workspaces.models.new_installation, editable=False, max_length=32
            ),
        ),
        migrations.AddField(
            "vectorpoint", "key", models.UUIDField(default=uuid.uuid4, editable=False, null=True)
        ),
        migrations.AddField(
            "vectorpoint",
            "place",
            models.CharField(blank=True, db_index=True, default="", max_length=300),
            preserve_default=False,
        ),
        migrations.RunPython(give_keys, migrations.RunPython.noop),
        migrations.RunPython(make_room, migrations.RunPython.noop),
        migrations.AlterField(
            "vectorpoint",
            "key",
            models.UUIDField(default=uuid.uuid4, editable=False, unique=True),
        ),
    ]
