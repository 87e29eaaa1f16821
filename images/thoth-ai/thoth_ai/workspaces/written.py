"""The memory of what language models wrote."""

from django.db import models


class WrittenDescription(models.Model):
    """What a language model once said of the same columns, so that it is not asked again."""

    key = models.CharField(max_length=64, unique=True)
    texts = models.JSONField()
    input_tokens = models.BigIntegerField(default=0)
    output_tokens = models.BigIntegerField(default=0)
    cost_usd = models.FloatField(null=True)
    written_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return self.key
