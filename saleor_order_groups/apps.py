"""The Django app, which installs the seams and extends the schema at start-up."""

from django.apps import AppConfig


class OrderGroupsConfig(AppConfig):
    """Add the plugin to Saleor in the two phases of Django's start-up.

    Django imports this module before any model is loaded, so that it may not import
    models. The event types must be registered before Saleor builds its enums, and the
    fields must be added before Saleor builds its schema.
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
        # Check the modules after installing the seams: whatever they import by name
        # must be the replacement.
        seams.verify_modules()
        versions.warn_if_untested()
        from .access.deletions import keep_lock_order_at_deletions
        from .lifecycle.recorded_totals import forget_totals_at_changes
        from .recovery.tasks import schedule

        forget_totals_at_changes()
        keep_lock_order_at_deletions()
        schedule()
