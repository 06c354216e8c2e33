"""The supported versions of Saleor, and the functions that differ between its minors.

Each minor has one module, with the same names in all of them; the module that fits is
chosen here, once. How a new minor is taken up: docs/versions.md.
"""

import logging
from types import ModuleType

import saleor
from semantic_version import SimpleSpec, Version

from . import v3_23, v3_24

# 3.23.2 gave `allocate_stocks` the parameters that the completion passes.
SUPPORTED = ">=3.23.2,<3.25"

# For each minor without a release of Saleor: the version that all tests have passed on.
# SUPPORTED admits the minor only then.
TESTED = {"3.24": "3.24.0-a.0"}

MINORS: dict[str, ModuleType] = {"3.23": v3_23, "3.24": v3_24}
# Start-up refuses any other minor, so none of these functions is called there.
_minor = MINORS.get(saleor.schema_version, v3_23)

forget_external_shipping = _minor.forget_external_shipping
INTERNALS = _minor.INTERNALS

logger = logging.getLogger(__name__)


def find_unsupported() -> str | None:
    """Return why this version of Saleor is not supported, None if it is supported."""
    try:
        version = Version(saleor.__version__)
    except ValueError:
        return f"its version {saleor.__version__} is not a semantic one"
    if version not in SimpleSpec(SUPPORTED):
        return f"the version is {saleor.__version__}"
    return None


def warn_if_untested() -> None:
    """Log a warning if Saleor is newer than the version that was tested.

    Call it once, at start-up, when all names have been verified.
    """
    tested = TESTED.get(saleor.schema_version)
    if tested and Version(saleor.__version__) > Version(tested):
        logger.warning(
            "saleor-order-groups was tested with Saleor %s. All that it replaces and calls"
            " in %s is as expected; see docs/versions.md.",
            tested,
            saleor.__version__,
        )
