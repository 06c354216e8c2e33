"""One Saleor process of the benchmarks: it does what it reads, a line of JSON each.

`python -m benchmarks.worker`, started by `workers`. It answers with one line for each
call: `{"result": …}` or `{"error": …}`.
"""

import json
import os
import resource
import sys
import time
import traceback
from collections.abc import Callable
from contextlib import ExitStack
from typing import Any

import django

COMPLETE = """
    mutation ($id: ID!) {
      checkoutComplete(id: $id) { order { id } errors { field message code } }
    }
"""
REPORT = """
    mutation ($id: ID!, $amount: PositiveDecimal!, $reference: String!) {
      transactionEventReport(
        id: $id, type: REFUND_SUCCESS, amount: $amount, pspReference: $reference
      ) {
        errors { field message code }
      }
    }
"""
GROUP_OF = "query ($id: ID!) { order(id: $id) { orderGroup { id } } }"
CANCEL = """
    mutation ($id: ID!) {
      orderCancel(id: $id) { order { status } errors { field message code } }
    }
"""
CANCEL_GROUP = """
    mutation ($id: ID!) {
      orderGroupCancel(id: $id) {
        results { order { status } errors { field message code } }
        errors { field message code }
      }
    }
"""


_OF_TRANSACTIONS = ("BEGIN", "COMMIT", "SAVEPOINT", "RELEASE", "ROLLBACK")


def _measure(function: Callable[[], Any], *, count: bool) -> dict[str, Any]:
    """Call it; return its milliseconds, and those of this process's own work.

    :param count: return the number of SQL statements instead, and without those that
        begin and end transactions and savepoints: to count takes time of its own.
    """
    from django.db import connections
    from django.test.utils import CaptureQueriesContext

    if count:
        with ExitStack() as stack:
            captures = [
                stack.enter_context(CaptureQueriesContext(connection))
                for connection in connections.all()
            ]
            function()
        statements = [each["sql"] for capture in captures for each in capture]
        return {
            "statements": len(statements),
            "without_transactions": sum(
                not each.startswith(_OF_TRANSACTIONS) for each in statements
            ),
        }
    cpu, wall = time.process_time(), time.perf_counter()
    function()
    return {
        "ms": (time.perf_counter() - wall) * 1000,
        "cpu_ms": (time.process_time() - cpu) * 1000,
    }


