"""The Django app: it replaces the seams and extends the schema when Django is ready."""

from django.apps import AppConfig


class OrderGroupsConfig(AppConfig):
    """Add the plugin to Saleor in the two phases of Django's start-up.

    Import-light: Django reads this module before any model exists, and Saleor's enums
    and schema must be extended before they are built.
    """

    name = "saleor_order_groups"
    default_auto_field = "django.db.models.BigAutoField"

    def import_models(self) -> None:
        super().import_models()
        from .webhooks.event_types import register_event_types

        register_event_types()

    def ready(self) -> None:
        from . import seams
        from .host import versions

        seams.verify_names()
        with seams.refusing_import_errors():
            from .graphql.extension import extend_schema

            extend_schema()
        seams.install()
        # After the seams: what these modules import by name is the replacement.
        seams.verify_modules()
        versions.warn_if_untested()
