"""The versions of Saleor that are supported, and what differs between its minors.

One module for each minor, with the same names; the one that fits is chosen here, once.
How a new minor is taken up: docs/versions.md.
"""

import logging
from types import ModuleType

import saleor
from semantic_version import SimpleSpec, Version

from . import v3_23, v3_24

# 3.23.2 gave the stock allocation the parameters that placement passes.
SUPPORTED = ">=3.23.2,<3.24"

# Of a minor that Saleor has not released yet: the version that the whole suite passed on.
TESTED = {"3.24": "3.24.0-a.0"}

MINORS: dict[str, ModuleType] = {"3.23": v3_23, "3.24": v3_24}
# In another one nothing is called: start-up refuses it.
_minor = MINORS.get(saleor.schema_version, v3_23)

forget_external_shipping = _minor.forget_external_shipping
INTERNALS = _minor.INTERNALS

logger = logging.getLogger(__name__)


def find_unsupported() -> str | None:
    """Tell what is wrong with the version of Saleor, if anything."""
    try:
        version = Version(saleor.__version__)
    except ValueError:
        return f"its version {saleor.__version__} is not a semantic one"
    if version not in SimpleSpec(SUPPORTED):
        return f"the version is {saleor.__version__}"
    return None


def warn_if_untested() -> None:
    """Warn once, at start-up, of a Saleor that fits and that the tests have not seen."""
    tested = TESTED.get(saleor.schema_version)
    if tested and Version(saleor.__version__) > Version(tested):
        logger.warning(
            "saleor-order-groups was tested with Saleor %s. All that it replaces and calls"
            " in %s is as expected; see docs/versions.md.",
            tested,
            saleor.__version__,
        )
