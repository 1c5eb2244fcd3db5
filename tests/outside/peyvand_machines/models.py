"""Machines that customers have, and when they are due for service."""

from django.db import models

from kernel.models import OwnedRecord, search_column, search_index


class Machine(OwnedRecord):
    name = models.CharField("name", max_length=200)
    serial = models.CharField("serial number", max_length=60, blank=True)
    account = models.ForeignKey(
        "crm.Account", verbose_name="account", null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    next_service_on = models.DateField("next service", null=True, blank=True)
    search_text = search_column("name", "serial")

    class Meta(OwnedRecord.Meta):
        indexes = (search_index("machine_search"),)

    def __str__(self) -> str:
        return self.name
