"""Pipelines and their stages."""

from django.core.validators import MaxValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from kernel.models import COLLATION, Record, search_column
from kernel.text.db import MatchKey
from modules.sfa.enums import StageKind


class Pipeline(Record):
    """An order of stages that deals pass through."""

    name = models.CharField(_("name"), max_length=100, db_collation=COLLATION)
    is_default = models.BooleanField(_("default"), default=False)
    position = models.PositiveSmallIntegerField(_("position"), default=0)
    search_text = search_column("name")
    name_key = models.GeneratedField(
        expression=MatchKey(models.F("name")), output_field=models.TextField(), db_persist=True, editable=False
    )

    def __str__(self) -> str:
        return self.name


class Stage(Record):
    """A step of a pipeline. `key` is what files call it, whatever language its name is in ("won", "prospecting")."""

    pipeline = models.ForeignKey(Pipeline, verbose_name=_("pipeline"), on_delete=models.CASCADE, related_name="stages")
    name = models.CharField(_("name"), max_length=100, db_collation=COLLATION)
    key = models.SlugField(_("code"), max_length=50, blank=True, db_index=False)
    kind = models.CharField(_("kind"), max_length=10, choices=StageKind, default=StageKind.OPEN)
    probability = models.PositiveSmallIntegerField(_("probability"), default=0, validators=[MaxValueValidator(100)])
    position = models.PositiveSmallIntegerField(_("position"), default=0)
    search_text = search_column("name", "key")
    name_key = models.GeneratedField(
        expression=MatchKey(models.F("name")), output_field=models.TextField(), db_persist=True, editable=False
    )

    def __str__(self) -> str:
        return self.name
