"""Saved views: a list's or board's filters, order and columns under a name."""

from django.conf import settings
from django.db import models

from kernel.ids import uuid7


class SavedView(models.Model):
    """`params` holds parts of the query string: {"filters": {…}, "q": "", "sort": "", "columns": […], "mode": …}."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    entity = models.CharField(max_length=60)
    name = models.CharField(max_length=100)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    #: Everybody in the workspace sees it; or, with `team`, those who reach that team.
    shared = models.BooleanField(default=False)
    team = models.ForeignKey(
        "identity.Team", null=True, blank=True, on_delete=models.SET_NULL, related_name="+", db_index=False
    )
    #: It opens first for everybody who has not chosen another.
    is_default = models.BooleanField(default=False, db_default=False)
    params = models.JSONField(default=dict)
    position = models.PositiveSmallIntegerField(default=0)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        indexes = (models.Index(fields=["entity", "position"], name="saved_view_entity"),)

    def __str__(self) -> str:
        return self.name


class ViewChoice(models.Model):
    """What one person chose for one entity: columns, widths, tabs, and the view that opens first.

    `params`: {"columns": {view: […]}, "widths": {view: {field: px}}, "tabs": [view ids], "off": [view ids],
    "all_first": bool}; "all" stands for no view.
    """

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    entity = models.CharField(max_length=60)
    params = models.JSONField(default=dict)
    default_view = models.ForeignKey(SavedView, null=True, on_delete=models.SET_NULL, related_name="+")

    class Meta:
        constraints = (models.UniqueConstraint(fields=["user", "entity"], name="view_choice_once"),)