class Calls:
    """What the process can be asked for."""

    def __init__(self) -> None:
        from django.test import Client

        self.client = Client(raise_request_exception=True)
        self.tokens: dict[str, str] = {}

    def make_shop(self) -> None:
        from .shop import make_shop

        make_shop()

    def fill(self, groups: int) -> float:
        from .rows import fill

        started = time.perf_counter()
        fill(groups)
        return time.perf_counter() - started

    def make_carts(self, numbers: list[int], **arguments: Any) -> list[list[str]]:
        from .shop import make_carts

        return [make_carts(number, **arguments) for number in numbers]

    def complete(self, carts: list[str], count: bool = False) -> dict[str, Any]:
        """Complete carts one after the other, as their customer."""
        from .shop import CUSTOMER_EMAIL

        def call() -> None:
            for cart in carts:
                data = self._post(COMPLETE, {"id": cart}, CUSTOMER_EMAIL)
                assert not data["checkoutComplete"]["errors"], data

        measured = _measure(call, count=count)
        _empty_queue()
        return measured

    def place(self, carts: list[str]) -> list[str]:
        """Complete carts; return their payments."""
        from .shop import get_payments

        payments = get_payments(carts)
        self.complete(carts)
        return payments

    def report(
        self,
        payments: list[str],
        amount: str,
        reference: str,
        email: str,
        count: bool = False,
    ) -> dict[str, Any]:
        """Report a refund of an amount on each payment, one after the other."""

        def call() -> None:
            for payment in payments:
                variables = {"id": payment, "amount": amount, "reference": reference}
                data = self._post(REPORT, variables, email)
                assert not data["transactionEventReport"]["errors"], data

        measured = _measure(call, count=count)
        _empty_queue()
        return measured

    def place_orders(self, carts: list[str]) -> list[str]:
        """Complete carts; return their orders, of a group its first one."""
        from .shop import CUSTOMER_EMAIL

        orders = [
            self._post(COMPLETE, {"id": cart}, CUSTOMER_EMAIL)["checkoutComplete"]
            for cart in carts
        ]
        _empty_queue()
        return [data["order"]["id"] for data in orders]

    def cancel(
        self, orders: list[str], email: str, *, groups: bool, count: bool = False
    ) -> dict[str, Any]:
        """Cancel orders one after the other, or the groups of these orders.

        Of a large group that is the answer. `cancel_pending` does the rest.
        """
        keys = orders
        if groups:
            keys = [
                self._post(GROUP_OF, {"id": order}, email)["order"]["orderGroup"]["id"]
                for order in orders
            ]

        def call() -> None:
            for key in keys:
                data = self._post(
                    CANCEL_GROUP if groups else CANCEL, {"id": key}, email
                )
                [canceled] = data.values()
                results = canceled.get("results", [])
                assert not any(each["errors"] for each in [canceled, *results]), data

        measured = _measure(call, count=count)
        _empty_queue()
        return measured

    def cancel_pending(self, *, count: bool = False) -> dict[str, Any]:
        """Cancel what requests have left to tasks, as a worker would."""
        from saleor_order_groups.cancelation.pending import cancel_pending
        from saleor_order_groups.models import GroupCancelation

        groups = list(GroupCancelation.objects.values_list("pk", flat=True))
        measured = _measure(lambda: [cancel_pending(pk) for pk in groups], count=count)
        assert not GroupCancelation.objects.exists()
        _empty_queue()
        return measured

    def query(
        self,
        document: str,
        variables: list[dict[str, Any]],
        email: str,
        count: bool = False,
    ) -> dict[str, Any]:
        """Send the query once for each set of variables."""
        return _measure(
            lambda: [self._post(document, each, email) for each in variables],
            count=count,
        )

    def join_sellers(self, number: int, email: str) -> None:
        """Make an account the member of this many sellers, and of no others."""
        from saleor.account.models import User

        from saleor_order_groups.models import Seller, SellerMember

        user = User.objects.get(email=email)
        SellerMember.objects.filter(user=user).delete()
        SellerMember.objects.bulk_create(
            SellerMember(user=user, seller=seller)
            for seller in Seller.objects.order_by("slug")[:number]
        )

    def get_token(self, email: str) -> str:
        """Return an access token of an account."""
        from saleor.account.models import User
        from saleor.core.jwt import create_access_token

        if email not in self.tokens:
            self.tokens[email] = create_access_token(User.objects.get(email=email))
        return self.tokens[email]

    def install_receiver(self, url: str) -> None:
        from .shop import install_receiver

        install_receiver(url)

    def check_hot_stock(self) -> None:
        from .shop import check_hot_stock

        check_hot_stock()

    def sweep(self, count: bool = False) -> dict[str, Any]:
        """Run a sweep that finds nothing to do."""
        from saleor_order_groups.recovery.sweep import sweep

        def call() -> None:
            assert list(sweep()) == []

        return _measure(call, count=count)

    def verify(self) -> dict[str, Any]:
        """Verify all groups; return the seconds, the findings and the memory held.

        The megabytes are those after the first tenth, and the most after a batch.
        """
        from saleor_order_groups.models import OrderGroup
        from saleor_order_groups.verification.runner import verify

        tenth = OrderGroup.objects.count() / 10
        early, most = 0.0, 0.0

        def report_progress(checked: int) -> None:
            nonlocal early, most
            held = self._get_memory()
            most = max(most, held)
            if checked <= tenth or not early:
                early = held

        started = time.perf_counter()
        findings = [str(finding) for finding in verify(report_progress=report_progress)]
        return {
            "seconds": time.perf_counter() - started,
            "findings": findings,
            "early": early,
            "most": most,
        }

    def get(self, document: str, variables: dict[str, Any], email: str) -> Any:
        return self._post(document, variables, email)

    def get_memory(self) -> float:
        """Return the megabytes that the process holds, its garbage aside."""
        import gc

        gc.collect()
        return self._get_memory()

    def _get_memory(self) -> float:
        with open("/proc/self/statm") as file:
            pages = int(file.read().split()[1])
        return pages * resource.getpagesize() / 2**20

    def get_versions(self) -> dict[str, str]:
        from importlib.metadata import version

        from django.db import connection

        with connection.cursor() as cursor:
            cursor.execute("SHOW server_version")
            [postgresql] = cursor.fetchone()
        return {
            "saleor": version("saleor"),
            "saleor-order-groups": version("saleor-order-groups"),
            "django": django.get_version(),
            "python": sys.version.split()[0],
            "postgresql": postgresql,
        }

    def _post(self, document: str, variables: dict[str, Any], email: str) -> Any:
        response = self.client.post(
            "/graphql/",
            {"query": document, "variables": variables},
            content_type="application/json",
            headers={"authorization-bearer": self.get_token(email)},
        )
        content = json.loads(response.content)
        assert "errors" not in content, content
        return content["data"]


def _empty_queue() -> None:
    from saleor.celeryconf import app

    app.control.purge()


def main() -> None:
    """Answer calls until there are no more."""
    # What Saleor prints is not an answer.
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    django.setup()
    calls = Calls()
    for line in sys.stdin:
        request = json.loads(line)
        try:
            result = getattr(calls, request.pop("call"))(**request)
            answer = {"result": result}
        except Exception:
            answer = {"error": traceback.format_exc()}
        print(json.dumps(answer), file=answers, flush=True)


if __name__ == "__main__":
    main()
