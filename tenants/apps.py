from django.apps import AppConfig
from django.db.models.signals import post_migrate, pre_migrate


class TenantsConfig(AppConfig):
    name = "tenants"
    verbose_name = "Tenancy"

    def ready(self) -> None:
        from django.contrib.contenttypes import management as contenttypes

        from frontend.shell import nav_providers, shell_providers
        from kernel.wake import set_waker
        from tenants.archive import make_final
        from tenants.banners import fill_notices
        from tenants.lifecycle import set_final_archive
        from tenants.navigation import console_places
        from tenants.tasks import send_wake
        from tenants.waiting import note

        # Our permissions are the registry's and our records are named by entity: no rows of either kind, ever.
        post_migrate.disconnect(dispatch_uid="django.contrib.auth.management.create_permissions")
        post_migrate.disconnect(contenttypes.create_contenttypes)
        pre_migrate.disconnect(contenttypes.inject_rename_contenttypes_operations)
        set_waker(send_wake, note)
        set_final_archive(make_final)
        nav_providers.append(console_places)
        shell_providers.append(fill_notices)
