from django.apps import AppConfig


class IdentityConfig(AppConfig):
    name = "identity"
    verbose_name = "People and access"

    def ready(self) -> None:
        from identity import receivers  # models must be loaded first

        receivers.connect()
