"""The sellers' side: a member with the portal, and an app that is a seller's ERP.

Both see their seller's orders alone. An operator can do all of this by hand.
"""

import os
import threading
from dataclasses import dataclass
from typing import Any

from examples.seller_erp.book import Book, Entry
from examples.seller_erp.erp import EVENTS, SUBSCRIPTION, Erp
from examples.seller_erp.webhooks import Signatures, make_server
from examples.vendor_portal.member import Member, log_in
from examples.vendor_portal.portal import Portal
from examples.vendor_portal.server import make_server as make_portal_server

from .client import Api
from .shop import CHANNEL

MEMBER_EMAIL = "anna@example.com"
MEMBER_PASSWORD = "anna-of-the-demo"
MEMBERS_SELLER = "anna-apiary"
APP_NAME = "ERP of Bright Ceramics"
APPS_SELLER = "bright-ceramics"


@dataclass(frozen=True)
class RunningErp:
    """An ERP that listens; `arrived` counts the webhooks with a valid signature."""

    erp: Erp
    arrived: threading.Semaphore

    def run(self, seconds: float) -> list[Entry]:
        """Work after each webhook until every order of the book is done.

        :param seconds: how long a webhook is waited for.
        """
        while self.arrived.acquire(timeout=seconds):
            self.erp.work()
            if not self.erp.book.get_unfinished():
                break
        return self.erp.book.get_all()


def add_member(staff: Api, url: str) -> Member:
    """Make an account a member of a seller with all rights, and log in with it."""
    # A proxy of the environment must not stand between us and localhost.
    os.environ["NO_PROXY"] = os.environ["no_proxy"] = "localhost,127.0.0.1"
    # An account that an earlier run has registered stays as it is.
    Api(staff.endpoint).raw(
        """mutation ($input: AccountRegisterInput!) {
          accountRegister(input: $input) { errors { field message code } }
        }""",
        input={
            "email": MEMBER_EMAIL,
            "password": MEMBER_PASSWORD,
            "channel": CHANNEL,
        },
    )
    user = staff(
        "query ($email: String!) { user(email: $email) { id } }", email=MEMBER_EMAIL
    )
    staff(
        """mutation ($seller: ID!, $user: ID!) {
          sellerMemberSave(
            sellerId: $seller, userId: $user, rights: [DECIDE, FULFILL, REFUND]
          ) { errors { field message code } }
        }""",
        seller=_get_seller_id(staff, MEMBERS_SELLER),
        user=user["id"],
    )
    return log_in(f"{url}/graphql/", MEMBER_EMAIL, MEMBER_PASSWORD)


def start_erp(staff: Api, url: str) -> RunningErp:
    """Link a new app to a seller, with the right to ship, and let it listen."""
    app_id = staff(
        """mutation ($input: AppInput!) {
          appCreate(input: $input) { app { id } errors { field message } }
        }""",
        input={"name": APP_NAME, "permissions": []},
    )["app"]["id"]
    staff(
        """mutation ($seller: ID!, $app: ID!) {
          sellerAppSave(sellerId: $seller, appId: $app, rights: [FULFILL]) {
            errors { field message code }
          }
        }""",
        seller=_get_seller_id(staff, APPS_SELLER),
        app=app_id,
    )
    token = staff(
        """mutation ($app: ID!) {
          appTokenCreate(input: {app: $app}) { authToken errors { field message } }
        }""",
        app=app_id,
    )["authToken"]
    erp = Erp(f"{url}/graphql/", token, Book(":memory:"))
    arrived = threading.Semaphore(0)

    def take(order: dict[str, Any]) -> None:
        erp.handle(order)
        arrived.release()

    server = make_server(Signatures(f"{url}/graphql/"), take)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    staff(
        """mutation ($input: WebhookCreateInput!) {
          webhookCreate(input: $input) { webhook { id } errors { field message } }
        }""",
        input={
            "app": app_id,
            "name": "Orders",
            "targetUrl": f"http://127.0.0.1:{server.server_port}/",
            "asyncEvents": list(EVENTS),
            "query": SUBSCRIPTION,
            "isActive": True,
        },
    )
    return RunningErp(erp, arrived)


def remove_old_erps(staff: Api) -> None:
    """Delete the apps of earlier runs: nobody listens to their webhooks."""
    apps = staff(
        """query ($search: String!) {
          apps(first: 20, filter: {search: $search}) { edges { node { id } } }
        }""",
        search=APP_NAME,
    )["edges"]
    for app in apps:
        staff(
            "mutation ($id: ID!) { appDelete(id: $id) { errors { field message } } }",
            id=app["node"]["id"],
        )


def start_portal(url: str) -> str:
    """Return the address of the portal, which runs until the demo ends."""
    server = make_portal_server(Portal(f"{url}/graphql/"))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return f"http://127.0.0.1:{server.server_port}/"


def _get_seller_id(staff: Api, slug: str) -> str:
    return staff("query ($slug: String!) { seller(slug: $slug) { id } }", slug=slug)[
        "id"
    ]
