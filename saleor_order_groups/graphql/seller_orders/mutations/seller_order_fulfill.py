"""Fulfill lines of an order."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

import graphene
from django.core.exceptions import ValidationError
from saleor.graphql.core import ResolveInfo
from saleor.graphql.core.doc_category import DOC_CATEGORY_ORDERS
from saleor.graphql.core.types import BaseInputObjectType, NonNullList
from saleor.graphql.site.dataloaders import get_site_promise
from saleor.order.models import Order, OrderLine

from ....access.warehouses import find_warehouses
from ....host.locks import lock_order_with_goods
from ....models import OrderGroupOrder, SellerRight
from ...core.descriptions import ADDED_IN_01
from ...core.ids import global_id_to_uuid
from ...core.limits import describe_excess
from .. import saleor_mutations
from ..actions import NOT_CONFIRMED, must_be_paid_first
from ..enums import SellerOrderErrorCode
from ..errors import SellerOrderError, refuse
from .base import SellerOrderAct, to_line_pk
from .limits import clean_tracking_number

type WantedLine = tuple[OrderLine, int, UUID]


class SellerOrderFulfillLineInput(BaseInputObjectType):
    line_id = graphene.ID(required=True, description="ID of the line.")
    quantity = graphene.Int(required=True, description="Number of items to fulfill.")
    warehouse_id = graphene.ID(
        description="One of the line's `warehouses`; the first if not given."
    )

    class Meta:
        description = "How much of a line a seller fulfills." + ADDED_IN_01
        doc_category = DOC_CATEGORY_ORDERS


class SellerOrderFulfillInput(BaseInputObjectType):
    lines = NonNullList(
        SellerOrderFulfillLineInput,
        required=True,
        description="What is fulfilled. At most 100 lines.",
    )
    tracking_number = graphene.String(description="Tracking number.")
    notify_customer = graphene.Boolean(
        default_value=True, description="Whether the customer gets an email."
    )

    class Meta:
        description = "What a seller fulfills." + ADDED_IN_01
        doc_category = DOC_CATEGORY_ORDERS


class SellerOrderFulfill(SellerOrderAct):
    right = SellerRight.FULFILL
    act_name = "fulfill"

    class Arguments:
        id = graphene.ID(required=True, description="ID of the seller's order.")
        input = SellerOrderFulfillInput(
            required=True, description="What the seller fulfills."
        )
        idempotency_key = graphene.String(
            description="Any text of the caller's: a retry with it is done once."
        )

    class Meta:
        description = (
            "As `orderFulfill`, for own lines of a confirmed order; stock cannot be "
            "exceeded. Requires FULFILL." + ADDED_IN_01
        )
        doc_category = DOC_CATEGORY_ORDERS
        error_type_class = SellerOrderError

    @classmethod
    def act(  # type: ignore[override]
        cls, info: ResolveInfo, link: OrderGroupOrder, input: Mapping[str, Any]
    ) -> None:
        if excess := describe_excess("lines", input["lines"]):
            raise refuse("lines", excess, SellerOrderErrorCode.INVALID)
        tracking_number = clean_tracking_number(input.get("tracking_number"))
        named = {
            pk
            for each in input["lines"]
            if (pk := global_id_to_uuid(each.get("warehouse_id") or "", "Warehouse"))
        }
        # Those of the lines now. A warehouse that the lines do not have is refused
        # below, and locking its stocks meanwhile harms nobody.
        order = lock_order_with_goods(link.order_id, named)
        if order is None or order.status in NOT_CONFIRMED:
            raise refuse(
                "id",
                "Only a confirmed order can be fulfilled.",
                SellerOrderErrorCode.ORDER_STATUS,
            )
        settings = get_site_promise(info.context).get().settings
        if must_be_paid_first(order, settings):
            raise refuse(
                "id",
                "The order must be paid before it is fulfilled.",
                SellerOrderErrorCode.UNPAID,
            )
        wanted = find_wanted(link, order, input["lines"])
        saleor_mutations.fulfill(
            info,
            order,
            [(line.pk, quantity, warehouse) for line, quantity, warehouse in wanted],
            tracking_number=tracking_number,
            notify_customer=input.get("notify_customer") is not False,
        )


def find_wanted(
    link: OrderGroupOrder, order: Order, named: Sequence[Mapping[str, Any]]
) -> list[WantedLine]:
    """Return the lines that were named, with quantities and warehouses.

    :raises ValidationError: a line, a quantity or a warehouse is not possible.
    """
    if not named:
        raise refuse("lines", "No line was named.", SellerOrderErrorCode.REQUIRED)
    lines = {line.pk: line for line in order.lines.select_related("variant")}
    found = [(_find_line(lines, each["line_id"]), each) for each in named]
    if len({line.pk for line, _ in found}) < len(found):
        raise refuse("lines", "A line was named twice.", SellerOrderErrorCode.INVALID)
    link.order = order
    warehouses = find_warehouses([(link, line) for line, _ in found])
    wanted = []
    for line, each in found:
        _check_line(line, each)
        keys = [one.warehouse.pk for one in warehouses[line.pk]]
        wanted.append((line, each["quantity"], _choose_warehouse(keys, each)))
    return wanted


def _find_line(lines: Mapping[UUID, OrderLine], line_id: str) -> OrderLine:
    pk = to_line_pk(line_id)
    if pk is None or pk not in lines:
        raise refuse(
            "lines",
            "The order has no such line.",
            SellerOrderErrorCode.NOT_FOUND,
            line_id,
        )
    return lines[pk]


def _check_line(line: OrderLine, named: Mapping[str, Any]) -> None:
    error: ValidationError | None = None
    if line.is_gift_card:
        error = refuse(
            "lines",
            "The shop itself fulfills gift cards.",
            SellerOrderErrorCode.INVALID,
            named["line_id"],
        )
    elif not 1 <= named["quantity"] <= line.quantity_unfulfilled:
        left = line.quantity_unfulfilled
        error = refuse(
            "lines",
            f"The quantity must be from 1 to {left}."
            if left
            else "The line is fulfilled already.",
            SellerOrderErrorCode.QUANTITY,
            named["line_id"],
        )
    if error:
        raise error


def _choose_warehouse(keys: Sequence[UUID], named: Mapping[str, Any]) -> UUID:
    if named.get("warehouse_id") is None:
        if keys:
            return keys[0]
    elif (pk := global_id_to_uuid(named["warehouse_id"], "Warehouse")) in keys:
        assert pk is not None
        return pk
    raise refuse(
        "lines",
        "The line cannot be fulfilled from there; see its `warehouses`."
        if keys
        else "No warehouse has this line in stock.",
        SellerOrderErrorCode.WAREHOUSE,
        named["line_id"],
    )
