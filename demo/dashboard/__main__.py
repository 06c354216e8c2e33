"""Start the shop, describe it as JSON, and serve until the end.

    python -m demo.dashboard                     print the description; Ctrl-C ends it
    python -m demo.dashboard COMMAND …           run the command and end
    python -m demo.dashboard --pages DIRECTORY … serve these pages beside Saleor

A command finds the description in the file that DASHBOARD_SHOP names.
"""

import argparse
import contextlib
import json
import os
import signal
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import psycopg

from .. import server, shop
from ..client import Api, DemoError
from ..receiver import Receiver
from . import desk, staff
from .provider import Provider, install
from .purchases import KINDS, Buyer

HOST = server.ROOT / "dashboard" / "e2e" / "host"


def main() -> int:
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    arguments = _read_arguments()
    server.keep_apart("dashboard")
    receiver = Receiver()
    try:
        # Standard output has the description alone.
        with contextlib.redirect_stdout(sys.stderr):
            description = open_shop(receiver, arguments.pages)
        if not arguments.command:
            print(json.dumps(description, indent=2), flush=True)
            threading.Event().wait()
        return _run(arguments.command, description)
    except DemoError as error:
        print(f"dashboard: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    finally:
        receiver.close()
        server.stop_all()


def open_shop(receiver: Receiver, pages: Path) -> dict[str, Any]:
    """Start everything; return what a test must know."""
    if not (given_url := os.environ.get("DATABASE_URL")):
        raise DemoError("DATABASE_URL is not set: `make dashboard-test` sets it.")
    database_url = server.ensure_database(given_url)
    server.hold_database(database_url)
    port, desk_port = server.free_port(), server.free_port()
    desk_url = f"http://127.0.0.1:{desk_port}"
    # The same on another site, where a browser keeps Saleor's pages from storing.
    far_desk_url = f"http://localhost:{desk_port}"
    env = server.environment(database_url, port, broker_url=None)
    env["ORDER_GROUPS_DASHBOARD_ORIGINS"] = f"{desk_url} {far_desk_url}"
    server.migrate(env)
    url = server.start(env, port)
    admin = shop.log_in(
        Api(f"{url}/graphql/"), server.STAFF_EMAIL, server.STAFF_PASSWORD
    )
    _seed_once(admin, receiver.url)
    shop.app_access(admin, receiver.url)
    server.install_dashboard_app(env)
    provider = Provider()
    buyer = Buyer(
        customer=shop.log_in(
            Api(admin.endpoint), shop.CUSTOMER_EMAIL, shop.CUSTOMER_PASSWORD
        ),
        staff=admin,
        app=install(admin, provider),
    )
    desk.start(
        pages,
        desk_port,
        {
            "buy": buyer.buy,
            "delete": lambda group_id: _delete_group(database_url, group_id),
            "decline": provider.declined.update,
            "delay": lambda seconds: setattr(provider, "delay", seconds),
            "requests": lambda _: provider.requests,
            "reset": lambda _: provider.reset(),
        },
        admin.endpoint,
    )
    return {
        "url": url,
        "apiUrl": admin.endpoint,
        "deskUrl": desk_url,
        "farDeskUrl": far_desk_url,
        "privateKeyFile": str(server.STATE / "rsa_private_key.pem"),
        "staff": _describe_staff(),
        "purchases": {kind: buyer.buy(kind) for kind in KINDS},
        **_describe_goods(admin),
    }


def _read_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m demo.dashboard")
    parser.add_argument("--pages", type=Path, default=HOST)
    parser.add_argument("command", nargs=argparse.REMAINDER)
    return parser.parse_args()


def _run(command: list[str], description: dict[str, Any]) -> int:
    """Run the tests; their keyboard interrupt is ours too."""
    path = server.STATE / "shop.json"
    path.touch(mode=0o600)
    path.write_text(json.dumps(description, indent=2))
    return subprocess.run(
        command, env=os.environ | {"DASHBOARD_SHOP": str(path)}, check=False
    ).returncode


def _seed_once(admin: Api, receiver_url: str) -> None:
    if shop.is_seeded(admin):
        return
    try:
        shop.seed(admin, receiver_url)
        staff.add_channels(admin)
        staff.add_members(admin)
    except BaseException:
        # Half a shop would make every later run fail.
        server.stop_all()
        server.drop_database(os.environ["DATABASE_URL"])
        raise


def _delete_group(database_url: str, group_id: str) -> None:
    """Delete a group and leave its orders: no API can."""
    with psycopg.connect(database_url) as connection:
        connection.execute(
            "DELETE FROM saleor_order_groups_ordergroup WHERE id = %s", [group_id]
        )


def _describe_staff() -> dict[str, dict[str, str]]:
    accounts = {"admin": (server.STAFF_EMAIL, server.STAFF_PASSWORD)} | {
        name: (member.email, staff.PASSWORD) for name, member in staff.MEMBERS.items()
    }
    return {
        name: {"email": email, "password": password}
        for name, (email, password) in accounts.items()
    }


def _describe_goods(admin: Api) -> dict[str, Any]:
    """Return the IDs of what the tests open: products by SKU, sellers, channels."""
    products = admin(
        """query ($channel: String!) {
          products(channel: $channel, first: 50) {
            edges { node { id name variants { sku } } }
          }
        }""",
        channel=shop.CHANNEL,
    )["edges"]
    customer = admin(
        "query ($email: String!) { user(email: $email) { id } }",
        email=shop.CUSTOMER_EMAIL,
    )
    return {
        "products": {
            edge["node"]["variants"][0]["sku"]: {
                "id": edge["node"]["id"],
                "name": edge["node"]["name"],
            }
            for edge in products
        },
        "customer": {"id": customer["id"], "email": shop.CUSTOMER_EMAIL},
        "channels": {
            channel["slug"]: channel["id"]
            for channel in admin("{ channels { id slug } }")
        },
    }


if __name__ == "__main__":
    sys.exit(main())
