"""The demo's sessions, and answers as the docs write them."""

import json

from django.test import Client
from django.urls import reverse
from saleor.permission.enums import get_permissions

# What differs from run to run.
VARYING = {
    "id", "number", "createdAt", "updatedAt", "created", "checkoutId", "endCursor",
    "pspReference", "last4CodeChars", "modifiedAt", "dateJoined", "startDate",
}  # fmt: skip
WIDTH = 92


class Session:
    """Send the demo's requests to this process rather than over the network."""

    def __init__(self):
        self.headers = {}
        self.trust_env = True

    def post(self, _url, json, timeout):
        return Client().post(
            reverse("api"),
            json,
            content_type="application/json",
            headers=self.headers,
        )


def make_app(staff):
    app_id = staff(
        """mutation ($permissions: [PermissionEnum!]) {
          appCreate(input: { name: "ERP", permissions: $permissions }) {
            app { id } errors { field message }
          }
        }""",
        permissions=[
            permission.codename.upper()
            for permission in get_permissions()
            if permission.codename in ("manage_orders", "manage_users", "handle_payments",
                                       "manage_checkouts", "manage_gift_card", "manage_discounts")
        ],
    )["app"]["id"]  # fmt: skip
    return staff(
        """mutation ($app: ID!) {
          appTokenCreate(input: { app: $app }) { authToken errors { field message } }
        }""",
        app=app_id,
    )["authToken"]


def hide_varying(value, key=None):
    """Write what differs from run to run as an ellipsis."""
    if isinstance(value, dict):
        return {name: hide_varying(item, name) for name, item in value.items()}
    if isinstance(value, list):
        return [hide_varying(item, key) for item in value]
    return "…" if key in VARYING and isinstance(value, str) else value


def write(value, indent=""):
    """Write JSON with what fits into a line on one."""
    line = json.dumps(value, ensure_ascii=False)
    if not isinstance(value, dict | list) or len(indent) + len(line) <= WIDTH:
        return line
    inner = indent + "  "
    if isinstance(value, dict):
        parts = [
            f"{inner}{json.dumps(name)}: {write(item, inner)}"
            for name, item in value.items()
        ]
    else:
        parts = [inner + write(item, inner) for item in value]
    opening, closing = "{}" if isinstance(value, dict) else "[]"
    return f"{opening}\n" + ",\n".join(parts) + f"\n{indent}{closing}"
