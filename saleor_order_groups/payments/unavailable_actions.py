"""Tell why an order's share of a payment does not offer what the payment offers."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from uuid import UUID

from ..config import fetch_configs
from ..models import PaymentShare
from .open_requests import find_open_requests
from .request_bounds import (
    BOUNDS,
    describe_nothing_left,
    describe_refusal,
    find_authorized_siblings,
    subtract_requests,
    takes_from_siblings,
)


@dataclass(frozen=True)
class UnavailableAction:
    """An action that the payment's app offers, and why the share cannot request it."""

    action: str
    reason: str


def find_unavailable(
    share_ids: Collection[UUID], using: str
) -> dict[UUID, list[UnavailableAction]]:
    """Return the unavailable actions of payment shares, in a constant number of statements.

    :param share_ids: keys of `PaymentShare`; keys that derive from Saleor's are missing
        in the result.
    """
    shares = list(
        PaymentShare.objects.using(using)
        .filter(pk__in=share_ids)
        .select_related("payment", "transaction", "order__channel")
    )
    if not shares:
        return {}
    configs = fetch_configs(using)
    siblings = find_authorized_siblings(shares, using)
    open_requests = find_open_requests([each.transaction_id for each in shares], using)
    available = {
        action: subtract_requests(shares, action, open_requests) for action in BOUNDS
    }

    def explain(share: PaymentShare) -> Iterator[UnavailableAction]:
        offered = {
            *share.payment.available_actions,
            *share.transaction.available_actions,
        }
        for action in BOUNDS:
            if action not in offered:
                continue
            channel = share.order.channel
            takes_all = takes_from_siblings(
                share.transaction, action, lambda: configs.get(channel.slug)
            )
            if takes_all and (numbers := siblings[share.pk]):
                yield UnavailableAction(action, describe_refusal(action, numbers))
            elif not available[action][share.pk]:
                yield UnavailableAction(action, describe_nothing_left(action))

    return {share.pk: [*explain(share)] for share in shares}
