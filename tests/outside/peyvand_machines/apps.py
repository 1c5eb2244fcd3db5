from django.apps import AppConfig


class MachinesConfig(AppConfig):
    name = "peyvand_machines"
    verbose_name = "Machine service"
