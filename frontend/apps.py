from django.apps import AppConfig


class FrontendConfig(AppConfig):
    name = "frontend"
    verbose_name = "Look and front-end toolkit"

    def ready(self) -> None:
        from frontend import navigation, shell  # models must be loaded before manifests are read

        shell.shell_providers.append(navigation.fill)
        shell.nav_providers.append(navigation.navigation)
        shell.create_providers.append(navigation.creatable)
