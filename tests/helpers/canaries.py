"""Write unique texts and numbers into another seller's part of a purchase."""

import base64
import binascii
import random
import re
from collections.abc import Iterable, Iterator
from uuid import UUID

from django.db.models import Model
from saleor.account.models import Address, User
from saleor.invoice.models import Invoice
from saleor.order.models import Order, OrderEvent
from saleor.payment.models import TransactionItem
from saleor.warehouse.models import Stock, Warehouse

from saleor_order_groups.models import OrderGroupOrder, SellerAct

# Letters that no other text of the tests consists of, so that a part of a canary is
# found nowhere else.
LETTERS = "jqxz"
# Above the numbers of all other orders; the next nine numbers are free.
FIRST_NUMBER = 700_000_000


class Canaries:
    """Unique texts and numbers, and the keys that nobody else may see."""

    def __init__(self, rng: random.Random) -> None:
        self.rng = rng
        self.texts: list[str] = []
        self.numbers: list[int] = []
        self.keys: set[UUID] = set()

    def text(self, length: int = 16) -> str:
        text = "".join(self.rng.choices(LETTERS, k=length))
        self.texts.append(text)
        return text

    def number(self) -> int:
        number = FIRST_NUMBER + self.rng.randrange(10_000_000) * 10
        self.numbers.append(number)
        return number

    def write(self, row: Model, *names: str, **fields: object) -> None:
        """Give a row canaries in its text fields, and other fields their values."""
        for name in names:
            field = row._meta.get_field(name)
            is_json = field.get_internal_type() == "JSONField"
            text = self.text()
            setattr(
                row, name, {"engraving": text, self.text(): "1"} if is_json else text
            )
        for name, value in fields.items():
            setattr(row, name, value)
        row.save(update_fields=[*names, *fields])

    def find_in(self, answer: str) -> set[str]:
        """Return the canaries and keys in an answer, also inside of base64."""
        text = "\n".join([answer, *decode_all(answer)]).lower()
        found = {each for each in self.texts if each in text}
        found |= {str(each) for each in self.numbers if str(each) in text}
        bare = text.replace("-", "")
        return found | {str(key) for key in self.keys if key.hex in bare}


def decode_all(text: str) -> Iterator[str]:
    """Yield what words of a text contain that are base64."""
    for word in re.findall(r"[A-Za-z0-9+/_-]{12,}", text):
        padded = word.translate(str.maketrans("-_", "+/")) + "=" * (-len(word) % 4)
        try:
            yield base64.b64decode(padded).decode("utf-8", "ignore")
        except (binascii.Error, ValueError):
            continue


ADDRESS_FIELDS = (
    "first_name",
    "last_name",
    "company_name",
    "street_address_1",
    "street_address_2",
    "city",
    "city_area",
    "postal_code",
    "country_area",
    "metadata",
    "private_metadata",
)
METADATA = ("metadata", "private_metadata")


def mark_customer(canaries: Canaries, order: Order) -> None:
    """Give an order a customer of its own, whose data are canaries."""

    def make_address() -> Address:
        address = Address.objects.create(country="US", phone="+12025550123")
        canaries.write(address, *ADDRESS_FIELDS)
        return address

    user = User.objects.create(email=f"{canaries.text()}@example.com")
    canaries.write(user, "first_name", "last_name", "note", *METADATA)
    canaries.keys.add(user.uuid)
    canaries.write(
        order,
        "customer_note",
        "external_reference",
        "shipping_method_name",
        "collection_point_name",
        "voucher_code",
        *METADATA,
        number=canaries.number(),
        user=user,
        user_email=user.email,
        shipping_address=make_address(),
        billing_address=make_address(),
    )


def mark_goods(canaries: Canaries, order: Order, warehouse: Warehouse) -> None:
    """Make canaries of an order's goods, and take them from a warehouse of their own."""
    canaries.write(warehouse, "name", "slug", "external_reference", *METADATA)
    canaries.keys.add(warehouse.pk)
    for line in order.lines.select_related("variant__product"):
        canaries.keys.add(line.pk)
        canaries.write(
            line,
            "product_name",
            "variant_name",
            "translated_product_name",
            "product_sku",
            "unit_discount_reason",
            *METADATA,
        )
        canaries.write(line.variant, "sku", "name", "external_reference", *METADATA)
        canaries.write(line.variant.product, "name", "slug", *METADATA)
        Stock.objects.filter(product_variant=line.variant).update(warehouse=warehouse)
    for fulfillment in order.fulfillments.all():
        canaries.write(fulfillment, "tracking_number", *METADATA)


def mark_papers(canaries: Canaries, link: OrderGroupOrder) -> None:
    """Make canaries of an order's refunds, notes, invoices and references."""
    order = link.order
    for granted in order.granted_refunds.all():
        canaries.write(granted, "reason")
    OrderEvent.objects.create(
        order=order, type="note_added", parameters={"message": canaries.text()}
    )
    invoice = Invoice.objects.create(order=order)
    canaries.write(invoice, "number", "external_url")
    canaries.write(link, "seller_reference", order_number=order.number)
    seller = link.seller
    assert seller is not None
    canaries.write(
        seller, "name", "slug", "external_reference", "payout_reference", *METADATA
    )
    for act in SellerAct.objects.filter(link=link):
        canaries.write(act, "idempotency_key", "input")
    group = link.group
    canaries.write(
        group, "user_email", "external_reference", *METADATA, number=canaries.number()
    )
    canaries.keys |= {link.pk, seller.pk}
    if group.checkout_token:
        canaries.keys.add(group.checkout_token)


def mark_payments(canaries: Canaries, transactions: Iterable[TransactionItem]) -> None:
    """Make canaries of what a payment provider calls payments."""
    for transaction in transactions:
        canaries.keys.add(transaction.token)
        canaries.write(
            transaction, "psp_reference", "name", "message", "external_url", *METADATA
        )
        for event in transaction.events.all():
            canaries.write(event, "psp_reference", "message", "external_url")


def make_random_text(rng: random.Random, like: str) -> str:
    """Return a text of the same length, of letters that no other text consists of."""
    return "".join(rng.choices(LETTERS, k=len(like)))
