"""The API's own table in every workspace."""

from django.db import models

from kernel.ids import uuid7


class IdempotencyKey(models.Model):
    """The answer that a key of a caller got, so that a retry gets the same one and nothing happens twice."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)
    user_id = models.UUIDField()
    key = models.CharField(max_length=255)
    fingerprint = models.CharField(max_length=64)
    status = models.PositiveSmallIntegerField()
    headers = models.JSONField(default=dict)
    body = models.BinaryField()

    class Meta:
        db_table = "api_idempotency_key"
        constraints = (models.UniqueConstraint(fields=["user_id", "key"], name="idempotency_key"),)
        indexes = (models.Index(fields=["created_at"], name="idempotency_age"),)
