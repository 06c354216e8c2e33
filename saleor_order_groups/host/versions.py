"""The versions of Saleor that are supported, and what differs between its minors.

One module for each minor, with the same names; the one that fits is chosen here, once.
How a new minor is taken up: docs/versions.md.
"""

from types import ModuleType

import saleor
from semantic_version import SimpleSpec, Version

from . import v3_23, v3_24

# 3.23.2 gave the stock allocation the parameters that placement passes.
SUPPORTED = ">=3.23.2,<3.24"

MINORS: dict[str, ModuleType] = {"3.23": v3_23, "3.24": v3_24}
# In another one nothing is called: start-up refuses it.
_minor = MINORS.get(saleor.schema_version, v3_23)

forget_external_shipping = _minor.forget_external_shipping
INTERNALS = _minor.INTERNALS


def find_unsupported() -> str | None:
    """Tell what is wrong with the version of Saleor, if anything."""
    try:
        version = Version(saleor.__version__)
    except ValueError:
        return f"its version {saleor.__version__} is not a semantic one"
    if version not in SimpleSpec(SUPPORTED):
        return f"the version is {saleor.__version__}"
    return None
