from django.apps import AppConfig


class ApiConfig(AppConfig):
    name = "api"
    verbose_name = "API"

    def ready(self) -> None:
        from api.schema import security  # noqa: F401 — drf-spectacular finds extensions by their import
