"""The product and a next version of it: its own image with one migration more, in a registry."""

import json
import os
from importlib.metadata import version
from pathlib import Path

from e2e.machine import Machine, docker
from e2e.own_images import build
from e2e.registry_box import RegistryBox

MIGRATIONS = Path(__file__).parents[2] / "images/thoth-ai/thoth_ai/workspaces/migrations"
NOW, NEXT = version("thothctl"), "99.0.0"
BESIDE = ("postgres", "redis", "nginx")
REVISION, MIGRATED = "io.thoth.database-revision", "io.thoth.migrations"
MIGRATION = """\
from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("workspaces", "{before}")]
    operations = [
        migrations.RunSQL(
            "ALTER TABLE workspaces_workspace ADD COLUMN tried integer NOT NULL DEFAULT 7",
            "ALTER TABLE workspaces_workspace DROP COLUMN tried",
        )
    ]
"""
COLUMNS = """
from django.db import connection
with connection.cursor() as cursor:
    found = connection.introspection.get_table_description(cursor, "workspaces_workspace")
print(*(column.name for column in found))
"""
DOCKERFILE = """\
FROM {base}
COPY --chmod=644 {added}.py /opt/thoth/app/thoth_ai/workspaces/migrations/
LABEL io.thoth.version={version} {label}={revision} {listed}={migrations}
ENV THOTH_VERSION={version}
"""


def put_both(registry: RegistryBox, home: Path, folder: Path) -> str:
    """Push the product and its next version with all beside them; the name of the migration."""
    base = build("thoth-ai", home)
    labels = json.loads(docker("inspect", "--format", "{{json .Config.Labels}}", base))
    newest = max(one.stem for one in MIGRATIONS.glob("0*.py"))
    added = f"{int(newest[:4]) + 1:04d}_tried"
    (folder / f"{added}.py").write_text(MIGRATION.format(before=newest))
    (folder / "Dockerfile").write_text(
        DOCKERFILE.format(
            base=base,
            added=added,
            version=NEXT,
            label=REVISION,
            revision=labels[REVISION].replace(newest, added),
            listed=MIGRATED,
            migrations=f"{labels[MIGRATED]},workspaces.{added}",
        )
    )
    tag = f"thoth-test-next:{registry.name}"
    docker("buildx", "build", "--load", "-q", "-t", tag, str(folder))
    environment = dict(os.environ)
    for name, image in {"thoth-ai": base, **{f"thoth-{n}": build(n, home) for n in BESIDE}}.items():
        registry.push(image, name, NOW, environment)
        registry.push(tag if name == "thoth-ai" else image, name, NEXT, environment)
    docker("rmi", tag)
    return f"workspaces.{added}"


def inside(machine: Machine, *words: str) -> str:
    """What a command says within the server's container."""
    project = f"label=com.docker.compose.project=thoth-{machine.name}"
    service = "label=com.docker.compose.service=app"
    server = docker("ps", "-q", "--filter", project, "--filter", service).strip()
    return docker("exec", server, *words).strip()


def migrated(machine: Machine) -> bool:
    """The database that is served has what the next version's migration adds."""
    return "tried" in inside(machine, "manage.py", "shell", "-c", COLUMNS)


def rows(machine: Machine) -> str:
    """Every row of what users made, as the server itself reads it."""
    return inside(machine, "manage.py", "dumpdata", "workspaces", "questions", "--indent", "1")
