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
        from .graphql.extension import extend_schema

        seams.verify()
        extend_schema()
        seams.install()
