"""Hand a payment session down to its action: the action knows no checkout or order."""

import copy
from collections.abc import Callable

from .seam import Seam


def _resolve_action(original: Callable) -> Callable:
    """Return the session's action with the session, for its shares."""

    def resolve(cls, root, info):
        _, session = root
        action = copy.copy(original(root, info))
        action.session = session
        return action

    return resolve


SEAMS = (
    Seam(
        "saleor.graphql.webhook.subscription_types",
        "TransactionSessionBase.resolve_action",
        ("root", "_info"),
        _resolve_action,
    ),
)
