"""System checks: `manage.py check` tells what start-up would refuse."""

from django.core.checks import CheckMessage, Error, register

from . import seams


@register()
def check_seams(app_configs, **kwargs) -> list[CheckMessage]:
    """Report every seam that does not fit, or that is not in place."""
    errors: list[CheckMessage] = [
        Error(
            f"Checkouts cannot be split in this Saleor: {problem}.",
            hint=f"Install Saleor {seams.SUPPORTED_SALEOR}.",
            id="saleor_order_groups.E001",
        )
        for problem in seams.find_mismatches()
    ]
    if not seams.is_installed():
        errors.append(
            Error(
                "Checkouts are not split: something has replaced the plugin's seams.",
                id="saleor_order_groups.E002",
            )
        )
    return errors
