from django.apps import AppConfig


class SfaConfig(AppConfig):
    name = "modules.sfa"
    label = "sfa"
    verbose_name = "Sales force automation"
