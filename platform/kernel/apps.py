from django.apps import AppConfig


class KernelConfig(AppConfig):
    name = "kernel"
    verbose_name = "Kernel"

    def ready(self) -> None:
        from kernel.registry import checks, discovery  # apps must be loaded first

        discovery.load_manifests()
        checks.register()
