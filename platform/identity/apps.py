from django.apps import AppConfig


class IdentityConfig(AppConfig):
    name = "identity"
    verbose_name = "People and access"

    def ready(self) -> None:
        from frontend.shell import shell_providers
        from identity import receivers  # models must be loaded first
        from identity.second_step import fill_notices

        receivers.connect()
        shell_providers.append(fill_notices)
