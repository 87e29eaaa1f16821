"""Columns say what their values mean; the documents of evidence refer to their rows."""

from django.db import migrations, models


def refer_to_rows(apps, _):
    evidence = apps.get_model("workspaces", "Evidence")
    points = apps.get_model("workspaces", "VectorPoint").objects.filter(kind="evidence")
    rows = {(one.workspace_id, one.text): str(one.pk) for one in evidence.objects.all()}
    for point in points:
        point.ref = rows.get((point.workspace_id, point.text), "gone")
        point.save(update_fields=["ref"])
    points.filter(ref="gone").delete()


class Migration(migrations.Migration):
    dependencies = [("workspaces", "0001_initial")]

    operations = [
        migrations.AddField(
            model_name="column",
            name="values",
            field=models.TextField(blank=True, default="", help_text="What the values mean."),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name="column",
            name="personal",
            field=models.BooleanField(default=False, help_text="Tells about people."),
        ),
        migrations.RunPython(refer_to_rows, migrations.RunPython.noop),
    ]
