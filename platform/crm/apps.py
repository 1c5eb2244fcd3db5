from django.apps import AppConfig


class CrmConfig(AppConfig):
    name = "crm"
    verbose_name = "Customer base"

    def ready(self) -> None:
        from crm.customization.loading import load_overlay  # models must be loaded first
        from crm.services.leaving import shared_views
        from identity.services.leaving import belongings
        from kernel.registry.overlay import read_overlay_by

        read_overlay_by(load_overlay)
        belongings.append(shared_views)
