"""Workspaces and what is known of their databases."""

import secrets
import uuid

from django.core.validators import RegexValidator
from django.db import models

from thoth_ai.workspaces import written
from thoth_ai.workspaces.sharing import Shared

NAME_PATTERN = r"^[a-z0-9_-]{1,63}\Z"


class Origin(models.TextChoices):
    """Where an entry comes from."""

    DEMO = "demo"
    USER = "user"
    BIRD = "bird"
    GENERATED = "generated"


WrittenDescription = written.WrittenDescription  # Django looks for models here


class Workspace(models.Model):
    """A place to ask: databases with the knowledge about them.

    `values_shared` is safe when only what does not identify people goes into prompts.
    """

    name = models.CharField(max_length=63, unique=True, validators=[RegexValidator(NAME_PATTERN)])
    title = models.CharField(max_length=200)
    notice = models.TextField(blank=True)
    origin = models.CharField(max_length=200, blank=True)
    values_shared = models.CharField(max_length=10, choices=Shared.choices, default=Shared.SAFE)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        """Sorted by name."""

        ordering = ("name",)

    def __str__(self) -> str:
        return self.name


class Database(models.Model):
    """A database file of ours, never written after its import.

    `said` counts the changes of the words about it, `commented` those that PostgreSQL's comments
    have; a new one has comments to be written.
    """

    workspace = models.ForeignKey(Workspace, models.CASCADE, related_name="databases")
    name = models.CharField(max_length=63)
    file = models.CharField(max_length=100, unique=True)
    bytes = models.BigIntegerField()
    sha256 = models.CharField(max_length=64)
    engine = models.CharField(max_length=20, default="sqlite")
    report = models.JSONField(default=dict, blank=True, help_text="What its import verified.")
    joins = models.JSONField(default=list, blank=True, help_text="Likely ones, by their values.")
    said = models.BigIntegerField(default=1, db_default=1, editable=False)
    commented = models.BigIntegerField(default=0, db_default=0, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        """Sorted by name."""

        ordering = ("name",)

    def __str__(self) -> str:
        return self.name


class Table(models.Model):
    """A table as the database declares it."""

    database = models.ForeignKey(Database, models.CASCADE, related_name="tables")
    name = models.TextField()
    description = models.TextField(blank=True)
    derived = models.TextField(blank=True, help_text="What follows of its profile.")
    told_by_model = models.BooleanField(default=False, help_text="A language model derived it.")
    rows = models.BigIntegerField()

    class Meta:
        """Sorted by database and name."""

        ordering = ("database", "name")

    def __str__(self) -> str:
        return self.name


class Column(models.Model):
    """A column as the database declares it."""

    table = models.ForeignKey(Table, models.CASCADE, related_name="columns")
    position = models.PositiveIntegerField()
    name = models.TextField()
    declared_type = models.TextField(blank=True)
    description = models.TextField(blank=True)
    derived = models.TextField(blank=True, help_text="What follows of its profile.")
    told_by_model = models.BooleanField(default=False, help_text="A language model derived it.")
    profile = models.JSONField(default=dict, blank=True, help_text="What its values look like.")
    values = models.TextField(blank=True, help_text="What the values mean.")
    personal = models.BooleanField(default=False, help_text="Tells about people.")
    judged = models.BooleanField(default=False, help_text="Somebody said whether it does.")
    primary_key_position = models.PositiveIntegerField(default=0)
    not_null = models.BooleanField(default=False)
    generated = models.BooleanField(default=False)
    unique = models.BooleanField(default=False)

    class Meta:
        """Sorted by table and position."""

        ordering = ("table", "position")

    def __str__(self) -> str:
        return self.name


class ForeignKey(models.Model):
    """One column pair of a declared foreign key."""

    table = models.ForeignKey(Table, models.CASCADE, related_name="foreign_keys")
    number = models.PositiveIntegerField()
    position = models.PositiveIntegerField()
    column = models.TextField()
    referenced_table = models.TextField()
    referenced_column = models.TextField(blank=True)

    class Meta:
        """Sorted by table and number and position."""

        ordering = ("table", "number", "position")

    def __str__(self) -> str:
        return f"{self.column} → {self.referenced_table}.{self.referenced_column}"


class Taught(models.Model):
    """A question with SQL."""

    question = models.TextField()
    sql = models.TextField("SQL")
    evidence = models.TextField(blank=True)
    difficulty = models.CharField(max_length=40, blank=True)

    class Meta:
        """Without a table."""

        abstract = True

    def __str__(self) -> str:
        return self.question


class Example(Taught):
    """A question whose SQL is known to be right."""

    workspace = models.ForeignKey(Workspace, models.CASCADE, related_name="examples")
    database = models.ForeignKey(Database, models.CASCADE, related_name="examples")
    origin = models.CharField(max_length=20, choices=Origin.choices, default=Origin.USER)

    class Meta:
        """Sorted by workspace and id."""

        ordering = ("workspace", "id")


class RejectedExample(Taught):
    """A question that came with a database and cannot be an example, and why."""

    workspace = models.ForeignKey(Workspace, models.CASCADE, related_name="rejected_examples")
    origin = models.CharField(max_length=20, choices=Origin.choices, default=Origin.BIRD)
    reason = models.TextField()

    class Meta:
        """Sorted by workspace and id."""

        ordering = ("workspace", "id")


class Evidence(models.Model):
    """A hint about the meaning of the data that is not in the schema."""

    workspace = models.ForeignKey(Workspace, models.CASCADE, related_name="evidence")
    text = models.TextField()

    class Meta:
        """Sorted by workspace and id."""

        ordering = ("workspace", "id")
        verbose_name_plural = "evidence"

    def __str__(self) -> str:
        return self.text


class VectorPoint(models.Model):
    """A document worth finding; whatever a vector store holds, only these exist.

    `place` is the store that has the vector. Until one has, the row keeps it; so does the
    embedded store, for which the rows are the place.
    """

    workspace = models.ForeignKey(Workspace, models.CASCADE, related_name="points")
    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    kind = models.CharField(max_length=20, db_index=True)
    ref = models.TextField()
    text = models.TextField()
    model = models.CharField(max_length=100)
    vector = models.BinaryField()
    place = models.CharField(max_length=300, blank=True, db_index=True)

    class Meta:
        """Sorted by id."""

        ordering = ("id",)

    def __str__(self) -> str:
        return f"{self.kind} {self.ref}"


def new_installation() -> str:
    """Return a name that no other installation has."""
    return secrets.token_hex(16)


class IndexRevision(models.Model):
    """One row that changes whenever a vector does, so that caches know.

    It also names the installation, for a vector server may hold those of several.
    """

    number = models.BigIntegerField(default=0)
    installation = models.CharField(max_length=32, default=new_installation, editable=False)

    def __str__(self) -> str:
        return str(self.number)


class Milestone(models.Model):
    """Something done once in the life of an installation."""

    name = models.CharField(max_length=40, primary_key=True)
    reached_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return self.name
